from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, request

from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.accounts.settings import Account, AuthSettings, JsonLogin
from setpoint.scan.dast.checks.authentication.refresh_tokens import RefreshTokens
from setpoint.scan.dast.interface import Check, Workbench

ALICE = Caller("alice", "customer", 1)


def _parts(*names: str) -> tuple[Part, ...]:
    return tuple(Part(PartPlace.BODY, f"/{name}", {"type": "string"}, is_required=True) for name in names)


OPERATIONS = (
    Operation("GET", "/me"),
    Operation("POST", "/login", _parts("username", "password"), BodyForm.JSON),
    Operation("POST", "/auth/refresh", _parts("refresh_token"), BodyForm.JSON),
)


def _bank(*, rotates: bool, ends: bool, is_dead: bool = False) -> Flask:
    """`rotates`: every use gives another refresh token; `ends`: the old one, then; `is_dead`: it opens nothing then."""
    app = Flask("bank")
    access: set[str] = set()
    refresh: set[str] = set()
    used: set[str] = set()

    def issue(old: str = "") -> Any:
        token, renewing = secrets.token_hex(16), old if old and not rotates else secrets.token_hex(16)
        if not (is_dead and old in used):
            access.add(token)
        refresh.add(renewing)
        return jsonify(access_token=token, refresh_token=renewing)

    @app.get("/me")
    def me() -> Any:
        is_known = request.headers.get("authorization", "").removeprefix("Bearer ") in access
        return jsonify(name="Alice Archer", iban="DE02 1203 0000 0000 2020 51") if is_known else ("no", 401)

    @app.post("/login")
    def login() -> Any:
        is_right = request.get_json() == {"username": "alice", "password": "correct-horse-1"}
        return issue() if is_right else (jsonify(error="no"), 401)

    @app.post("/auth/refresh")
    def renew() -> Any:
        old = request.get_json()["refresh_token"]
        if old not in refresh or (old in used and ends):
            return jsonify(error="no"), 401
        answer = issue(old)
        used.add(old)
        return answer

    return app


@pytest.fixture
def told(
    serve: Callable[[Any], str],
    workbench: Callable[..., Workbench],
    over: Callable[[Workbench, AuthSettings, str], Workbench],
    found: Callable[[Check, Workbench], list[Fault]],
) -> Callable[..., list[str]]:
    def run(app: Flask, profile: Profile = Profile.SAFE) -> list[str]:
        base = serve(app)
        account = Account(ALICE, JsonLogin(f"{base}/login", user_field="/username"), "alice", "correct-horse-1")
        bench = over(workbench(base, *OPERATIONS, profile=profile), AuthSettings((account,)), base)
        return [each.key for each in found(RefreshTokens(), bench)]

    return run


def test_a_replaced_token_that_is_taken_again_is_told(told: Callable[..., list[str]]) -> None:
    assert told(_bank(rotates=True, ends=False)) == ["refresh-token-reused|POST|/auth/refresh|"]


def test_a_token_that_ends_with_its_first_use_is_right(told: Callable[..., list[str]]) -> None:
    assert told(_bank(rotates=True, ends=True)) == []


def test_a_token_that_is_never_replaced_is_not_told(told: Callable[..., list[str]]) -> None:
    assert told(_bank(rotates=False, ends=False)) == []


def test_what_it_gives_has_to_open_something(told: Callable[..., list[str]]) -> None:
    assert told(_bank(rotates=True, ends=False, is_dead=True)) == []


def test_the_passive_profile_renews_nothing(told: Callable[..., list[str]]) -> None:
    assert told(_bank(rotates=True, ends=False), Profile.PASSIVE) == []
