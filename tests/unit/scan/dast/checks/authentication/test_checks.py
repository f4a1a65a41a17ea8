from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, request
from tests.unit.scan.dast.checks.authentication.conftest import ALICE, BOB
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.checks.authentication.attempt_limits import AttemptLimits
from setpoint.scan.dast.checks.authentication.checks import CHECKS
from setpoint.scan.dast.checks.authentication.credentials_in_urls import CredentialsInUrls
from setpoint.scan.dast.checks.authentication.ended_tokens import EndedTokens
from setpoint.scan.dast.checks.authentication.enumeration import AccountEnumeration
from setpoint.scan.dast.checks.authentication.made_up_credentials import MadeUpCredentials
from setpoint.scan.dast.checks.authentication.missing_authentication import MissingAuthentication
from setpoint.scan.dast.checks.authentication.open_writes import OpenWrites
from setpoint.scan.dast.checks.authentication.session_contents import SessionContents
from setpoint.scan.dast.checks.authentication.session_endings import SessionFixation, SessionSurvivesLogout
from setpoint.scan.dast.checks.authentication.weak_passwords import WeakPasswords
from setpoint.scan.dast.checks.authentication.weak_token_secret import WeakTokenSecret
from setpoint.scan.dast.interface import Accounts, Check, Login, TokenKind, Workbench

Make = Callable[..., Workbench]
Found = Callable[[Check, Workbench], list[Fault]]


def sent(bench: Workbench) -> list[str]:
    return [each.sent.url for each in bench.sender.exchanges]  # type: ignore[attr-defined]  # the tests' own sender


def keys(faults: list[Fault]) -> set[tuple[str, str]]:
    return {(each.kind, each.path) for each in faults}


def test_what_answers_nobody_like_its_owner_is_told(shop: Make, found: Found) -> None:
    assert keys(found(MissingAuthentication(), shop("open"))) == {("missing-authentication", "/me")}


def test_an_undocumented_route_with_an_accounts_data_is_told(shop: Make, found: Found) -> None:
    bench = shop("open")
    undeclared = replace(bench.surface.operations[0], security=None)
    surface = replace(bench.surface, operations=(undeclared, *bench.surface.operations[1:]))
    assert keys(found(MissingAuthentication(), replace(bench, surface=surface))) == {("missing-authentication", "/me")}


@pytest.mark.parametrize("is_open", [True, False])
def test_without_a_document_what_only_one_account_sees_is_its_own(serve: Any, workbench: Make, is_open: bool) -> None:
    app = Flask("receipts")
    owners = {"alice": "31", "bob": "32"}

    def receipt(number: str) -> str:
        return f"<p>receipt {number}</p><p>K-7719-{number}</p><p>x{number}@shop.example</p><p>ISBN-97831611</p>"

    @app.get("/orders/<number>")
    def order(number: str) -> Any:
        return receipt(number) if owners.get(request.headers.get("x-user", "")) == number else ("log in", 401)

    @app.get("/orders/<number>/print")
    def printed(number: str) -> Any:
        return receipt(number) if is_open else order(number)

    app.add_url_rule("/books", "books", lambda: "<p>ISBN-97831611</p><p>ISBN-97831622</p>")
    part = Part(PartPlace.PATH, "id", example="31", is_required=True)

    def owned(operation: Operation, caller: Caller) -> dict[Part, Json] | None:
        return {part: owners[caller.name]} if operation.parts and caller.name in owners else None

    bench = workbench(
        serve(app),
        *(Operation("GET", path, (part,)) for path in ("/orders/{id}", "/orders/{id}/print")),
        Operation("GET", "/books"),
        accounts=HeaderAccounts({each: (("x-user", each.name),) for each in (ALICE, BOB)}),
        owned=owned,
    )
    assert [each.path for each in MissingAuthentication().run(bench)] == (["/orders/{id}/print"] if is_open else [])


def test_refusals_that_come_with_200_are_no_data(shop: Make, found: Found) -> None:
    assert found(MissingAuthentication(), shop("soft-refusal")) == []


def test_what_nobody_wrote_and_an_account_reads_is_told(shop: Make, found: Found) -> None:
    faults = found(OpenWrites(), shop("open-write"))
    assert [(each.kind, each.method, each.path) for each in faults] == [("missing-authentication", "POST", "/orders")]
    assert found(OpenWrites(), shop("pretends")) == []
    assert found(OpenWrites(), shop()) == []


