from __future__ import annotations

import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import pytest

from setpoint.errors import TemporaryError
from setpoint.model.access import AccessScope
from setpoint.server.authentication import fetching
from setpoint.server.authentication.identities import Identities
from setpoint.server.authentication.issuer_keys import FIRST_PAUSE, FRESH_FOR, MOST_WAITING, PAUSE, IssuerKeys
from setpoint.server.authentication.refusals import UnauthenticatedError
from setpoint.settings.oidc import OidcProvider

if TYPE_CHECKING:
    from tests.unit.server.authentication.conftest import Clock, Issuer


def say(status: int, body: bytes = b"{}", **headers: str) -> Any:
    def answer(handler: BaseHTTPRequestHandler) -> bool:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)
        return True

    return answer


@pytest.fixture
def keys(provider: OidcProvider, clock: Clock) -> IssuerKeys:
    return IssuerKeys(provider, clock=clock)


def test_keys_are_fetched_once_and_kept(keys: IssuerKeys, issuer: Issuer, clock: Clock) -> None:
    assert [key.kid for key in keys.find("one")] == ["one"]
    clock.now += FRESH_FOR - 1
    assert keys.find("one")
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]


def test_a_rotated_key_is_found_and_a_withdrawn_one_is_soon_no_longer_good(
    identities: Identities, issuer: Issuer, clock: Clock
) -> None:
    old = issuer.token()
    assert identities.principal(old).may(AccessScope.GATE)
    del issuer.keys["one"]
    issuer.add_key("two")
    clock.now += PAUSE
    assert identities.principal(issuer.token("two")).may(AccessScope.GATE)
    with pytest.raises(UnauthenticatedError):
        identities.principal(old)


def test_a_withdrawn_key_is_no_longer_good_once_keys_are_not_fresh(
    identities: Identities, issuer: Issuer, clock: Clock
) -> None:
    old = issuer.token()
    identities.principal(old)
    issuer.add_key("two")
    del issuer.keys["one"]
    clock.now += FRESH_FOR
    with pytest.raises(UnauthenticatedError):
        identities.principal(old)


def test_made_up_key_names_fetch_at_most_once_a_minute(keys: IssuerKeys, issuer: Issuer, clock: Clock) -> None:
    keys.find("one")
    for number in range(50):
        assert not keys.find(f"made-up-{number}")
    assert len(issuer.asked) == 2
    clock.now += PAUSE
    for number in range(50):
        assert not keys.find(f"made-up-{number}")
    assert len(issuer.asked) == 4


def test_keys_are_kept_while_the_issuer_is_down_and_not_for_ever(
    keys: IssuerKeys, issuer: Issuer, provider: OidcProvider, clock: Clock
) -> None:
    keys.find("one")
    issuer.answer = say(503)
    clock.now += provider.keys_valid_for - 1
    assert keys.find("one")
    clock.now += 1
    with pytest.raises(TemporaryError, match="cannot be had now"):
        keys.find("one")
    issuer.answer = None
    clock.now += FIRST_PAUSE
    assert keys.find("one")


def test_an_issuer_that_was_down_at_first_is_asked_again_soon(keys: IssuerKeys, issuer: Issuer, clock: Clock) -> None:
    issuer.answer = say(500)
    for _ in range(10):
        with pytest.raises(TemporaryError) as caught:
            keys.find("one")
    assert len(issuer.asked) == 1
    issuer.answer = None
    clock.now += caught.value.delay
    assert keys.find("one")


@pytest.mark.parametrize(
    "answer",
    [
        say(404),
        say(302, Location="/keys"),
        say(200, b"not json"),
        say(200, b"[" * 5000),
        say(200, b"[]"),
        say(200, b'{"issuer": "https://elsewhere.example"}'),
        say(200, b"{}", Content_Encoding="gzip"),
        say(200, b" " * (fetching.MAX_BYTES + 1)),
        say(200, b"{}", Content_Length="10"),
    ],
)
def test_an_answer_that_will_not_do_is_no_answer(keys: IssuerKeys, issuer: Issuer, answer: Any) -> None:
    issuer.answer = answer
    with pytest.raises(TemporaryError, match="cannot be had now"):
        keys.find("one")
    assert issuer.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://elsewhere.example"},
        {"jwks_uri": None},
        {"jwks_uri": "http://elsewhere.example/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://[broken"},
    ],
)
def test_a_document_that_leads_elsewhere_is_not_followed(
    keys: IssuerKeys, issuer: Issuer, discovery: dict[str, Any]
) -> None:
    issuer.discovery = discovery
    with pytest.raises(TemporaryError):
        keys.find("one")
    assert "/keys" not in issuer.asked


