"""Whether another site changes the address of an account: the check `forgery`, on addresses alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort, request
from tests.unit.scan.dast.checks.access.conftest import ALICE
from tests.unit.scan.dast.checks.access.test_forgery import ACCOUNTS

from setpoint.model.dast import BodyForm, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.checks.access.forgery import Forgery
from setpoint.scan.dast.checks.access.own_addresses import another

EMAIL = Part(PartPlace.BODY, "email", {"type": "string"})
TOKEN = Part(PartPlace.BODY, "csrf_token", {"type": "string"}, example="good-token")
PASSWORD = Part(PartPlace.BODY, "password", {"type": "string"})
PAGE = Operation("GET", "/account")


def change(*parts: Part) -> Operation:
    return Operation("POST", "/account/email", parts, BodyForm.FORM, page="/account")


@pytest.fixture
def told(serve: Callable[..., str], workbench: Callable[..., Any]) -> Callable[..., list[str]]:
    def run(takes: Callable[[], bool], operation: Operation, profile: Profile = Profile.SAFE) -> list[str]:
        app, held = Flask("account"), ["alice@shop.example"]

        @app.get("/account")
        def read() -> str:
            return f'<form method="post"><input name="email" value="{held[0]}"></form>'

        @app.post("/account/email")
        def write() -> Any:
            if request.cookies.get("session") != ALICE.name or not takes():
                abort(403)
            held[0] = request.form["email"]
            return "", 302, {"location": "/account"}

        bench = workbench(serve(app), PAGE, operation, accounts=ACCOUNTS, profile=profile)
        keys = [each.key for each in Forgery().run(bench)]
        assert held == ["alice@shop.example"]
        return keys

    return run


FAULT = ["cross-site-request-forgery|POST|/account/email|"]


def test_an_address_that_another_site_changes_is_told_and_set_back(told: Callable[..., list[str]]) -> None:
    assert told(lambda: True, change(EMAIL)) == FAULT
    assert told(lambda: True, change(EMAIL, TOKEN)) == FAULT


def test_a_token_that_is_compared_and_an_origin_that_is_looked_at_are_right(told: Callable[..., list[str]]) -> None:
    assert told(lambda: request.form.get("csrf_token") == "good-token", change(EMAIL, TOKEN)) == []
    assert told(lambda: "elsewhere" not in request.headers.get("origin", ""), change(EMAIL)) == []


def test_who_asks_for_the_password_too_cannot_be_forged(told: Callable[..., list[str]]) -> None:
    assert told(lambda: bool(request.form.get("password")), change(EMAIL, PASSWORD)) == []


def test_the_passive_profile_writes_nothing(told: Callable[..., list[str]]) -> None:
    assert told(lambda: True, change(EMAIL), Profile.PASSIVE) == []


def test_another_address_is_of_the_same_mailbox() -> None:
    assert another("alice+shop@mail.example").startswith("alice+setpoint")
    assert another("alice@mail.example").endswith("@mail.example")
