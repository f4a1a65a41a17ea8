from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response, jsonify, redirect, request

from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.accounts.settings import Account, AuthSettings, FormLogin, JsonLogin
from setpoint.scan.dast.checks.authentication import password_changes
from setpoint.scan.dast.checks.authentication.password_changes import PasswordChanges
from setpoint.scan.dast.interface import Check, Workbench

ALICE = Caller("alice", "customer", 1)
PASSWORD = "correct-horse-1"


def body(*names: str) -> tuple[Part, ...]:
    return tuple(Part(PartPlace.BODY, name, {"type": "string"}, is_required=True) for name in names)


class Club:
    """People with sessions, by documents or by forms. `flaws`: what it does wrong."""

    def __init__(self, *flaws: str, change: str = "/me/password", fields: tuple[str, str] = ("old", "new")) -> None:
        self.flaws = frozenset(flaws)
        self.old, self.new = fields
        self.people = {"alice": PASSWORD}
        self.sessions: dict[str, str] = {}
        self.logins: dict[str, int] = {}
        self.app = Flask("club")
        self.app.add_url_rule("/login", view_func=self.login, methods=["GET", "POST"])
        self.app.add_url_rule("/join", view_func=self.join, methods=["POST"])
        self.app.add_url_rule("/me", view_func=self.me)
        self.app.add_url_rule(change, "change", self.change, methods=["PUT", "POST"])

    def given(self) -> dict[str, str]:
        return request.get_json() if request.is_json else dict(request.form)

    def key(self) -> str:
        return request.headers.get("authorization", "").removeprefix("Bearer ") or request.cookies.get("sid", "")

    def user(self) -> str:
        return self.sessions.get(self.key(), "")

    def login(self) -> Any:
        if request.method == "GET":
            return '<form method="post"><input name="username"><input type="password" name="password"></form>'
        given = self.given()
        if self.people.get(given["username"]) != given["password"]:
            return (jsonify(error="no"), 401) if request.is_json else redirect("/login")
        is_shared = "one-session" in self.flaws and given["username"] in self.sessions.values()
        key = next((key for key, user in self.sessions.items() if is_shared and user == given["username"]), "")
        if "same-second" in self.flaws:
            self.logins[given["username"]] = self.logins.get(given["username"], 0) + 1
            key = f"token-{given['username']}-{self.logins[given['username']] // 3}"
        key = key or secrets.token_urlsafe(24)
        self.sessions[key] = given["username"]
        answer: Response = jsonify(access_token=key) if request.is_json else redirect("/me")  # type: ignore[assignment]  # werkzeug's response
        if not request.is_json:
            answer.set_cookie("sid", key)
        return answer

    def join(self) -> Any:
        given = self.given()
        self.people.setdefault(given["username"], given["password"])
        return "", 201

    def me(self) -> Any:
        user = self.user()
        if not user:
            return redirect("/login") if "text/html" in self.flaws else (jsonify(error="log in"), 401)
        return jsonify(username=user, member=f"member {user} of the club")

    def change(self, username: str = "") -> Any:
        user, given = self.user(), self.given()
        if not user or (username and username != user):
            return jsonify(error="not yours"), 403
        if "unverified" not in self.flaws and given.get(self.old) != self.people[user]:
            return jsonify(error="wrong password"), 403
        if "pretends" not in self.flaws:
            self.people[user] = given[self.new]
        if "survives" not in self.flaws and "pretends" not in self.flaws:
            mine = self.key()
            self.sessions = {key: of for key, of in self.sessions.items() if of != user or key == mine}
        return "", 204


Made = Callable[..., Workbench]


@pytest.fixture
def club(
    serve: Callable[[Any], str],
    workbench: Made,
    over: Callable[[Workbench, AuthSettings, str], Workbench],
    monkeypatch: pytest.MonkeyPatch,
) -> Made:
    monkeypatch.setattr(password_changes, "TICK", 0.0)

    def make(target: Club, change: Operation, *, is_form: bool = False, may_register: bool = True) -> Workbench:
        base = serve(target.app)
        form = BodyForm.FORM if is_form else BodyForm.JSON
        names = ("username", "password") if is_form else ("/username", "/password")
        operations = (
            Operation("GET", "/me"),
            Operation("POST", "/login", body(*names), form),
            Operation("POST", "/join", body(*names), form, name="register"),
            change,
        )
        flow = FormLogin(f"{base}/login") if is_form else JsonLogin(f"{base}/login", user_field="/username")
        accounts = (Account(ALICE, flow, "alice", PASSWORD),)
        return over(workbench(base, *operations), AuthSettings(accounts, may_register=may_register), base)

    return make


Found = Callable[[Check, Workbench], list[Fault]]
OWN = Operation("PUT", "/me/password", body("/old_password", "/new_password"), BodyForm.JSON)
FIELDS = ("old_password", "new_password")


def kinds(faults: list[Fault]) -> set[str]:
    return {each.kind for each in faults}


@pytest.mark.parametrize(
    ("flaws", "expected"),
    [
        ((), set()),
        (("survives",), {"session-survives-password-change"}),
        (("unverified",), {"password-change-unverified"}),
        (("unverified", "survives"), {"password-change-unverified", "session-survives-password-change"}),
        (("pretends", "survives"), set()),
        (("one-session",), set()),
        (("same-second", "survives"), {"session-survives-password-change"}),
    ],
)
def test_changes_are_shown_by_who_logs_in_and_who_reads(
    club: Made, found: Found, flaws: tuple[str, ...], expected: set[str]
) -> None:
    target = Club(*flaws, fields=FIELDS)
    assert kinds(found(PasswordChanges(), club(target, OWN))) == expected
    assert target.people["alice"] == PASSWORD


@pytest.mark.parametrize("flaw", ["survives", ""])
def test_forms_of_a_site_count_as_well(club: Made, found: Found, flaw: str) -> None:
    target = Club(flaw, change="/settings/change-password", fields=("current_password", "password"))
    change = Operation(
        "POST", "/settings/change-password", body("current_password", "password", "password_confirm"), BodyForm.FORM
    )
    faults = found(PasswordChanges(), club(target, change, is_form=True))
    assert kinds(faults) == ({"session-survives-password-change"} if flaw else set())


def test_a_change_that_names_its_account_is_told_to_ask_for_nothing(club: Made, found: Found) -> None:
    target = Club("unverified", change="/users/<username>/password", fields=("old", "password"))
    user = Part(PartPlace.PATH, "username", {"type": "string"}, is_required=True)
    change = Operation("PUT", "/users/{username}/password", (user, *body("/password")), BodyForm.JSON)
    faults = found(PasswordChanges(), club(target, change))
    assert [(each.kind, each.path) for each in faults] == [("password-change-unverified", change.path)]
    assert target.people["alice"] == PASSWORD


def test_without_leave_to_register_nothing_is_sent(club: Made, found: Found) -> None:
    bench = club(Club("survives", fields=FIELDS), OWN, may_register=False)
    assert found(PasswordChanges(), bench) == []
    assert bench.sender.exchanges == []  # type: ignore[attr-defined]  # the tests' own sender