def test_an_issuer_elsewhere_cannot_name_keys_on_this_machine(provider: OidcProvider) -> None:
    asked = []

    def fetch(url: str) -> Any:
        asked.append(url)
        return {"issuer": "https://elsewhere.example", "jwks_uri": "http://127.0.0.1:1/keys"}

    with pytest.raises(TemporaryError):
        IssuerKeys(replace(provider, issuer="https://elsewhere.example"), fetch).find("one")
    assert asked == ["https://elsewhere.example/.well-known/openid-configuration"]


def test_keys_that_cannot_be_understood_are_left_out(provider: OidcProvider, issuer: Issuer) -> None:
    strange: list[Any] = [
        7,
        {},
        {"kty": "AKP", "kid": "later"},
        {"kty": ["RSA"]},
        {"kty": "RSA", "kid": "small", "n": "AQAB", "e": "AQAB"},
        {"kty": "EC", "kid": "off", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "kid": "half", "crv": "P-256"},
        {"kty": "OKP", "kid": "odd", "crv": "X", "x": "AA"},
        {"kty": "oct", "kid": "shared", "k": "AAAA"},
    ]
    documents = issuer.documents()
    documents["/keys"]["keys"] += strange
    keys = IssuerKeys(provider, lambda url: documents[url.removeprefix(issuer.url)])
    assert keys.find("one")
    assert not any(keys.find(name) for name in ("later", "small", "off", "half", "odd", "shared"))


def test_no_usable_key_is_no_answer(provider: OidcProvider, issuer: Issuer) -> None:
    documents = {**issuer.documents(), "/keys": {"keys": [{"kty": "oct", "k": "AAAA"}]}}
    with pytest.raises(TemporaryError):
        IssuerKeys(provider, lambda url: documents[url.removeprefix(issuer.url)]).find("one")


def test_a_slow_issuer_does_not_hold_a_call_for_longer_than_the_deadline(
    keys: IssuerKeys, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.3)
    end = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> bool:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not end.wait(0.02):
            handler.wfile.write(b" ")
        return True

    issuer.answer = drip
    started = time.monotonic()
    with pytest.raises(TemporaryError):
        keys.find("one")
    assert time.monotonic() - started < 3
    end.set()


def test_while_keys_are_looked_up_again_other_calls_go_by_those_that_are_there(
    keys: IssuerKeys, issuer: Issuer, clock: Clock
) -> None:
    keys.find("one")
    asked, go_on = threading.Event(), threading.Event()

    def wait(_handler: BaseHTTPRequestHandler) -> bool:
        asked.set()
        go_on.wait(10)
        return False

    issuer.answer = wait
    clock.now += FRESH_FOR
    slow = threading.Thread(target=keys.find, args=("one",))
    slow.start()
    assert asked.wait(10)
    assert keys.find("one")
    assert slow.is_alive()
    go_on.set()
    slow.join(10)


def test_of_calls_that_come_together_at_first_one_fetches_one_waits_and_the_rest_come_again(
    keys: IssuerKeys, issuer: Issuer
) -> None:
    go_on, found = threading.Event(), []

    def wait(_handler: BaseHTTPRequestHandler) -> bool:
        go_on.wait(10)
        return False

    def find() -> None:
        try:
            found.append(len(keys.find("one")))
        except TemporaryError:
            found.append(0)
            go_on.set()

    issuer.answer = wait
    threads = [threading.Thread(target=find) for _ in range(MOST_WAITING + 3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)
    assert sorted(found) == [0] * 3 + [1] * MOST_WAITING
    assert len(issuer.asked) == 2
