from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort, jsonify, request

from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.accounts.settings import Account, AuthSettings, JsonLogin
from setpoint.scan.dast.checks.authentication.privileged_registrations import PrivilegedRegistrations
from setpoint.scan.dast.interface import Check, Workbench

ALICE, ROOT = Caller("alice", "customer", 1), Caller("root", "administrator", 9)
NAMES = ("username", "password")
PARTS = tuple(Part(PartPlace.BODY, f"/{name}", {"type": "string"}, is_required=True) for name in NAMES)
OPERATIONS = (
    Operation("GET", "/me"),
    *(Operation("GET", f"/internal/hint{number}") for number in range(3)),
    Operation("GET", "/admin/report"),
    Operation("POST", "/login", PARTS, BodyForm.JSON),
    Operation("POST", "/register", PARTS, BodyForm.JSON),
)


class Club:
    """People who may register; `takes`: the fields of theirs that it takes from a request."""

    def __init__(self, *takes: str, is_strict: bool = False, hidden: str = "", tells: str = "") -> None:
        self.takes = frozenset(takes)
        self.is_strict = is_strict
        self.hidden = hidden
        self.tells = tells
        self.people: dict[str, dict[str, Any]] = {
            "alice": {"password": "correct-horse-1", "role": "customer", "credit": 0},
            "root": {"password": "battery-staple-2", "role": "administrator", "credit": 0},
        }
        self.app = Flask("club")
        self.app.add_url_rule("/me", view_func=self.me)
        for number in range(3):
            self.app.add_url_rule(f"/internal/hint{number}", f"hint{number}", lambda: jsonify(hint="for everybody"))
        self.app.add_url_rule("/admin/report", view_func=self.report)
        self.app.add_url_rule("/login", view_func=self.login, methods=["POST"])
        self.app.add_url_rule("/register", view_func=self.register, methods=["POST"])

    def person(self) -> dict[str, Any]:
        name = request.headers.get("authorization", "").removeprefix("Bearer session-of-")
        if name not in self.people:
            abort(401)
        return {"username": name, **self.people[name]}

    def me(self) -> Any:
        return jsonify({name: value for name, value in self.person().items() if name not in {"password", self.hidden}})

    def report(self) -> Any:
        return (
            jsonify(turnover=91_204, refunds=1_733, accounts=["alice", "root"])
            if self.person()["role"] == "administrator" or self.person().get("is_admin")
            else (jsonify(error="for administrators"), 403)
        )

    def login(self) -> Any:
        given = request.get_json()
        if self.people.get(given["username"], {}).get("password") != given["password"]:
            return jsonify(error="no"), 401
        person = self.people[given["username"]]
        more = {self.tells: person[self.tells]} if self.tells else {}
        return jsonify(access_token=f"session-of-{given['username']}", **more)

    def register(self) -> Any:
        given = request.get_json()
        surplus = set(given) - set(NAMES)
        if self.is_strict and surplus - self.takes:
            return jsonify(error=f"unknown: {sorted(surplus)}"), 422
        usual = {"password": given["password"], "role": "customer", "credit": 0}
        self.people[given["username"]] = usual | {name: given[name] for name in surplus & self.takes}
        return jsonify(given), 201


@pytest.fixture
def faults(
    serve: Callable[[Any], str],
    workbench: Callable[..., Workbench],
    over: Callable[[Workbench, AuthSettings, str], Workbench],
    found: Callable[[Check, Workbench], list[Fault]],
) -> Callable[..., list[str]]:
    def run(club: Club, *, may_register: bool = True) -> list[str]:
        base = serve(club.app)
        login = JsonLogin(f"{base}/login", user_field="/username")
        accounts = tuple(
            Account(caller, login, caller.name, str(club.people[caller.name]["password"])) for caller in (ALICE, ROOT)
        )
        bench = over(workbench(base, *OPERATIONS), AuthSettings(accounts, may_register=may_register), base)
        return [each.part for each in found(PrivilegedRegistrations(), bench)]

    return run


def test_fields_that_a_registration_sets_are_read_of_the_new_account(faults: Callable[..., list[str]]) -> None:
    assert faults(Club("role")) == ["body:/role"]
    assert faults(Club("credit")) == ["body:/credit"]


def test_fields_that_are_refused_together_are_tried_alone(faults: Callable[..., list[str]]) -> None:
    assert faults(Club("credit", is_strict=True)) == ["body:/credit"]


def test_a_role_that_no_profile_shows_is_known_by_what_it_opens(faults: Callable[..., list[str]]) -> None:
    assert faults(Club("role", hidden="role")) == ["body:/role"]
    assert faults(Club("credit", hidden="credit")) == []


def test_guessed_fields_are_tried_alone_too_and_open_doors_are_no_gates(faults: Callable[..., list[str]]) -> None:
    assert faults(Club("is_admin", is_strict=True, hidden="is_admin")) == ["body:/is_admin"]


def test_what_only_the_login_tells_is_a_proof(faults: Callable[..., list[str]]) -> None:
    assert faults(Club("credit", hidden="credit", tells="credit")) == ["body:/credit"]
    assert faults(Club(hidden="credit", tells="credit")) == []


def test_the_role_is_called_as_the_application_calls_it(faults: Callable[..., list[str]]) -> None:
    club = Club("role", is_strict=True)
    club.people["root"]["role"] = "Chef"
    assert faults(club) == ["body:/role"]
    assert any(each["role"] == "Chef" for name, each in club.people.items() if name != "root")


def test_an_answer_that_only_echoes_is_no_fault(faults: Callable[..., list[str]]) -> None:
    assert faults(Club()) == []
    assert faults(Club(is_strict=True)) == []


def test_no_account_is_made_unless_allowed(faults: Callable[..., list[str]]) -> None:
    club = Club("role")
    assert faults(club, may_register=False) == []
    assert len(club.people) == 2
