"""Accounts that a scan makes are few, and each is told by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request
from tests.unit.scan.dast.conftest import PlainSender

from setpoint.model.dast import BodyForm, Operation, Part, PartPlace, Sent, Surface
from setpoint.scan.dast.new_accounts import MOST_ACCOUNTS, AccountLimit, is_registration, makes_account

USER, PASSWORD = Part(PartPlace.BODY, "/username"), Part(PartPlace.BODY, "/password")


def operation(method: str, path: str, *parts: Part, **of: Any) -> Operation:
    return Operation(method, path, parts, BodyForm.JSON, **of)


@pytest.mark.parametrize(
    ("told", "is_one"),
    [
        (operation("POST", "/register"), True),
        (operation("POST", "/auth/sign-up", USER, PASSWORD), True),
        (operation("POST", "/users", USER, PASSWORD), True),
        (operation("POST", "/admin/create_admin", USER, PASSWORD, security=(("bearer",),)), True),
        (operation("POST", "/users", USER, PASSWORD, security=(("bearer",),)), False),
        (operation("POST", "/users", USER), False),
        (operation("POST", "/login", USER, PASSWORD), False),
        (operation("POST", "/me/profile", USER, PASSWORD), False),
        (operation("POST", "/users/{id}", USER, PASSWORD), False),
        (operation("PUT", "/users/{id}/password", PASSWORD), False),
        (operation("GET", "/register"), False),
    ],
)
def test_what_makes_accounts_for_anybody_is_known(told: Operation, *, is_one: bool) -> None:
    assert is_registration(told) is is_one


def test_what_makes_accounts_for_those_who_may_is_known_too() -> None:
    assert makes_account(operation("POST", "/users", USER, PASSWORD, security=(("bearer",),)))


@pytest.mark.parametrize("status", [200, 201, 302])
def test_no_more_than_a_few_are_made_each_told_by_name(serve: Callable[..., str], status: int) -> None:
    made: list[str] = []

    def register() -> Any:
        made.append((request.get_json(silent=True) or request.form)["username"])
        return "", status, {"location": "/"}

    app = Flask(__name__)
    app.post("/register")(register)
    app.get("/")(lambda: "hello")
    base = serve(app)
    limit = AccountLimit(Surface(base, (operation("POST", "/register"),)), PlainSender(base), {"anna"})
    form, json = (("content-type", "application/x-www-form-urlencoded"),), (("content-type", "application/json"),)
    limit.send(Sent("POST", f"{base}/register", form, b"password=hidden&username=anna"))
    for number in range(20):
        body = f'{{"password": "hidden", "username": "nobody{number}"}}'.encode()
        limit.send(Sent("POST", f"{base}/register", json, body))
    assert made == ["anna", *(f"nobody{number}" for number in range(MOST_ACCOUNTS))]
    assert limit.lines() == [f"account nobody{number}, made by POST /register" for number in range(MOST_ACCOUNTS)]
    assert limit.was_reached
    assert limit.send(Sent("GET", f"{base}/")).answer is not None
