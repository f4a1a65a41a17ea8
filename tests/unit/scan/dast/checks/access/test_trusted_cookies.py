"""Cookies that anybody can write are told where the site believes them, and only there."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask, Response, abort, make_response, request
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller, Operation, Profile, Sent
from setpoint.scan.dast.checks.access.trusted_cookies import TrustedCookies
from setpoint.scan.dast.interface import Login, Workbench

ANN, BEN = Caller("ann", "customer", 1), Caller("ben", "customer", 1)
SAM = Caller("sam", "staff", 2)
PEOPLE = {each.name: each for each in (ANN, BEN, SAM)}
ACCOUNT, REPORTS = Operation("GET", "/account"), Operation("GET", "/reports")
FORM = """
<form method="post"><input name="user"><input type="password" name="pass"><input type="checkbox" name="remember"></form>
"""


def site(*faults: str, remembered: Callable[[str], str] = str) -> Flask:
    """`role`: the role is taken from a cookie; `remember`: who comes back is, as `remembered` writes it."""
    app = Flask("site")
    sessions: dict[str, str] = {}

    def caller() -> Caller:
        name = sessions.get(request.cookies.get("sid", ""), "")
        if not name and "remember" in faults:
            name = next((each for each in PEOPLE if remembered(each) == request.cookies.get("remember")), "")
        return PEOPLE.get(name) or abort(401)

    @app.get("/login")
    def form() -> str:
        return FORM

    @app.post("/login")
    def login() -> Response:
        name = request.form["user"]
        answer = make_response("welcome")
        sid = secrets.token_hex(16)
        sessions[sid] = name
        answer.set_cookie("sid", sid)
        answer.set_cookie("role", PEOPLE[name].role)
        if "remember" in request.form:
            answer.set_cookie("remember", remembered(name))
        return answer

    @app.get("/account")
    def account() -> str:
        return f"<p>{caller().name}@site.example</p>"

    @app.get("/reports")
    def reports() -> str:
        role = request.cookies.get("role") if "role" in faults else caller().role
        return "<p>turnover 812,400</p>" if caller() and role == "staff" else abort(403)

    return app


@dataclass(frozen=True)
class CookieAccounts(HeaderAccounts):
    base: str = ""

    def login(
        self,
        caller: Caller,
        *,
        cookies: Mapping[str, str] | None = None,  # noqa: ARG002 (as of `Accounts`)
        also: Mapping[str, Json] | None = None,
        user: str = "",  # noqa: ARG002
    ) -> Login:
        sender = PlainSender(self.base)
        page = sender.send(Sent("GET", f"{self.base}/login"))
        body = urlencode({"user": caller.name, "pass": "x", **(also or {})}).encode()
        kind = (("content-type", "application/x-www-form-urlencoded"),)
        answered = sender.send(Sent("POST", f"{self.base}/login", kind, body))
        assert answered.answer is not None
        pairs = [value.partition(";")[0] for name, value in answered.answer.headers if name == "set-cookie"]
        given = tuple(("cookie", *pair.partition("=")[::2]) for pair in pairs)
        return Login((page, answered), given)

    def user(self, caller: Caller) -> str:
        return caller.name


@pytest.fixture
def told(serve: Callable[[Any], str], workbench: Callable[..., Workbench]) -> Callable[..., list[tuple[str, str]]]:
    def told(app: Flask, profile: Profile = Profile.SAFE) -> list[tuple[str, str]]:
        base = serve(app)
        plain = CookieAccounts(base=base)
        headers = {
            each: (("cookie", "; ".join(f"{name}={value}" for _, name, value in plain.login(each).credentials)),)
            for each in PEOPLE.values()
        }
        bench = workbench(base, ACCOUNT, REPORTS, accounts=CookieAccounts(headers, base=base), profile=profile)
        return [(each.path, each.part) for each in TrustedCookies().run(bench)]

    return told


def in_base64(name: str) -> str:
    return base64.b64encode(f"user={name}".encode()).decode()


def digest(name: str) -> str:
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()


def test_a_role_that_is_believed(told: Callable[..., list[tuple[str, str]]]) -> None:
    assert told(site("role")) == [("/reports", "cookie:role")]


@pytest.mark.parametrize("remembered", [str, in_base64, digest])
def test_a_name_that_is_believed(told: Callable[..., list[tuple[str, str]]], remembered: Callable[[str], str]) -> None:
    assert told(site("remember", remembered=remembered)) == [("/account", "cookie:remember")]


def test_cookies_that_nobody_believes(told: Callable[..., list[tuple[str, str]]]) -> None:
    assert told(site()) == []


def test_what_is_signed(told: Callable[..., list[tuple[str, str]]]) -> None:
    key = secrets.token_bytes(16)

    def signed(name: str) -> str:
        return f"{name}.{hashlib.blake2b(name.encode(), key=key).hexdigest()}"

    assert told(site("remember", remembered=signed)) == []


def test_nothing_is_tried_in_the_passive_profile(told: Callable[..., list[tuple[str, str]]]) -> None:
    assert told(site("role", "remember"), Profile.PASSIVE) == []
