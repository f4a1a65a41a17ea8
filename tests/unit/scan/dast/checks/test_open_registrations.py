"""Clubs that anybody may join, whose statements and pages hold the name of whoever joined, or keep it apart."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, jsonify, request
from markupsafe import escape

from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.accounts.sessions import Sessions
from setpoint.scan.dast.accounts.settings import Account, AuthSettings, JsonLogin
from setpoint.scan.dast.checks.injection.sql_registrations import SqlInjectionInRegistrations
from setpoint.scan.dast.checks.reflection.scripts_in_names import ScriptsInNames
from setpoint.scan.dast.interface import Check

ALICE = Caller("alice", "member", 1)
PASSWORD = "correct-horse-1"
NAMES = ("username", "password")
NAMED = tuple(
    Part(PartPlace.BODY, f"/{name}", {"type": "string"}, is_required=True) for name in ("username", "password")
)
BIO = Part(PartPlace.BODY, "/bio", {"type": "string"})
OPERATIONS = (
    Operation("GET", "/dashboard"),
    Operation("POST", "/login", NAMED, BodyForm.JSON),
    Operation("POST", "/register", (*NAMED, BIO), BodyForm.JSON),
)


class Club:
    def __init__(self, *faults: str, letters_only: bool = False, lets_anybody_in: bool = False) -> None:
        self.faults = frozenset(faults)
        self.letters_only = letters_only
        self.lets_anybody_in = lets_anybody_in
        self.members = sqlite3.connect(":memory:", check_same_thread=False)
        self.members.execute("CREATE TABLE members (name TEXT, password TEXT, bio TEXT)")
        self.members.execute("INSERT INTO members VALUES ('alice', ?, '')", [PASSWORD])
        self.app = Flask("club")
        self.app.add_url_rule("/dashboard", view_func=self.dashboard)
        self.app.add_url_rule("/login", view_func=self.login, methods=["POST"])
        self.app.add_url_rule("/register", view_func=self.register, methods=["POST"])

    def register(self) -> Any:
        given = request.get_json()
        name, password, bio = given["username"], given["password"], given.get("bio", "")
        if self.letters_only and not name.isalnum():
            return jsonify(error="letters and digits alone"), 400
        if "statement" in self.faults:
            self.members.execute(f"INSERT INTO members VALUES ('{name}', '{password}', '')")
        else:
            self.members.execute("INSERT INTO members VALUES (?, ?, ?)", [name, password, bio])
        return jsonify(ok=True), 201

    def login(self) -> Any:
        given = request.get_json()
        found = self.members.execute(
            "SELECT 1 FROM members WHERE name = ? AND password = ?", [given["username"], given["password"]]
        ).fetchone()
        if not found and not self.lets_anybody_in:
            return jsonify(error="wrong"), 401
        return jsonify(access_token="session-of-" + given["username"].encode().hex())

    def dashboard(self) -> Any:
        token = request.headers.get("authorization", "").removeprefix("Bearer session-of-")
        found = self.members.execute("SELECT name, bio FROM members WHERE name = ?", [bytes.fromhex(token).decode()])
        row = found.fetchone()
        if row is None:
            return "<p>log in</p>", 401
        name, bio = (
            each if fault in self.faults else escape(each) for each, fault in zip(row, ("name", "bio"), strict=True)
        )
        return f"<h1>Hello {name}</h1><p>{bio}</p>"


@pytest.fixture
def found(serve: Any, workbench: Any) -> Callable[..., list[Fault]]:
    def found(check: Callable[[], Check], club: Club, *, may_register: bool = True) -> list[Fault]:
        base = serve(club.app)
        login = JsonLogin(f"{base}/login", user_field="/username")
        bench = workbench(base, *OPERATIONS)
        settings = AuthSettings((Account(ALICE, login, "alice", PASSWORD),), may_register=may_register)
        accounts = Sessions(settings, base, bench.sender)
        return list(check().run(replace(bench, accounts=accounts)))

    return found


def test_a_name_that_the_database_worked_out_logs_in(found: Callable[..., list[Fault]]) -> None:
    (fault,) = found(SqlInjectionInRegistrations, Club("statement"))

    assert (fault.kind, fault.path, fault.part) == ("sql-injection", "/register", "body:/username")


@pytest.mark.parametrize("club", [Club(), Club(letters_only=True), Club("statement", lets_anybody_in=True)])
def test_names_that_are_kept_as_they_are_or_refused_are_no_fault(found: Callable[..., list[Fault]], club: Club) -> None:
    assert found(SqlInjectionInRegistrations, club) == []
    assert club.members.execute("SELECT count(*) FROM members").fetchone()[0] <= 2


@pytest.mark.parametrize(("fault", "part"), [("name", "body:/username"), ("bio", "body:/bio")])
def test_the_new_account_sees_its_own_markup(found: Callable[..., list[Fault]], fault: str, part: str) -> None:
    faults = found(ScriptsInNames, Club(fault))

    assert [(each.kind, each.path, each.part) for each in faults] == [
        ("stored-cross-site-scripting", "/register", part)
    ]


@pytest.mark.parametrize("club", [Club(), Club(letters_only=True)])
def test_what_is_encoded_or_refused_is_no_fault(found: Callable[..., list[Fault]], club: Club) -> None:
    assert found(ScriptsInNames, club) == []


@pytest.mark.parametrize("check", [SqlInjectionInRegistrations, ScriptsInNames])
def test_no_account_is_made_unless_allowed(found: Callable[..., list[Fault]], check: Callable[[], Check]) -> None:
    club = Club("statement", "name")

    assert found(check, club, may_register=False) == []
    assert club.members.execute("SELECT count(*) FROM members").fetchone()[0] == 1
