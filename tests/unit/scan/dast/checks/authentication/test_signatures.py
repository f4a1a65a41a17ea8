from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from setpoint.scan.dast.checks.authentication.common_secrets import guesses
from setpoint.scan.dast.checks.authentication.contents import (
    is_made_of,
    plain,
    random_bits,
    with_another_member,
)
from setpoint.scan.dast.checks.authentication.jwt import encoded, jwt_in, signed_by_secret, unsigned
from setpoint.scan.dast.checks.authentication.signatures import secret_of

KEY = b"keyboard cat"


def of_flask(content: dict[str, Any]) -> str:
    app = Flask(__name__)
    app.secret_key = KEY
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return str(serializer.dumps(content))


SIGNED = {
    "JWT": signed_by_secret({"alg": "HS384"}, {"sub": "alice"}, KEY),
    "session of Flask": of_flask({"user": "alice"}),
    "session of Starlette": TimestampSigner(KEY).sign(b"eyJ1c2VyIjogImFsaWNlIn0=").decode(),
    "signed cookie of Express": "s%3Aq1w2e3r4." + encoded(hmac.digest(KEY, b"q1w2e3r4", "sha256")),
    "text with its HMAC": "alice|" + hmac.new(KEY, b"alice", hashlib.sha256).hexdigest(),
}


@pytest.mark.parametrize("form", list(SIGNED))
def test_the_secret_of_each_form_is_found(form: str) -> None:
    found = secret_of(SIGNED[form], guesses([]))
    assert found is not None
    assert (found[0].name, found[1]) == (form, KEY)


@pytest.mark.parametrize(
    "token", ["", "alice", "s:", "a.b", "aaaa.bbbb.cccc", "%", "9b2d5b0e-8c3f-4c55-8e60-5d2f2a8c2d10"]
)
def test_what_is_not_signed_has_no_secret(token: str) -> None:
    assert secret_of(token, [KEY]) is None


@pytest.mark.parametrize(
    "secret",
    [
        "secret",
        "Secret123",
        "jwt_secret",
        "my-super-secret-key",
        "shop-secret",
        "your-256-bit-secret",
        "supersecretkey",
    ],
)
def test_what_people_choose_is_among_the_guesses(secret: str) -> None:
    assert secret.encode() in set(guesses(["shop"]))


@given(st.text(max_size=60))
def test_any_token_may_be_asked_for_its_contents(token: str) -> None:
    assert isinstance(plain(token), str)
    with_another_member(token)
    jwt_in(token)
    secret_of(token, [KEY])


@given(st.dictionaries(st.text(max_size=8), st.integers(0, 99) | st.text(max_size=8), max_size=4))
def test_tokens_are_read_as_they_are_written(claims: dict[str, Any]) -> None:
    token = jwt_in(signed_by_secret({"alg": "HS256"}, claims, KEY))
    assert token is not None
    assert token.claims == claims
    stripped = jwt_in(unsigned(token, "none"))
    assert stripped is not None
    assert (stripped.claims, stripped.algorithm, stripped.signature) == (claims, "none", "")


def test_contents_get_another_member_in_their_own_encoding() -> None:
    assert plain(with_another_member(b'{"user":"alice"}'.hex())) == '{"user":"alice","setpoint":1}'
    assert plain(with_another_member("eyJ1c2VyIjoiYWxpY2UifQ==")) == '{"user":"alice","setpoint":1}'
    assert with_another_member("user=alice&role=user") == "user=alice&role=user&setpoint=1"
    assert with_another_member("9b2d5b0e8c3f4c558e605d2f2a8c2d10") == ""


def test_what_differs_between_sessions_is_counted() -> None:
    assert random_bits(["s1001", "s1002", "s1003"]) < 10
    assert random_bits(["dXNlci0xMDAx", "dXNlci0xMDAy"]) < 10
    assert random_bits([hashlib.sha256(bytes([each])).hexdigest() for each in range(3)]) > 128
    assert random_bits(["same", "same"]) == 0


def test_names_and_their_digests_are_no_secrets() -> None:
    assert is_made_of(hashlib.md5(b"alice@shop.example", usedforsecurity=False).hexdigest(), "alice@shop.example")
    assert is_made_of("YWxpY2U=", "alice")
    assert not is_made_of("9b2d5b0e8c3f4c558e605d2f2a8c2d10", "alice")


@pytest.mark.parametrize("secret", ["random", "Sunshine123", "p@ssword", "0042", "shop", "example-app", "kaffee-app"])
def test_single_words_numbers_and_names_of_the_target_are_guessed(secret: str) -> None:
    token = signed_by_secret({"alg": "HS256"}, {"sub": "alice"}, secret.encode())
    found = secret_of(token, guesses(["kaffee"]))
    assert found is not None
    assert found[1] == secret.encode()


def test_all_numbers_of_six_digits_are_among_the_guesses() -> None:
    token = signed_by_secret({"alg": "HS256"}, {"sub": "alice"}, b"483920")
    assert secret_of(token, guesses([])) is not None
