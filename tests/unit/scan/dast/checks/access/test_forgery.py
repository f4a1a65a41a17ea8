"""Writes that another site can have a browser make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, Response, abort, request
from tests.unit.scan.dast.checks.access.conftest import ALICE, BEARERS, BOB
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.dast import Answer, BodyForm, Caller, Exchange, Fault, Operation, Part, PartPlace, Sent
from setpoint.scan.dast.checks.access.forgery import Forgery
from setpoint.scan.dast.interface import Login

MakeBench = Callable[..., Any]

PAGE = Operation("GET", "/notes")
NOTE = Part(PartPlace.BODY, "note", {"type": "string"})
TOKEN = Part(PartPlace.BODY, "csrf_token", {"type": "string"}, example="good-token")
PLAIN = Operation("POST", "/notes", (NOTE,), BodyForm.FORM, page="/notes")
GUARDED = Operation("POST", "/notes", (NOTE, TOKEN), BodyForm.FORM, page="/notes")


@dataclass(frozen=True)
class CookieAccounts(HeaderAccounts):
    attributes: str = ""
    beside: tuple[str, ...] = ()
    """Other cookies of the login, with their attributes."""

    def login(self, caller: Caller, **_more: Any) -> Login:
        cookies = (f"session={caller.name}; Path=/{self.attributes}", *self.beside)
        answer = Answer(302, tuple(("set-cookie", each) for each in cookies), b"")
        exchange = Exchange(Sent("POST", "/login"), answer)
        return Login((exchange,), (("cookie", "session", caller.name),))


def notes(takes: Callable[[], bool]) -> Any:
    """A page with notes, and a form that writes one where the request is taken."""
    app, kept = Flask("notes"), ["bread"]

    @app.get("/notes")
    def read() -> Response:
        return Response("".join(f"<li>{each}</li>" for each in kept), mimetype="text/html")

    @app.post("/notes")
    def write() -> Any:
        if request.cookies.get("session") != "alice" or not takes():
            abort(403)
        given = request.form.get("note") or (request.get_json(force=True, silent=True) or {}).get("note", "")
        kept.append(given)
        return "", 302, {"location": "/notes"}

    return app


def faults_of(bench: Any) -> list[Fault]:
    return list(Forgery().run(bench))


ACCOUNTS = CookieAccounts({ALICE: (("cookie", "session=alice"),)})


@pytest.mark.parametrize(
    ("takes", "operation", "is_told"),
    [
        (lambda: True, PLAIN, True),
        (lambda: True, GUARDED, True),
        (lambda: request.form.get("csrf_token", "") != "", GUARDED, True),
        (lambda: request.form.get("csrf_token") == "good-token", GUARDED, False),
        (lambda: "elsewhere" not in request.headers.get("origin", ""), PLAIN, False),
        (lambda: False, PLAIN, False),
    ],
)
def test_forms(
    serve: Callable[..., str], workbench: MakeBench, takes: Callable[[], bool], operation: Operation, is_told: bool
) -> None:
    found = faults_of(workbench(serve(notes(takes)), PAGE, operation, accounts=ACCOUNTS))
    assert [(each.kind, each.cwe) for each in found] == ([("cross-site-request-forgery", 352)] if is_told else [])


@pytest.mark.parametrize("takes_text", [True, False])
def test_json_that_is_called_text(serve: Callable[..., str], workbench: MakeBench, takes_text: bool) -> None:
    app = notes(lambda: takes_text or request.mimetype == "application/json")
    operation = Operation("POST", "/notes", (Part(PartPlace.BODY, "/note", {"type": "string"}),), BodyForm.JSON)
    found = faults_of(workbench(serve(app), PAGE, operation, accounts=ACCOUNTS))
    assert len(found) == int(takes_text)


@pytest.mark.parametrize("attributes", ["; SameSite=Lax", "; Secure; samesite=strict"])
def test_a_cookie_that_stays_at_home(serve: Callable[..., str], workbench: MakeBench, attributes: str) -> None:
    accounts = CookieAccounts({ALICE: (("cookie", "session=alice"),)}, attributes=attributes)
    bench = workbench(serve(notes(lambda: True)), PAGE, PLAIN, accounts=accounts)
    assert faults_of(bench) == []


@pytest.mark.parametrize("is_needed", [True, False])
def test_a_second_cookie_that_stays_at_home_guards_where_it_is_looked_at(
    serve: Callable[..., str], workbench: MakeBench, *, is_needed: bool
) -> None:
    app = notes(lambda: not is_needed or request.cookies.get("role") == "customer")
    held = {ALICE: (("cookie", "session=alice; role=customer"),)}
    accounts = CookieAccounts(held, beside=("role=customer; SameSite=Lax",))
    assert len(faults_of(workbench(serve(app), PAGE, PLAIN, accounts=accounts))) == int(not is_needed)


def test_a_token_in_a_header_is_sent_by_no_browser_of_itself(serve: Callable[..., str], workbench: MakeBench) -> None:
    accounts = HeaderAccounts({ALICE: BEARERS[ALICE]})
    assert faults_of(workbench(serve(notes(lambda: True)), PAGE, PLAIN, accounts=accounts)) == []


def test_the_plan_sends_nothing(serve: Callable[..., str], workbench: MakeBench) -> None:
    bench = workbench(serve(notes(lambda: True)), PAGE, PLAIN, accounts=ACCOUNTS)
    assert [each.operation for each in Forgery().plan(bench)] == [PLAIN.key]
    assert bench.sender.exchanges == []


class Profiles:
    """Own pages of two accounts, with a token of each; `takes` says whether a request's token will do."""

    def __init__(self, takes: Callable[[str, str], bool]) -> None:
        self.names = {"alice": "Alice", "bob": "Bob"}
        self.app = Flask("profiles")

        @self.app.get("/profile")
        def read() -> Any:
            who = request.cookies.get("session", "")
            page = (
                f'<form method="post" action="/profile"><input type="hidden" name="csrf_token" value="of-{who}">'
                f'<input name="display_name" value="{self.names[who]}"></form>'
            )
            return Response(page, mimetype="text/html")

        @self.app.post("/profile")
        def write() -> Any:
            who = request.cookies.get("session", "")
            if takes(who, request.form.get("csrf_token", "")):
                self.names[who] = request.form["display_name"]
            return "", 302, {"location": "/profile"}


@pytest.mark.parametrize(
    ("takes", "told"),
    [
        (lambda _who, _token: True, "without a token"),
        (lambda _who, token: bool(token), "made up"),
        (lambda _who, token: token in {"of-alice", "of-bob"}, "another session"),
        (lambda who, token: token == f"of-{who}", ""),
    ],
)
def test_a_form_of_the_own_account_is_set_back(
    serve: Callable[..., str], workbench: MakeBench, takes: Callable[[str, str], bool], told: str
) -> None:
    site = Profiles(takes)
    token = Part(PartPlace.BODY, "csrf_token", {"type": "string", "format": "form-token"}, example="of-alice")
    name = Part(PartPlace.BODY, "display_name", {"type": "string"}, example="Alice")
    form = Operation("POST", "/profile", (token, name), BodyForm.FORM, page="/profile")
    accounts = CookieAccounts({who: (("cookie", f"session={who.name}"),) for who in (ALICE, BOB)})
    found = faults_of(workbench(serve(site.app), Operation("GET", "/profile"), form, accounts=accounts))
    assert [told in each.message for each in found] == ([True] if told else [])
    assert site.names == {"alice": "Alice", "bob": "Bob"}
