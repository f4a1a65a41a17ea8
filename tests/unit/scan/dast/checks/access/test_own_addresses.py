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
from setpoint.scan.dast.deeds import sets_own_address
from setpoint.scan.dast.learning_forms import makes_by_form

EMAIL = Part(PartPlace.BODY, "email", {"type": "string"})
TOKEN = Part(PartPlace.BODY, "csrf_token", {"type": "string"}, example="good-token")
PASSWORD = Part(PartPlace.BODY, "password", {"type": "string"})
PAGE = Operation("GET", "/account")
FORM = '<form method="post"><input name="email" value="{}"></form>'


def change(*parts: Part) -> Operation:
    return Operation("POST", "/account/email", parts, BodyForm.FORM, page="/account")


@pytest.fixture
def told(serve: Callable[..., str], workbench: Callable[..., Any]) -> Callable[..., list[str]]:
    def run(
        takes: Callable[[], bool], operation: Operation, profile: Profile = Profile.SAFE, page: str = FORM
    ) -> list[str]:
        app, held = Flask("account"), ["alice@shop.example"]

        @app.get("/account")
        def read() -> str:
            return page.format(held[0])

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


def test_another_address_is_at_a_domain_that_takes_no_mail() -> None:
    assert another().endswith("@example.com")


@pytest.mark.parametrize(
    "page",
    [
        "<p>Address: {}</p>",
        "<dl><dt>E-mail</dt><dd>{}</dd></dl>",
        "<table><tr><th>Email</th><td>{}</td></tr></table>",
        "<div><span>Email</span> <b>{}</b></div>",
    ],
)
def test_an_own_page_that_shows_the_address_in_words(told: Callable[..., list[str]], page: str) -> None:
    footer = "<footer>Questions: help@shop.example</footer>"
    assert told(lambda: True, change(EMAIL, TOKEN), page=footer + page) == FAULT
    assert told(lambda: request.form.get("csrf_token") == "good-token", change(EMAIL, TOKEN), page=footer + page) == []


def test_settings_of_a_page_are_the_own_ones() -> None:
    form = (EMAIL,)
    assert sets_own_address(Operation("POST", "/settings/email", form, BodyForm.FORM, page="/settings"))
    assert not makes_by_form(Operation("POST", "/settings/email", form, BodyForm.FORM, page="/settings"))
    assert not sets_own_address(Operation("POST", "/settings/email", form, BodyForm.JSON))
    assert not sets_own_address(Operation("POST", "/admin/settings/email", form, BodyForm.FORM, page="/admin"))
    assert not sets_own_address(Operation("POST", "/account/send-email", form, BodyForm.FORM, page="/account"))