def test_a_common_secret_is_found_offline_and_shown_as_another_account(shop: Make, found: Found) -> None:
    faults = found(WeakTokenSecret(), shop(secret="my-super-secret-key"))
    assert keys(faults) == {("weak-token-secret", "*")}
    assert b"bob@shop.example" in faults[0].proof[0].answer.body  # type: ignore[union-attr]
    assert found(WeakTokenSecret(), shop()) == []


def test_with_the_secret_known_an_expired_token_is_tried(shop: Make, found: Found) -> None:
    faults = found(WeakTokenSecret(), shop("no-expiry", secret="changeme-secret"))
    assert {each.kind for each in faults} == {"weak-token-secret", "expired-token-accepted"}


@pytest.mark.parametrize(
    ("flaw", "kind", "fault"),
    [
        ("no-expiry", TokenKind.EXPIRED, "expired-token-accepted"),
        ("any-audience", TokenKind.FOREIGN_AUDIENCE, "foreign-token-accepted"),
    ],
)
def test_tokens_of_the_operator_that_have_to_be_refused(
    shop: Make, found: Found, flaw: str, kind: TokenKind, fault: str
) -> None:
    assert keys(found(EndedTokens(), shop(flaw, spare=(kind,)))) == {(fault, "/me"), (fault, "/orders")}
    assert found(EndedTokens(), shop(spare=(kind,))) == []


def test_a_login_that_offers_a_lifetime_gives_an_expired_token(shop: Make, found: Found) -> None:
    def offering(bench: Workbench) -> Workbench:
        wish = Part(PartPlace.BODY, "/expires_in", {"type": "integer"})
        operations = tuple(
            replace(each, parts=(*each.parts, wish)) if each.path == "/login" else each
            for each in bench.surface.operations
        )
        return replace(bench, surface=replace(bench.surface, operations=operations))

    assert {each.kind for each in found(EndedTokens(), offering(shop("no-expiry")))} == {"expired-token-accepted"}
    assert found(EndedTokens(), offering(shop())) == []


def test_logins_and_resets_that_tell_who_has_an_account(shop: Make, found: Found) -> None:
    check = AccountEnumeration()
    assert keys(found(check, shop("enumerable"))) == {("account-enumeration", "/login")}
    assert keys(found(check, shop("reset-enumerable"))) == {("account-enumeration", "/forgot-password")}
    assert ("reset-token-disclosed", "/forgot-password") in keys(found(check, shop("discloses")))
    assert found(check, shop()) == []


def test_what_the_operator_left_out_is_left_alone(shop: Make, found: Found) -> None:
    bench = replace(shop("reset-enumerable", "enumerable"), excludes=lambda each: each.path == "/forgot-password")
    assert keys(found(AccountEnumeration(), bench)) == {("account-enumeration", "/login")}
    assert not [each for each in sent(bench) if "forgot" in each]
    bench = replace(shop("enumerable", "no-limit"), excludes=lambda each: each.path == "/login")
    assert found(AccountEnumeration(), bench) == found(AttemptLimits(), bench) == []
    assert sent(bench) == []


def test_registrations_are_asked_only_where_allowed(shop: Make, found: Found) -> None:
    assert found(AccountEnumeration(), shop("may-register")) == []
    assert found(WeakPasswords(), shop("weak-passwords")) == []
    assert keys(found(WeakPasswords(), shop("weak-passwords", "may-register"))) == {
        ("weak-password-policy", "/register")
    }
    assert found(WeakPasswords(), shop("may-register")) == []


def test_attempts_without_end_are_told(shop: Make, found: Found) -> None:
    faults = found(AttemptLimits(), shop("no-limit"))
    assert keys(faults) == {("missing-attempt-limit", "/login"), ("missing-attempt-limit", "/otp/verify")}
    assert found(AttemptLimits(), shop()) == []


def test_whoever_slows_guessing_down_is_right(shop: Make, found: Found) -> None:
    bench = shop("no-limit")
    slow = replace(bench, accounts=Slower(bench.accounts))
    assert keys(found(AttemptLimits(), slow)) == {("missing-attempt-limit", "/otp/verify")}


