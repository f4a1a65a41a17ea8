"""Of accounts that log in by a name; `test_checks` has those that log in by an address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, request

from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.accounts.settings import Account, AuthSettings, JsonLogin
from setpoint.scan.dast.checks.authentication.enumeration import AccountEnumeration
from setpoint.scan.dast.checks.authentication.jwt import signed_by_secret
from setpoint.scan.dast.interface import Check, Workbench

ALICE = Caller("alice", "customer", 1)


def _parts(*names: str) -> tuple[Part, ...]:
    return tuple(Part(PartPlace.BODY, f"/{name}", {"type": "string"}, is_required=True) for name in names)


OPERATIONS = (
    Operation("GET", "/me"),
    Operation("POST", "/login", _parts("username", "password"), BodyForm.JSON),
    Operation("POST", "/forgot-password", _parts("email"), BodyForm.JSON),
    Operation("POST", "/recover", _parts("username"), BodyForm.JSON),
    Operation("POST", "/register", _parts("username", "email", "password"), BodyForm.JSON),
)


def _forum(*flaws: str) -> Flask:
    """Tells, of what `flaws` names, whether it has it: `/forgot-password`, `/recover`, a `name` or `email`."""
    app = Flask("forum")
    addresses = {"alice": "alice@forum.example"}

    @app.get("/me")
    def me() -> Any:
        if request.headers.get("authorization") != "Bearer of-alice-17":
            return jsonify(error="no"), 401
        return jsonify(username="alice", email=addresses["alice"])

    @app.post("/login")
    def login() -> Any:
        given = request.get_json()
        is_right = given == {"username": "alice", "password": "correct-horse-1"}
        return jsonify(access_token="of-alice-17") if is_right else (jsonify(error="no"), 401)

    @app.post("/forgot-password")
    @app.post("/recover")
    def forgot() -> Any:
        given = request.get_json()
        is_known = given.get("email") in addresses.values() or given.get("username") in addresses
        return jsonify(found=is_known) if request.path in flaws else jsonify(message="a mail may be on its way")

    @app.post("/register")
    def register() -> Any:
        given = request.get_json()
        if given["username"] in addresses and "name" in flaws:
            return jsonify(error="that name is taken"), 409
        if given["email"] in addresses.values() and "email" in flaws:
            return jsonify(error="that address is taken"), 409
        return jsonify(message="a mail is on its way"), 202

    return app


@pytest.fixture
def told(
    serve: Callable[[Any], str],
    workbench: Callable[..., Workbench],
    over: Callable[[Workbench, AuthSettings, str], Workbench],
    found: Callable[[Check, Workbench], list[Fault]],
) -> Callable[..., list[str]]:
    def run(*flaws: str) -> list[str]:
        base = serve(_forum(*flaws))
        account = Account(ALICE, JsonLogin(f"{base}/login", user_field="/username"), "alice", "correct-horse-1")
        bench = over(workbench(base, *OPERATIONS), AuthSettings((account,), may_register=True), base)
        return [each.path for each in found(AccountEnumeration(), bench)]

    return run


def test_a_reset_by_address_is_asked_for_the_address_of_the_profile(told: Callable[..., list[str]]) -> None:
    assert told("/forgot-password") == ["/forgot-password"]


def test_a_reset_by_name_is_asked_for_the_name(told: Callable[..., list[str]]) -> None:
    assert told("/recover") == ["/recover"]


@pytest.mark.parametrize("flaws", [("email",), ("name",), ("name", "email")])
def test_a_registration_is_asked_for_the_address_and_for_the_name(
    told: Callable[..., list[str]], flaws: tuple[str, ...]
) -> None:
    assert told(*flaws) == ["/register"]


def test_a_registration_that_answers_all_alike(told: Callable[..., list[str]]) -> None:
    assert told() == []


@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.parametrize("place", ["/account", "/settings", ""])
def test_a_form_is_asked_for_the_address_that_a_page_or_a_token_tells(
    serve: Callable[[Any], str],
    workbench: Callable[..., Workbench],
    over: Callable[[Workbench, AuthSettings, str], Workbench],
    found: Callable[[Check, Workbench], list[Fault]],
    place: str,
    is_told: bool,
) -> None:
    app = Flask("site")
    asked: list[str] = []
    claims = {"sub": "17", "email": "alice@shop.test"} if not place else {"sub": "17"}
    token = signed_by_secret({"alg": "HS256"}, claims, b"k" * 32)

    @app.get("/account")
    @app.get("/settings")
    def own() -> str:
        return "<p>Name: alice</p>" + ("<p>Address: alice@shop.test</p>" if request.path == place else "")

    @app.post("/login")
    def login() -> Any:
        is_right = request.get_json() == {"username": "alice", "password": "correct-horse-1"}
        return jsonify(access_token=token) if is_right else (jsonify(error="no"), 401)

    @app.post("/forgotten-password")
    def forgot() -> str:
        asked.append(request.form["email"])
        is_known = is_told and asked[-1] == "alice@shop.test"
        return "<p>We wrote to you.</p>" if is_known else "<p>If there is such an account, we wrote to it.</p>"

    base = serve(app)
    form = Operation("POST", "/forgotten-password", (Part(PartPlace.BODY, "email"),), BodyForm.FORM, page="/forgotten")
    account = Account(ALICE, JsonLogin(f"{base}/login"), "alice", "correct-horse-1")
    pages = (Operation("GET", "/account"), Operation("GET", "/settings"))
    bench = over(workbench(base, *pages, form), AuthSettings((account,)), base)
    faults = found(AccountEnumeration(), bench)
    assert [each.path for each in faults] == (["/forgotten-password"] if is_told else [])
    assert asked.count("alice@shop.test") == 2
