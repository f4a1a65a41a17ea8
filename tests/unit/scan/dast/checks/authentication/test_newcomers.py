"""Registrations of applications that want more than a name, and what checks make of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, request

from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.accounts.settings import Account, AuthSettings, JsonLogin
from setpoint.scan.dast.checks.authentication.enumeration import AccountEnumeration
from setpoint.scan.dast.checks.authentication.logins import registering, user_part
from setpoint.scan.dast.checks.authentication.newcomers import newcomer
from setpoint.scan.dast.checks.authentication.weak_passwords import WeakPasswords
from setpoint.scan.dast.interface import Check, Workbench

ALICE = Caller("alice", "customer", 1)
PASSWORD = "correct-horse-1"


def text(name: str, *, is_required: bool = False) -> Part:
    return Part(PartPlace.BODY, f"/{name}", {"type": "string"}, is_required=is_required)


LOGIN = Operation(
    "POST", "/login", (text("username", is_required=True), text("password", is_required=True)), BodyForm.JSON
)
JOIN = Operation(
    "POST",
    "/register",
    (
        text("phone_number"),
        text("nickname"),
        text("role"),
        text("username", is_required=True),
        text("password", is_required=True),
    ),
    BodyForm.JSON,
)


class Diner:
    """No two guests have the same telephone number: none counts as one, too."""

    def __init__(self, *, tells: bool) -> None:
        self.tells = tells
        self.people: dict[str, dict[str, Any]] = {"alice": {"password": PASSWORD, "phone_number": None}}
        self.app = Flask("diner")
        self.app.add_url_rule("/login", view_func=self.login, methods=["POST"])
        self.app.add_url_rule("/register", view_func=self.register, methods=["POST"])

    def login(self) -> Any:
        given = request.get_json()
        if self.people.get(given["username"], {}).get("password") != given["password"]:
            return jsonify(error="no"), 401
        return jsonify(access_token=f"session-of-{given['username']}")

    def register(self) -> Any:
        given = request.get_json()
        if given.get("phone_number") in {each["phone_number"] for each in self.people.values()}:
            return jsonify(error="the number is taken"), 403
        if given["username"] in self.people:
            return (jsonify(error="the name is taken"), 409) if self.tells else (jsonify(message="see your mail"), 201)
        self.people[given["username"]] = {"phone_number": None, **given}
        return jsonify(message="see your mail"), 201


@pytest.fixture
def diner(
    serve: Callable[[Any], str],
    workbench: Callable[..., Workbench],
    over: Callable[[Workbench, AuthSettings, str], Workbench],
) -> Callable[[Diner], Workbench]:
    def make(target: Diner) -> Workbench:
        base = serve(target.app)
        account = Account(ALICE, JsonLogin(f"{base}/login", user_field="/username"), "alice", PASSWORD)
        return over(workbench(base, LOGIN, JOIN), AuthSettings((account,), may_register=True), base)

    return make


def test_where_the_fewest_fields_are_refused_all_are_given(diner: Callable[[Diner], Workbench]) -> None:
    target = Diner(tells=False)
    bench = diner(target)
    made = [newcomer(bench, ALICE, JOIN) for _ in range(2)]
    assert [each is not None and target.people[each.user]["password"] == each.password for each in made] == [True, True]
    assert all("role" not in each for each in target.people.values())


@pytest.mark.parametrize("tells", [True, False])
def test_checks_get_past_what_accounts_collide_in(
    diner: Callable[[Diner], Workbench], found: Callable[[Check, Workbench], list[Fault]], tells: bool
) -> None:
    bench = diner(Diner(tells=tells))
    assert [each.kind for each in found(WeakPasswords(), bench)] == ["weak-password-policy"]
    told = [each.path for each in found(AccountEnumeration(), bench)]
    assert told == (["/register"] if tells else [])


def test_a_telephone_number_is_nobodys_and_not_the_name() -> None:
    assert user_part(JOIN, "alice") == JOIN.parts[3]
    numbers = {registering(JOIN, "alice", "x", is_whole=True)[JOIN.parts[0]] for _ in range(20)}
    assert all(str(each).startswith("+1") and str(each)[5:10] == "55501" and len(str(each)) == 12 for each in numbers)
    assert len(numbers) > 1