class Slower:
    """Accounts of a target whose answers to wrong passwords take longer and longer, as far as it is told."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._seconds = 0.05

    def __getattr__(self, name: str) -> Any:
        return getattr(self._accounts, name)

    def attempt(self, caller: Caller, password: str, *, user: str = "") -> Login | None:
        self._seconds *= 1.5
        login = self._accounts.attempt(caller, password, user=user)
        assert login is not None
        exchange = login.exchanges[-1]
        assert exchange.answer is not None
        return replace(login, exchanges=(replace(exchange, answer=replace(exchange.answer, seconds=self._seconds)),))


def test_tokens_that_outlive_the_logout_are_told(shop: Make, portal: Make, found: Found) -> None:
    check = SessionSurvivesLogout()
    assert keys(found(check, shop("stateless"))) == {("session-survives-logout", "/logout")}
    assert found(check, shop()) == []
    assert keys(found(check, portal("survives"))) == {("session-survives-logout", "/logout")}
    assert found(check, portal()) == []


@pytest.mark.parametrize("flaws", [("keeps",), ("adopts", "keeps")])
def test_a_session_known_before_the_login_is_told(portal: Make, found: Found, flaws: tuple[str, ...]) -> None:
    faults = found(SessionFixation(), portal(*flaws))
    assert [(each.kind, each.method, each.path, each.part) for each in faults] == [
        ("session-fixation", "POST", "/login", "cookie:sid")
    ]


def test_a_new_session_with_every_login_is_right(portal: Make, shop: Make, found: Found) -> None:
    assert found(SessionFixation(), portal()) == []
    assert found(SessionFixation(), shop()) == []


@pytest.mark.parametrize(
    ("flaw", "kind"),
    [
        ("short", "predictable-session"),
        ("countable", "predictable-session"),
        ("in-url", "session-in-url"),
        ("long", "long-lived-session"),
    ],
)
def test_what_sessions_of_pages_are_like(portal: Make, found: Found, flaw: str, kind: str) -> None:
    assert keys(found(SessionContents(), portal(flaw))) == {(kind, "/login")}


@pytest.mark.parametrize(("flaw", "kind"), [("long", "long-lived-session"), ("telling", "secret-in-token")])
def test_what_tokens_are_like(shop: Make, found: Found, flaw: str, kind: str) -> None:
    assert keys(found(SessionContents(), shop(flaw))) == {(kind, "/login")}


def test_good_sessions_are_not_told(portal: Make, shop: Make, found: Found) -> None:
    assert found(SessionContents(), portal()) == []
    assert found(SessionContents(), shop()) == []


def test_tokens_in_the_query_are_told(shop: Make, found: Found) -> None:
    assert keys(found(CredentialsInUrls(), shop("query-token"))) == {("credential-in-url", "/me")}
    assert found(CredentialsInUrls(), shop()) == []


def test_parts_of_the_query_that_hold_credentials_are_told(shop: Make, found: Found) -> None:
    def query(path: str, name: str) -> Operation:
        return Operation("GET", path, (Part(PartPlace.QUERY, name),), BodyForm.NONE, security=())

    bench = shop()
    near = (query("/verify-email", "access_token"), query("/items", "page_token"), query("/talks", "session_id"))
    operations = (query("/login", "password"), query("/users", "password_changed_since"), *near)
    bench = replace(bench, surface=replace(bench.surface, operations=operations))
    assert keys(found(CredentialsInUrls(), bench)) == {("credential-in-url", "/login")}


@pytest.mark.parametrize("check", [each() for each in CHECKS], ids=lambda each: str(each.name))
def test_a_plan_sends_nothing_and_without_accounts_nothing_is_told(workbench: Make, shop: Make, check: Check) -> None:
    bench = shop()
    assert all(each.check == check.name and each.at_most > 0 for each in check.plan(bench))
    assert sent(bench) == []
    bare = workbench(bench.surface.base, *bench.surface.operations)
    if not isinstance(check, MadeUpCredentials):  # which needs no account
        assert list(check.plan(bare)) == []
    assert list(check.run(bare)) == []


def test_the_passive_profile_tries_no_login(shop: Make) -> None:
    bench = replace(shop("no-limit", "enumerable", "may-register"), profile=Profile.PASSIVE)
    for check in (AttemptLimits(), AccountEnumeration(), SessionContents(), SessionFixation(), WeakPasswords()):
        assert list(check.run(bench)) == []
    assert sent(bench) == []
