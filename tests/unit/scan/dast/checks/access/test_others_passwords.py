"""Whose password is changed: shown by who logs in afterwards, on accounts made for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, jsonify, request

from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.accounts.sessions import Sessions
from setpoint.scan.dast.accounts.settings import Account, AuthSettings, JsonLogin
from setpoint.scan.dast.checks.access.others_passwords import OthersPasswords
from setpoint.scan.dast.interface import Workbench

ALICE = Caller("alice", "customer", 1)
PASSWORD = "correct-horse-1"


def body(*names: str) -> tuple[Part, ...]:
    return tuple(Part(PartPlace.BODY, f"/{name}", {"type": "string"}, is_required=True) for name in names)


def in_path(name: str, kind: str = "string") -> Part:
    return Part(PartPlace.PATH, name, {"type": kind}, is_required=True)


BY_NAME = Operation("PUT", "/users/v1/{username}/password", (in_path("username"), *body("password")), BodyForm.JSON)
BY_NUMBER = Operation("PATCH", "/users/{id}", (in_path("id", "integer"), *body("password")), BodyForm.JSON)
BY_BODY = Operation("POST", "/change-password", body("username", "new_password"), BodyForm.JSON)


class Town:
    """People who may register. `how`: whose password a change of another's changes."""

    def __init__(self, how: str) -> None:
        self.how = how
        self.passwords = {"alice": PASSWORD}
        self.app = Flask("town")
        self.app.add_url_rule("/register", view_func=self.register, methods=["POST"])
        self.app.add_url_rule("/login", view_func=self.login, methods=["POST"])
        self.app.add_url_rule("/users/v1/<name>/password", view_func=self.change, methods=["PUT"])
        self.app.add_url_rule("/users/<int:number>", view_func=self.change_by_number, methods=["PATCH"])
        self.app.add_url_rule("/change-password", view_func=self.change_by_body, methods=["POST"])

    def register(self) -> Any:
        given = request.get_json()
        if given["username"] in self.passwords:
            return jsonify(error="taken"), 409
        self.passwords[given["username"]] = given["password"]
        return jsonify(id=len(self.passwords), username=given["username"]), 201

    def login(self) -> Any:
        given = request.get_json()
        if self.passwords.get(given["username"]) != given["password"]:
            return jsonify(error="no"), 401
        return jsonify(token=f"session-of-{given['username']}")

    def change(self, name: str) -> Any:
        caller = request.headers.get("authorization", "").removeprefix("Bearer session-of-")
        if not caller and self.how != "anybody":
            return jsonify(error="log in"), 401
        if caller != name and self.how == "refused":
            return jsonify(error="not yours"), 403
        if self.how != "nothing":
            given = request.get_json()
            self.passwords[caller if self.how == "own" else name] = given.get("password") or given["new_password"]
        return "", 204

    def change_by_number(self, number: int) -> Any:
        return self.change(list(self.passwords)[number - 1])

    def change_by_body(self) -> Any:
        return self.change(request.get_json()["username"])


@pytest.fixture
def found(serve: Callable[[Any], str], workbench: Callable[..., Workbench]) -> Callable[..., list[Fault]]:
    def run(town: Town, operation: Operation, *, may_register: bool = True) -> list[Fault]:
        base = serve(town.app)
        joins = (
            Operation("POST", f"/{each}", body("username", "password"), BodyForm.JSON) for each in ("register", "login")
        )
        bench = workbench(base, *joins, operation)
        flow = JsonLogin(f"{base}/login", user_field="/username")
        settings = AuthSettings((Account(ALICE, flow, "alice", PASSWORD),), may_register=may_register)
        bench = replace(bench, accounts=Sessions(settings, base, bench.sender))
        return list(OthersPasswords().run(bench))

    return run


@pytest.mark.parametrize("operation", [BY_NAME, BY_NUMBER, BY_BODY], ids=["by name", "by number", "by its body"])
@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("others", "object-level-authorisation"),
        ("anybody", "missing-authentication"),
        ("refused", ""),
        ("own", ""),
        ("nothing", ""),
    ],
)
def test_whose_password_is_changed(
    found: Callable[..., list[Fault]], operation: Operation, how: str, kind: str
) -> None:
    town = Town(how)
    faults = found(town, operation)
    assert [(each.kind, each.path) for each in faults] == ([(kind, operation.path)] if kind else [])
    assert town.passwords["alice"] == PASSWORD
    assert not any(each in str(faults[0].message + faults[0].difference) for each in town.passwords.values() if faults)


def test_without_leave_to_register_nobody_is_made(found: Callable[..., list[Fault]]) -> None:
    town = Town("others")
    assert found(town, BY_NAME, may_register=False) == []
    assert town.passwords == {"alice": PASSWORD}
