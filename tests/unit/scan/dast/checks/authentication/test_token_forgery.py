from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, jsonify, request

from setpoint.model.dast import Caller, Fault, Operation
from setpoint.scan.dast.accounts.settings import Account, AuthSettings, JsonLogin
from setpoint.scan.dast.checks.authentication.jwt import signed_by_secret
from setpoint.scan.dast.checks.authentication.token_forgery import TokenForgery
from setpoint.scan.dast.interface import Check, Workbench

Found = Callable[[Check, Workbench], list[Fault]]
Over = Callable[[Workbench, AuthSettings, str], Workbench]

ALICE = Caller("alice", "customer", 1)


@pytest.mark.parametrize(
    ("flaw", "kind"),
    [
        ("any-token", "token-not-verified"),
        ("no-signature", "token-signature-not-verified"),
        ("optional-signature", "token-signature-not-verified"),
        ("alg-none", "token-algorithm-none"),
        ("own-key", "token-key-injection"),
        ("key-file", "token-key-injection"),
        ("unknown-key", "token-signature-not-verified"),
        ("selected-key", "token-key-injection"),
        ("alg-none-shouted", "token-algorithm-none"),
    ],
)
def test_forged_tokens_are_told(shop: Callable[..., Workbench], found: Found, flaw: str, kind: str) -> None:
    faults = found(TokenForgery(), shop(flaw, callers=1))
    assert {(each.kind, each.path) for each in faults} >= {(kind, "/me"), (kind, "/orders")}
    assert kind in {each.kind for each in faults}
    assert all(each.proof for each in faults)


def test_a_public_key_taken_for_a_secret_is_told(shop: Callable[..., Workbench], found: Found) -> None:
    faults = found(TokenForgery(), shop("confusion", algorithm="RS256"))
    assert {each.kind for each in faults} == {"token-algorithm-confusion"}


@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
def test_nothing_is_told_of_tokens_that_are_verified(
    shop: Callable[..., Workbench], found: Found, algorithm: str
) -> None:
    assert found(TokenForgery(), shop("soft-refusal", algorithm=algorithm)) == []


def test_a_session_that_is_not_signed_is_told(portal: Callable[..., Workbench], found: Found) -> None:
    assert {each.kind for each in found(TokenForgery(), portal("unsigned"))} == {"session-not-signed"}
    assert found(TokenForgery(), portal()) == []


def test_of_a_site_that_nothing_leads_into_the_page_after_the_login_is_taken(
    portal: Callable[..., Workbench], found: Found
) -> None:
    bench = portal("unsigned")
    bench = replace(bench, surface=replace(bench.surface, operations=bench.surface.operations[2:]))
    assert [(each.kind, each.path) for each in found(TokenForgery(), bench)] == [("session-not-signed", "/account")]


def test_a_cookie_beside_the_token_does_not_vouch_for_it(
    serve: Callable[[Any], str], workbench: Callable[..., Workbench], over: Over, found: Found
) -> None:
    """The target looks at the cookie alone: a forged token beside it would be let through."""
    app = Flask(__name__)

    @app.post("/login")
    def login() -> Any:
        answer = jsonify(token=signed_by_secret({"alg": "HS256"}, {"sub": "alice"}, b"any"))
        answer.set_cookie("sid", "a1b2c3d4e5f6a7b8")
        return answer

    @app.get("/me")
    def me() -> Any:
        is_in = request.cookies.get("sid") == "a1b2c3d4e5f6a7b8"
        return jsonify(email="alice@shop.example") if is_in else (jsonify(error="who?"), 401)

    base = serve(app)
    account = Account(ALICE, JsonLogin(f"{base}/login"), "alice", "password")
    bench = over(workbench(base, Operation("GET", "/me", security=(("cookie",),))), AuthSettings((account,)), base)
    assert found(TokenForgery(), bench) == []


@pytest.mark.parametrize("said", ["alice|", "alice|" + "one of many favourites," * 6])
@pytest.mark.parametrize(("is_verified", "kinds"), [(False, {"token-not-verified"}), (True, set())])
def test_a_signature_made_by_hand_has_to_be_looked_at(
    serve: Callable[[Any], str],
    workbench: Callable[..., Workbench],
    over: Over,
    found: Found,
    is_verified: bool,
    kinds: set[str],
    said: str,
) -> None:
    app = Flask(__name__)
    issued = f"{said}.{secrets.token_hex(20)}"

    @app.post("/login")
    def login() -> Any:
        return jsonify(token=issued)

    @app.get("/me")
    def me() -> Any:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        is_in = given == issued if is_verified else given.startswith(f"{said}.")
        return jsonify(email="alice@shop.example") if is_in else (jsonify(error="who?"), 401)

    base = serve(app)
    account = Account(ALICE, JsonLogin(f"{base}/login"), "alice", "password")
    bench = over(workbench(base, Operation("GET", "/me")), AuthSettings((account,)), base)
    assert {each.kind for each in found(TokenForgery(), bench)} == kinds


def test_the_plan_sends_nothing(shop: Callable[..., Workbench]) -> None:
    bench = shop()
    planned = list(TokenForgery().plan(bench))
    assert [each.operation for each in planned] == ["GET /me", "GET /orders"]
    assert bench.sender.exchanges == []  # type: ignore[attr-defined]  # the tests' own sender
