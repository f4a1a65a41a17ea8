from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from setpoint.errors import LedgerError, TemporaryError
from setpoint.model.access import AccessScope, Principal, TokenRequest
from setpoint.model.credential import mint
from setpoint.server.authentication.authenticator import LONGEST, Authenticator
from setpoint.server.authentication.identities import Identities
from setpoint.server.authentication.last_uses import LastUses
from setpoint.server.authentication.refusals import ForbiddenError, Refusal, UnauthenticatedError
from setpoint.settings.oidc import OidcProvider
from setpoint.store.ledger.tokens import SqlTokens

if TYPE_CHECKING:
    from tests.unit.server.authentication.conftest import Issuer

GATE = frozenset({AccessScope.GATE})
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Time:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def at() -> Time:
    return Time()


@pytest.fixture
def counted() -> Counter[Refusal]:
    return Counter()


@pytest.fixture
def authenticator(
    store: SqlTokens, identities: Identities, counted: Counter[Refusal], at: Time
) -> Iterator[Authenticator]:
    made = Authenticator(store, identities=identities, count_refusal=lambda reason: counted.update([reason]), now=at)
    yield made
    made.close()


def refusal(authenticator: Authenticator, header: str | None) -> UnauthenticatedError:
    with pytest.raises(UnauthenticatedError) as caught:
        authenticator.authenticate(header)
    return caught.value


def test_a_token_is_who_it_was_issued_to(authenticator: Authenticator, store: SqlTokens) -> None:
    issued = store.issue(TokenRequest("ci", GATE, "shop"), "me", NOW)
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert authenticator.authenticate(f"{scheme} {issued.text}") == Principal(
            "token:ci", GATE, "shop", issued.token.id
        )


def test_an_identity_is_who_its_provider_says(authenticator: Authenticator, issuer: Issuer) -> None:
    assert authenticator.authenticate(f"Bearer {issuer.token()}").name.startswith(f"oidc:{issuer.url}#repo:")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, Refusal.MISSING),
        ("", Refusal.MALFORMED),
        ("Bearer", Refusal.MALFORMED),
        ("Bearer ", Refusal.MALFORMED),
        ("Basic YWxhZGRpbjpvcGVuc2VzYW1l", Refusal.MALFORMED),
        ("Bearer a b", Refusal.MALFORMED),
        ("Bearer a, Bearer b", Refusal.MALFORMED),
        ("Bearer sp_short", Refusal.MALFORMED),
        (f"Bearer {'x' * LONGEST}", Refusal.MALFORMED),
        ("Bearer somethingelse", Refusal.MALFORMED),
        ("Bearer \x00", Refusal.MALFORMED),
        ("Bearer tökén", Refusal.MALFORMED),
    ],
)
def test_what_is_no_bearer_token(
    authenticator: Authenticator, counted: Counter[Refusal], header: str | None, reason: Refusal
) -> None:
    assert refusal(authenticator, header).reason is reason
    assert counted == {reason: 1}


def test_an_unknown_token_and_a_wrong_secret_are_refused_alike(authenticator: Authenticator, store: SqlTokens) -> None:
    issued = store.issue(TokenRequest("ci", GATE), "me", NOW)
    unknown, _ = mint()
    # Another secret under a real id, with its checksum right.
    wrong = _with_id(issued.token.id)
    refused = [refusal(authenticator, f"Bearer {each}") for each in (unknown, wrong)]
    assert [each.reason for each in refused] == [Refusal.WRONG, Refusal.WRONG]
    assert refused[0].diagnostics() == refused[1].diagnostics()
    assert refused[0].challenge == refused[1].challenge
    assert refused[1].token is None


def _with_id(identity: str) -> str:
    from setpoint.model import credential

    text, _ = mint()
    body = f"sp_{identity}_{text[16 : 16 + credential.SECRET_LENGTH]}"
    return body + credential._checksum(body)


def test_a_token_opens_until_the_second_it_expires(authenticator: Authenticator, store: SqlTokens, at: Time) -> None:
    issued = store.issue(TokenRequest("ci", GATE, None, NOW + timedelta(seconds=2)), "me", NOW)
    at.now = NOW + timedelta(seconds=1.999999)
    authenticator.authenticate(f"Bearer {issued.text}")
    at.now = NOW + timedelta(seconds=2)
    refused = refusal(authenticator, f"Bearer {issued.text}")
    assert (refused.reason, refused.token) == (Refusal.EXPIRED, issued.token.id)


def test_a_revoked_token_is_refused_from_the_next_call_on(authenticator: Authenticator, store: SqlTokens) -> None:
    issued = store.issue(TokenRequest("ci", GATE), "me", NOW)
    authenticator.authenticate(f"Bearer {issued.text}")
    store.revoke("ci", "me", NOW)
    assert refusal(authenticator, f"Bearer {issued.text}").reason is Refusal.REVOKED


def test_both_secrets_open_during_the_overlap(authenticator: Authenticator, store: SqlTokens, at: Time) -> None:
    old = store.issue(TokenRequest("ci", GATE), "me", NOW)
    new = store.rotate("ci", timedelta(minutes=5), "me", NOW)
    for each in (old, new):
        assert authenticator.authenticate(f"Bearer {each.text}").name == "token:ci"
    at.now = NOW + timedelta(minutes=5)
    assert refusal(authenticator, f"Bearer {old.text}").reason is Refusal.EXPIRED
    assert authenticator.authenticate(f"Bearer {new.text}").token == new.token.id


