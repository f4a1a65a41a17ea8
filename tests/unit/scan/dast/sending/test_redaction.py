from __future__ import annotations

import time

import pytest

from setpoint.model.dast import Answer, Certainty, Exchange, Fault, Sent
from setpoint.model.policy import Severity
from setpoint.scan.dast.sending.redaction import Redactor, is_secret_name

TOKEN = "s3cr3t-token-of-alice"


def exchange(url: str = "http://a.example/", body: bytes = b"", answered: bytes = b"", **headers: str) -> Exchange:
    sent = Sent("POST", url, tuple(headers.items()), body, "alice")
    return Exchange(sent, Answer(200, (("set-cookie", f"session={TOKEN}; Secure"),), answered))


def test_credentials_become_variables_and_cookies_lose_their_value() -> None:
    shown = Redactor().exchange(exchange(Authorization=f"Bearer {TOKEN}", Cookie=f"session={TOKEN}"))
    assert dict(shown.sent.headers) == {"Authorization": "$ALICE_AUTHORIZATION", "Cookie": "$ALICE_COOKIE"}
    assert shown.answer is not None
    assert shown.answer.header("set-cookie") == "session=***; Secure"


def test_what_is_named_like_a_secret_is_hidden() -> None:
    shown = Redactor().exchange(
        exchange(
            "http://a.example/?api_key=abc&page=2",
            b'{"user": "alice", "password": "a\\"b"}',
            b'{"access_token": "xyz", "name": "alice"}',
        )
    )
    assert shown.sent.url == "http://a.example/?api_key=***&page=2"
    assert shown.sent.body == b'{"user": "alice", "password": "***"}'
    assert shown.answer is not None
    assert shown.answer.body == b'{"access_token": "***", "name": "alice"}'


def test_fields_of_forms_are_hidden_by_name() -> None:
    assert Redactor().exchange(exchange(body=b"password=a+b&user=c")).sent.body == b"password=***&user=c"


def test_what_was_once_a_credential_is_hidden_wherever_it_turns_up() -> None:
    redactor = Redactor()
    redactor.learn(exchange(Authorization=f"Bearer {TOKEN}"))
    shown = redactor.exchange(exchange(f"http://a.example/{TOKEN}", answered=f"you are {TOKEN}".encode()))
    assert TOKEN not in repr(shown)


def test_what_accounts_know_to_be_secret_is_hidden() -> None:
    redactor = Redactor()
    redactor.also = lambda: ["correct horse"]
    assert redactor.text("it is correct horse") == "it is ***"


def test_signed_tokens_are_known_by_their_shape() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
    assert Redactor().text(f"<b>{token}</b>") == "<b>***</b>"


def test_a_fault_is_told_without_secrets() -> None:
    redactor = Redactor()
    redactor.learn(exchange(Authorization=f"Bearer {TOKEN}"))
    of = Fault(
        "k", 1, "o", Severity.LOW, Certainty.OBSERVED, "GET", "/", message=f"m {TOKEN}", difference=TOKEN,
        proof=(exchange(answered=b"x" * 10_000 + TOKEN.encode()),), examples=(TOKEN,),
    )  # fmt: skip
    shown = redactor.fault(of)
    assert TOKEN not in repr(shown)
    assert shown.proof[0].answer is not None
    assert len(shown.proof[0].answer.body) < 10_000


def test_usual_names_are_no_secrets() -> None:
    secret = ["authorization", "X-API-Key", "x-auth-token", "PHPSESSIONID", "client_secret", "passwort", "sid"]
    usual = ["accept", "content-type", "keyword", "author", "monkey", "user-agent", "origin", "host"]
    assert [name for name in (*secret, *usual) if is_secret_name(name)] == secret


HOSTILE = {
    "tokens": b"eyJ" * 700_000,
    "members": b'"a":"' * 400_000,
    "fields": b"&a=" * 700_000,
    "name": b'"' + b"a" * 2_000_000,
    "blanks": b'"a"' + b" " * 2_000_000,
    "word": b"a" * 2_000_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bodies_are_read_in_linear_time(body: bytes) -> None:
    started = time.monotonic()
    Redactor().exchange(exchange(answered=body))
    assert time.monotonic() - started < 20


def test_what_a_probe_put_in_a_passwords_place_is_shown_without_the_password() -> None:
    redactor = Redactor()
    redactor.also = lambda: ["correct horse", 'a" or b']
    for sent, told in (
        (b'{"password": "x\' OR 1=1 --"}', b'{"password": "x\' OR 1=1 --"}'),
        (b'{"password": "correct horse\' AND 1=2"}', b'{"password": "***\' AND 1=2"}'),
        (b'{"password": "a\\" or b"}', b'{"password": "***"}'),
        (b'{"password": "another"}', b'{"password": "***"}'),
        (b"password=x%27+OR+1%3D1&user=c", b"password=x%27+OR+1%3D1&user=c"),
        (b"password=a%22+or+b&user=c", b"password=***&user=c"),
    ):
        assert redactor.exchange(exchange(body=sent)).sent.body == told


def test_a_made_up_credential_goes_by_another_name_than_the_accounts() -> None:
    redactor = Redactor()
    redactor.also = lambda: [TOKEN]
    sent = exchange(Authorization=f"Bearer {TOKEN}x", Cookie=f"theme=1; session={TOKEN}", X_CSRF_Token="of the page")
    assert [value for _, value in redactor.exchange(sent).sent.headers] == [
        "$FORGED_ALICE_AUTHORIZATION", "$ALICE_COOKIE", "$ALICE_X_CSRF_TOKEN",
    ]  # fmt: skip
