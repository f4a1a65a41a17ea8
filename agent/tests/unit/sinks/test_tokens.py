"""Keys of tokens: written in the source, short, common, or kept elsewhere; signatures that are not asked for."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Callable
from typing import Any

import flask
import itsdangerous
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt import encode
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

from setpoint_agent.sinks.tokens import is_guessable

WRITTEN = "9f4c1b7e2a6d8053c4e9b1f7a2d6e80c"
KEPT_ELSEWHERE = secrets.token_hex(32)
PRIVATE_KEY = rsa.generate_private_key(65537, 2048)
CLAIMS = {"sub": "blue"}
TOKEN = jwt.encode(CLAIMS, KEPT_ELSEWHERE, algorithm="HS256")

Call = Callable[[], object]

WEAK: dict[str, tuple[int, Call]] = {
    "a literal": (798, lambda: jwt.encode(CLAIMS, "b7e2a6d8053c4e9b1f7a2d6e80c9f4c1", algorithm="HS256")),
    "a constant": (798, lambda: encode(CLAIMS, WRITTEN)),
    "bytes": (798, lambda: jwt.encode(CLAIMS, WRITTEN.encode(), "HS512")),
    "short": (798, lambda: jwt.encode(CLAIMS, secrets.token_hex(8), algorithm="HS256")),
    "common": (798, lambda: jwt.encode(CLAIMS, "-".join(["secret"] * 6), algorithm="HS256")),
    "on the way in": (798, lambda: jwt.decode(encode(CLAIMS, WRITTEN), WRITTEN, algorithms=["HS256"])),
    "an object": (798, lambda: jwt.PyJWT().encode(CLAIMS, WRITTEN)),
    "no signature": (347, lambda: jwt.encode(CLAIMS, "", algorithm="none")),
    "no algorithm": (347, lambda: jwt.encode(CLAIMS, "", algorithm=None)),
    "not verified": (347, lambda: jwt.decode(TOKEN, options={"verify_signature": False})),
    "none allowed": (347, lambda: jwt.decode(TOKEN, KEPT_ELSEWHERE, algorithms=["HS256", "none"])),
}
SAFE: dict[str, Call] = {
    "kept elsewhere": lambda: jwt.encode(CLAIMS, KEPT_ELSEWHERE, algorithm="HS256"),
    "verified": lambda: jwt.decode(TOKEN, KEPT_ELSEWHERE, algorithms=["HS256"]),
    "a pair of keys": lambda: jwt.decode(
        jwt.encode(CLAIMS, PRIVATE_KEY, algorithm="RS256"), PRIVATE_KEY.public_key(), algorithms=["RS256"]
    ),
    "header only": lambda: jwt.get_unverified_header(TOKEN),
}


@pytest.fixture(autouse=True)
def _no_warnings() -> Any:
    with warnings.catch_warnings(action="ignore"):  # PyJWT warns of short keys itself
        yield


@pytest.mark.parametrize("name", WEAK)
def test_weak(watching: Watch, name: str) -> None:
    evidence = watching("sinks.tokens", sources=False)
    number, call = WEAK[name]
    with request_of("blue"):
        call()
    assert {each.kind.cwe for each in evidence} == {number}


@pytest.mark.parametrize("name", SAFE)
def test_safe(watching: Watch, name: str) -> None:
    evidence = watching("sinks.tokens", sources=False)
    with request_of("blue"):
        SAFE[name]()
    assert evidence == []


def test_errors_are_the_librarys_own(watching: Watch) -> None:
    watching("sinks.tokens", sources=False)
    with request_of("blue"):
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(TOKEN, "another" * 9, algorithms=["HS256"])
        with pytest.raises(jwt.DecodeError, match="algorithms"):
            jwt.decode(TOKEN, KEPT_ELSEWHERE)
        with pytest.raises(TypeError):
            jwt.encode()  # type: ignore[call-arg]  # on purpose


def test_itsdangerous(watching: Watch) -> None:
    evidence = watching("sinks.tokens", sources=False)
    with request_of("blue"):
        itsdangerous.URLSafeTimedSerializer(KEPT_ELSEWHERE)
        itsdangerous.Signer([WRITTEN, KEPT_ELSEWHERE])
        assert evidence == []
        itsdangerous.URLSafeTimedSerializer(WRITTEN)
        itsdangerous.TimestampSigner("secret")
    assert [(each.kind.cwe, each.sink) for each in evidence] == [
        (798, "itsdangerous.Serializer"),
        (798, "itsdangerous.Signer"),
    ]


def test_the_secret_of_an_application_is_no_requests_fault(watching: Watch) -> None:
    evidence = watching("sinks.tokens")
    application = flask.Flask(__name__)
    application.secret_key = WRITTEN

    @application.get("/")
    def page() -> str:
        flask.session["colour"] = "blue"
        return "fine"

    client = application.test_client()
    assert [client.get("/").text for _ in range(2)] == ["fine", "fine"]
    assert [(each.sink, each.path, each.frames[0].function) for each in evidence] == [
        ("flask.Flask.secret_key", "", "<module>")
    ]


def test_a_secret_kept_elsewhere(watching: Watch) -> None:
    evidence = watching("sinks.tokens")
    application = flask.Flask(__name__)
    application.secret_key = KEPT_ELSEWHERE

    @application.get("/")
    def page() -> str:
        flask.session["colour"] = "blue"
        return "fine"

    assert application.test_client().get("/").text == "fine"
    assert evidence == []


@given(st.binary(min_size=32, max_size=64))
def test_what_is_long_and_various_is_not_guessable(key: bytes) -> None:
    assert is_guessable(key, 32) is (len(set(key)) < 5) or not key.strip(b"\0")
    assert is_guessable(key[:31], 32)
