"""Codes of resets, compared only once one was asked for, and forms that say on the next page what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, flash, get_flashed_messages, jsonify, redirect, request

from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.accounts.settings import Account, AuthSettings, FormLogin, JsonLogin
from setpoint.scan.dast.checks.authentication.attempt_limits import ATTEMPTS, AttemptLimits
from setpoint.scan.dast.checks.authentication.enumeration import AccountEnumeration
from setpoint.scan.dast.interface import Check, Workbench

ALICE, BOB = Caller("alice", "customer", 1), Caller("bob", "customer", 1)
PASSWORDS = {"alice": "correct-horse-1", "bob": "battery-staple-2"}
Over = Callable[[Workbench, AuthSettings, str], Workbench]
Found = Callable[[Check, Workbench], list[Fault]]


def body(*names: str, slash: str = "/") -> tuple[Part, ...]:
    return tuple(Part(PartPlace.BODY, f"{slash}{name}", {"type": "string"}, is_required=True) for name in names)


OPERATIONS = (
    Operation("POST", "/login", body("username", "password"), BodyForm.JSON),
    Operation("POST", "/reset-password", body("username"), BodyForm.JSON),
    Operation("POST", "/reset-password/confirm", body("username", "code", "new_password"), BodyForm.JSON),
)


class Safe:
    """Resets by a code of four digits, for accounts that asked for one. `flaws`: what it does wrong."""

    def __init__(self, *flaws: str) -> None:
        self.flaws = frozenset(flaws)
        self.passwords = dict(PASSWORDS)
        self.codes: dict[str, str] = {}
        self.wrong: dict[str, int] = {}
        self.app = Flask("safe")
        for path, view in (
            ("/login", self.login),
            ("/reset-password", self.reset),
            ("/reset-password/confirm", self.confirm),
        ):
            self.app.add_url_rule(path, view_func=view, methods=["POST"])

    def login(self) -> Any:
        given = request.get_json()
        if given["username"] == "bob" and "bob-is-locked" in self.flaws:
            return jsonify(error="ask the administrator"), 403
        if self.passwords.get(given["username"]) != given["password"]:
            self.wrong[given["username"]] = self.wrong.get(given["username"], 0) + 1
            if self.wrong[given["username"]] > 5 and "no-login-limit" not in self.flaws:
                return jsonify(error="wait"), 429
            return jsonify(error="no"), 401
        return jsonify(access_token=f"session-of-{given['username']}")

    def reset(self) -> Any:
        user = request.get_json()["username"]
        if user in self.passwords:
            self.codes[user] = f"{secrets.randbelow(10_000):04}x"  # never guessed here: the test wants wrong ones
        return jsonify(message="a message is on its way")

    def confirm(self) -> Any:
        given = request.get_json()
        user = given["username"]
        if "tells" in self.flaws and user not in self.passwords:
            return jsonify(error="no such account"), 404
        if user not in self.codes:
            return jsonify(error="wrong code" if "blind" in self.flaws else "no reset was asked for"), 400
        self.wrong[f"code of {user}"] = self.wrong.get(f"code of {user}", 0) + 1
        if self.wrong[f"code of {user}"] > 5 and "no-code-limit" not in self.flaws:
            del self.codes[user]
        return jsonify(error="wrong code"), 400


@pytest.fixture
def bench(serve: Callable[[Any], str], workbench: Callable[..., Workbench], over: Over) -> Callable[..., Workbench]:
    def make(*flaws: str) -> Workbench:
        base = serve(Safe(*flaws).app)
        flow = JsonLogin(f"{base}/login", user_field="/username")
        accounts = tuple(Account(each, flow, each.name, PASSWORDS[each.name]) for each in (ALICE, BOB))
        return over(workbench(base, *OPERATIONS), AuthSettings(accounts), base)

    return make


def told(faults: list[Fault]) -> set[tuple[str, str]]:
    return {(each.kind, each.path) for each in faults}


def test_codes_are_tried_after_one_was_asked_for(bench: Callable[..., Workbench], found: Found) -> None:
    assert told(found(AttemptLimits(), bench("no-code-limit"))) == {
        ("missing-attempt-limit", "/reset-password/confirm")
    }
    assert found(AttemptLimits(), bench()) == []


def test_where_nothing_shows_that_a_code_is_compared_nothing_is_told(
    bench: Callable[..., Workbench], found: Found
) -> None:
    assert found(AttemptLimits(), bench("no-code-limit", "blind")) == []


def test_an_account_that_is_locked_already_gives_way_to_another(bench: Callable[..., Workbench], found: Found) -> None:
    assert found(AttemptLimits(), bench("bob-is-locked")) == []
    (fault,) = found(AttemptLimits(), bench("bob-is-locked", "no-login-limit"))
    assert (fault.path, fault.caller) == ("/login", "alice")
    assert str(ATTEMPTS) in fault.difference
    assert "the right password is taken" in fault.difference
    assert fault.proof[-1].answer is not None
    assert fault.proof[-1].answer.status == 200


def test_codes_that_are_asked_for_with_a_name_may_tell_who_has_an_account(
    bench: Callable[..., Workbench], found: Found
) -> None:
    assert ("account-enumeration", "/reset-password/confirm") in told(found(AccountEnumeration(), bench("tells")))
    assert found(AccountEnumeration(), bench("blind", "no-code-limit")) == []


@pytest.mark.parametrize("tells", [True, False])
def test_what_a_form_says_on_the_next_page_counts(
    serve: Callable[[Any], str], workbench: Callable[..., Workbench], over: Over, found: Found, tells: bool
) -> None:
    app = Flask("site")
    app.secret_key = secrets.token_hex(16)

    @app.route("/login", methods=["GET", "POST"])
    def login() -> str:
        said = "".join(f"<p>{each}</p>" for each in get_flashed_messages())
        return f'{said}<form method="post"><input name="username"><input type="password" name="password"></form>'

    @app.post("/forgot")
    def forgot() -> Any:
        user = request.form["username"]
        is_known = user in PASSWORDS or not tells
        flash(f"{user}: a mail is on its way" if is_known else f"{user}: nobody of that name")
        return redirect("/login")

    base = serve(app)
    operations = (
        Operation("POST", "/login", body("username", "password", slash=""), BodyForm.FORM),
        Operation("POST", "/forgot", body("username", slash=""), BodyForm.FORM),
    )
    account = Account(ALICE, FormLogin(f"{base}/login"), "alice", PASSWORDS["alice"])
    faults = found(AccountEnumeration(), over(workbench(base, *operations), AuthSettings((account,)), base))
    assert told(faults) == ({("account-enumeration", "/forgot")} if tells else set())
