"""Tokens by the libraries beside PyJWT: weak keys by the call alone, claims out of a request as a trust boundary."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import flask
import pytest
from jose import jwt as jose_jwt
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import OctKey
from tests.conftest import Watch

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it is deprecated, and still in use
    from authlib.jose import jwt as authlib_jwt

WEAK, STRONG = "secret", "3f9c-b1d7-4a60-9e25-77c1-d0e8-4b2a-65f3"

ENCODE: dict[str, Callable[[dict[str, str], str], Any]] = {
    "jose": lambda claims, key: jose_jwt.encode(claims, key, algorithm="HS256"),
    "authlib": lambda claims, key: authlib_jwt.encode({"alg": "HS256"}, claims, key),
    "joserfc": lambda claims, key: joserfc_jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(key)),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("library", ENCODE)
def test_tokens(watching: Watch, library: str) -> None:
    kept = watching("sinks.tokens", "sinks.session")
    encode = ENCODE[library]
    application = flask.Flask("shop")

    @application.get("/weak")
    def weak() -> str:
        encode({"sub": "shop"}, WEAK)
        return "made"

    @application.get("/claims")
    def claims() -> str:
        encode({"sub": flask.request.args["name"]}, flask.current_app.config["KEY"])
        return "made"

    @application.get("/strong")
    def strong() -> str:
        encode({"sub": "shop"}, flask.current_app.config["KEY"])
        return "made"

    application.config["KEY"] = "".join(STRONG.split("-"))
    client = application.test_client()
    for path in ("weak", "claims", "strong"):
        assert client.get(f"/{path}?name=johnson").data == b"made"
    assert {(each.route, each.kind.name) for each in kept} == {
        ("/weak", "weak-token-key"),
        ("/claims", "trust-boundary"),
    }