def test_scopes_and_services_are_held(authenticator: Authenticator, counted: Counter[Refusal]) -> None:
    bound = Principal("token:ci", frozenset({AccessScope.OPERATE}), "shop", "id")
    authenticator.authorise(bound, AccessScope.READ, service="shop")
    with pytest.raises(ForbiddenError, match="this needs the scope admin") as caught:
        authenticator.authorise(bound, AccessScope.ADMIN)
    assert caught.value.challenge == 'Bearer realm="setpoint", error="insufficient_scope", scope="admin"'
    with pytest.raises(ForbiddenError, match="bound to another service"):
        authenticator.authorise(bound, AccessScope.READ, service="payments")
    assert counted == {Refusal.SCOPE: 1, Refusal.SERVICE: 1}


def test_what_is_about_all_services_is_not_for_one(authenticator: Authenticator, counted: Counter[Refusal]) -> None:
    scopes = frozenset({AccessScope.READ})
    authenticator.expect_unbound(Principal("token:ci", scopes, None, "id"))
    with capture_logs() as logs, pytest.raises(ForbiddenError, match="bound to one"):
        authenticator.expect_unbound(Principal("token:ci", scopes, "shop", "id"))
    assert [(each["reason"], each["principal"]) for each in logs] == [("service", "token:ci")]
    assert counted == {Refusal.SERVICE: 1}


def test_the_challenge_says_no_more_than_who_asks_knows(authenticator: Authenticator) -> None:
    assert refusal(authenticator, None).challenge == 'Bearer realm="setpoint"'
    assert refusal(authenticator, "Bearer x").challenge == 'Bearer realm="setpoint", error="invalid_token"'


def test_refusals_are_logged_without_what_was_shown(
    authenticator: Authenticator, store: SqlTokens, issuer: Issuer
) -> None:
    issued = store.issue(TokenRequest("ci", GATE), "me", NOW)
    store.revoke("ci", "me", NOW)
    shown = [issued.text, _with_id(issued.token.id), issued.text[:-1], issuer.token(aud="x"), "opaque-secret-text"]
    with capture_logs() as logs:
        for each in shown:
            refusal(authenticator, f"Bearer {each}")
    assert [entry["reason"] for entry in logs] == ["revoked", "wrong", "malformed", "claims", "malformed"]
    assert logs[0]["id"] == issued.token.id
    for each in shown:
        assert each not in str(logs)
        assert each.rsplit("_", 1)[-1][:40] not in str(logs)
        assert each.rsplit(".", 1)[-1] not in str(logs)


def test_who_cannot_be_asked_now_is_not_called_wrong(
    store: SqlTokens, provider: OidcProvider, issuer: Issuer, counted: Counter[Refusal]
) -> None:
    def down(url: str) -> None:
        raise TemporaryError("down", where=url)

    identities = Identities([provider], down)
    authenticator = Authenticator(store, identities=identities, count_refusal=lambda reason: counted.update([reason]))
    with pytest.raises(TemporaryError, match="cannot be had now"):
        authenticator.authenticate(f"Bearer {issuer.token()}")
    assert counted == {Refusal.UNREACHABLE: 1}
    authenticator.close()


def test_a_ledger_out_of_order_counts_as_one_that_cannot_be_asked(
    store: SqlTokens, authenticator: Authenticator, counted: Counter[Refusal], monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_identity: str) -> None:
        raise LedgerError("the ledger is damaged")

    monkeypatch.setattr(store, "find", damaged)
    with pytest.raises(LedgerError):
        authenticator.authenticate(f"Bearer {mint()[0]}")
    assert counted == {Refusal.UNREACHABLE: 1}


def test_the_last_use_is_noted_by_the_time_it_is_closed(
    authenticator: Authenticator, store: SqlTokens, at: Time
) -> None:
    used, unused = (store.issue(TokenRequest(name, GATE), "me", NOW) for name in ("used", "unused"))
    for _ in range(20):
        authenticator.authenticate(f"Bearer {used.text}")
    authenticator.close()
    noted = {each.id: each.last_used_at for each in store.tokens()}
    assert noted == {used.token.id: NOW, unused.token.id: None}
    authenticator.authenticate(f"Bearer {unused.text}")


def test_a_use_soon_after_the_last_is_not_noted(store: SqlTokens) -> None:
    issued = store.issue(TokenRequest("ci", GATE), "me", NOW)
    for later, expected in ((0, 0), (59, 0), (60, 60)):
        uses = LastUses(store)
        uses.note(store.tokens()[0], NOW + timedelta(seconds=later))
        uses.close()
        assert store.tokens()[0].last_used_at == NOW + timedelta(seconds=expected)
    assert issued.token.last_used_at is None


def test_many_threads_may_ask_at_once(authenticator: Authenticator, store: SqlTokens) -> None:
    issued = [store.issue(TokenRequest(f"ci{number}", GATE), "me", NOW) for number in range(8)]
    names: list[str] = []

    def ask(text: str) -> None:
        names.extend(authenticator.authenticate(f"Bearer {text}").name for _ in range(20))

    threads = [threading.Thread(target=ask, args=(each.text,)) for each in issued]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert Counter(names) == {f"token:ci{number}": 20 for number in range(8)}
