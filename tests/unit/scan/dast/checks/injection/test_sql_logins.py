"""Logins that look a name up and compare the password by themselves, as JSON and as a form."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, jsonify, redirect, request

from setpoint.model.dast import BodyForm, Caller, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.accounts.sessions import Sessions
from setpoint.scan.dast.accounts.settings import Account, AuthSettings, FormLogin, JsonLogin
from setpoint.scan.dast.checks.injection.sql_logins import SqlInjectionInLogins
from setpoint.scan.dast.interface import Workbench

ANN, PASSWORD = Caller("ann", "customer", 1), "correct-horse-1"
JSON_LOGIN = Operation(
    "POST", "/api/login", (Part(PartPlace.BODY, "/username"), Part(PartPlace.BODY, "/password")), BodyForm.JSON
)
FORM_LOGIN = Operation(
    "POST", "/login", (Part(PartPlace.BODY, "username"), Part(PartPlace.BODY, "password")), BodyForm.FORM
)
PAGE = '<form method="post"><input name="username"><input type="password" name="password"></form>'
BOUND = "SELECT password FROM users WHERE name = ?"
Bench = Callable[..., Workbench]


def portal(statement: str, *, any_name: bool = False) -> Flask:
    app = Flask(__name__)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE users (name TEXT, password TEXT)")
    database.execute("INSERT INTO users VALUES ('ann', ?)", [PASSWORD])

    def is_right(name: str, password: str) -> bool:
        try:
            values = [name] if statement == BOUND else []
            found = database.execute(statement.replace("{}", name), values).fetchone()
        except sqlite3.Error:
            return False
        return any_name or (found is not None and secrets.compare_digest(found[0], password))

    @app.post("/api/login")
    def api() -> Any:
        given = request.get_json()
        known = is_right(given["username"], given["password"])
        return jsonify(token=secrets.token_hex(8)) if known else (jsonify(error="wrong"), 401)

    @app.route("/login", methods=["GET", "POST"])
    def page() -> Any:
        if request.method == "GET" or not is_right(request.form["username"], request.form["password"]):
            return PAGE
        answer = redirect("/")
        answer.set_cookie("sid", secrets.token_hex(8))
        return answer

    app.add_url_rule("/", view_func=lambda: "welcome")
    return app


@pytest.fixture
def logging_in(serve: Callable[[Flask], str], workbench: Bench) -> Bench:
    def make(app: Flask, operation: Operation, **given: Any) -> Workbench:
        base = serve(app)
        bench = workbench(base, operation, **given)
        by_json = JsonLogin(f"{base}/api/login", user_field="/username")
        flow = by_json if operation.body is BodyForm.JSON else FormLogin(f"{base}/login")
        settings = AuthSettings((Account(ANN, flow, "ann", PASSWORD),))
        return replace(bench, accounts=Sessions(settings, base, bench.sender))

    return make


@pytest.mark.parametrize("operation", [JSON_LOGIN, FORM_LOGIN])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT password FROM users WHERE name = '{}'",
        "SELECT password FROM users WHERE (name = lower('{}'))",
        'SELECT password FROM users WHERE name = "{}"',
    ],
)
def test_a_name_that_becomes_part_of_the_statement(logging_in: Bench, operation: Operation, statement: str) -> None:
    (fault,) = SqlInjectionInLogins().run(logging_in(portal(statement), operation))

    assert (fault.kind, fault.cwe, fault.path) == ("sql-injection", 89, operation.path)
    assert fault.part == f"body:{operation.parts[0].name}"
    assert len(fault.proof) == 2


@pytest.mark.parametrize("operation", [JSON_LOGIN, FORM_LOGIN])
@pytest.mark.parametrize("any_name", [True, False])
def test_a_bound_name_is_no_fault(logging_in: Bench, operation: Operation, any_name: bool) -> None:
    bench = logging_in(portal(BOUND, any_name=any_name), operation)

    assert list(SqlInjectionInLogins().run(bench)) == []


def test_who_only_looks_logs_in_for_nothing(logging_in: Bench) -> None:
    bench = logging_in(portal(BOUND), JSON_LOGIN, profile=Profile.PASSIVE)

    assert (list(SqlInjectionInLogins().run(bench)), list(SqlInjectionInLogins().plan(bench))) == ([], [])
