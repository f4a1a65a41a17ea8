from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, jsonify, make_response, redirect, request

from setpoint.model.dast import Caller, Exchange, Operation, Sent
from setpoint.scan.dast.accounts.renewing import RenewingSender
from setpoint.scan.dast.accounts.sessions import Sessions
from setpoint.scan.dast.accounts.settings import (
    Account,
    AuthSettings,
    Basic,
    Carried,
    Flow,
    FormLogin,
    Given,
    Grant,
    JsonLogin,
    OAuthLogin,
    Place,
    Refresh,
)
from setpoint.scan.dast.interface import Workbench

ALICE = Caller("alice", "customer", 1)
PASSWORD = "correct horse: 100%"
PAGE = """<form action="/search"><input name="q"></form>
<form action="/session" method="post"><input type="hidden" name="csrf" value="{csrf}">
<input type="email" name="mail"><input type="password" name="secret"><input type="checkbox" name="stay">
<button type="submit" name="go" value="in">Log in</button></form>"""


@dataclass
class Target:
    """Logs in by every flow; a session is good until `end` is called."""

    good: set[str] = field(default_factory=set)
    refreshable: set[str] = field(default_factory=set)
    logins: list[str] = field(default_factory=list)
    csrf: str = ""

    def end(self) -> None:
        self.good.clear()

    def _token(self, how: str) -> str:
        self.logins.append(how)
        self.good.add(token := secrets.token_urlsafe(16))
        return token

    def app(self) -> Flask:
        app = Flask(__name__)
        for path, method in (
            ("login", "POST"),
            ("refresh", "POST"),
            ("token", "POST"),
            ("page", "GET"),
            ("session", "POST"),
            ("me", "GET"),
        ):
            app.add_url_rule(f"/{path}", view_func=getattr(self, path), methods=[method])
        return app

    def login(self) -> Any:
        if request.get_json() != {"user": {"mail": "alice@shop.example"}, "password": PASSWORD, "device": "cli"}:
            return jsonify(error="no"), 401
        self.refreshable.add(refresh := secrets.token_hex(8))
        return jsonify(data={"jwt": self._token("json"), "again": refresh}, expires_in=3600)

    def refresh(self) -> Any:
        if request.get_json()["refresh_token"] not in self.refreshable:
            return jsonify(error="no"), 401
        return jsonify(data={"jwt": self._token("refresh")})

    def token(self) -> Any:
        client = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
        grant = request.form["grant_type"]
        is_right = {
            "password": request.form.get("password") == PASSWORD and client == "app:app-secret",
            "client_credentials": client == f"alice@shop.example:{PASSWORD}",
            "refresh_token": request.form.get("refresh_token") == PASSWORD,
        }[grant]
        return jsonify(access_token=self._token(grant)) if is_right else (jsonify(error="invalid_grant"), 400)

    def page(self) -> Any:
        self.csrf = secrets.token_hex(8)
        answer = make_response(PAGE.format(csrf=self.csrf))
        answer.set_cookie("visitor", "v1")
        return answer

    def session(self) -> Any:
        wanted = {"csrf": self.csrf, "mail": "alice@shop.example", "secret": PASSWORD, "go": "in"}
        if request.form.to_dict() != wanted or request.cookies.get("visitor") != "v1":
            return redirect("/page")
        answer = redirect("/me")
        answer.set_cookie("sid", self._token("form"))
        return answer

    def me(self) -> Any:
        given = request.authorization
        is_basic = bool(
            given and given.type == "basic" and (given.username, given.password) == ("alice@shop.example", PASSWORD)
        )
        held = {
            request.headers.get("authorization", "").removeprefix("Bearer "),
            request.cookies.get("sid"),
            request.args.get("key"),
        }
        return jsonify(name="Alice") if is_basic or held & self.good else (jsonify(error="who?"), 401)


def flows(base: str) -> dict[str, Flow]:
    return {
        "basic": Basic(),
        "form": FormLogin(f"{base}/page"),
        "json": JsonLogin(
            f"{base}/login",
            user_field="/user/mail",
            also={"device": "cli"},
            token="/data/jwt",
            refresh=Refresh(f"{base}/refresh", token="/data/again"),
        ),
        "password": OAuthLogin(f"{base}/token", Grant.PASSWORD, "app", "app-secret"),
        "client": OAuthLogin(f"{base}/token", Grant.CLIENT_CREDENTIALS),
        "refresh": OAuthLogin(f"{base}/token", Grant.REFRESH_TOKEN),
    }


Start = Callable[..., tuple[Target, Sessions, Workbench]]


@pytest.fixture
def start(serve: Callable[[Any], str], workbench: Callable[..., Workbench]) -> Start:
    def start(flow: str, secret: str = PASSWORD, told: list[str] | None = None) -> tuple[Target, Sessions, Workbench]:
        target = Target()
        base = serve(target.app())
        bench = workbench(base, Operation("GET", "/me"))
        account = Account(ALICE, flows(base)[flow], "alice@shop.example", secret, f"{base}/me")
        told = told if told is not None else []
        return target, Sessions(AuthSettings((account,)), base, bench.sender, told=told.append), bench

    return start


def me(sessions: Sessions, bench: Workbench) -> int:
    exchange = bench.sender.send(sessions.authorised(Sent("GET", f"{bench.surface.base}/me"), ALICE))
    assert exchange.answer is not None
    return exchange.answer.status


@pytest.mark.parametrize("flow", ["basic", "form", "json", "password", "client", "refresh"])
def test_each_flow_logs_in_once(start: Start, flow: str) -> None:
    target, sessions, bench = start(flow)
    assert [me(sessions, bench), me(sessions, bench)] == [200, 200]
    assert len(target.logins) == (0 if flow == "basic" else 1)
    assert sessions.token(ALICE) in (target.good or {""})


@pytest.mark.parametrize("flow", ["form", "json", "password", "client"])
def test_a_wrong_password_is_told_and_not_tried_again(start: Start, flow: str) -> None:
    told: list[str] = []
    target, sessions, bench = start(flow, "wrong", told)
    assert [me(sessions, bench), me(sessions, bench)] == [401, 401]
    assert target.logins == []
    assert len(told) == 1
    assert told[0].startswith("alice cannot log in")
    assert "wrong" not in told[0]


@pytest.mark.parametrize("flow", ["basic", "form", "json", "password"])
def test_attempts_and_logins_leave_the_session_in_force(start: Start, flow: str) -> None:
    _, sessions, bench = start(flow)
    assert me(sessions, bench) == 200
    before = sessions.token(ALICE)
    wrong, right = sessions.attempt(ALICE, "wrong"), sessions.attempt(ALICE, PASSWORD)
    assert wrong is not None
    assert right is not None
    assert (wrong.credentials, bool(right.credentials)) == ((), True)
    login = sessions.login(ALICE)
    assert (login is None) == (flow == "basic")
    assert sessions.token(ALICE) == before


def test_a_session_that_ended_is_renewed_without_the_password_where_that_is_offered(start: Start) -> None:
    target, sessions, bench = start("json")
    sender = RenewingSender(bench.sender, sessions)
    request = Sent("GET", f"{bench.surface.base}/me")
    assert sender.send(sessions.authorised(request, ALICE)).answer.status == 200  # type: ignore[union-attr]
    target.end()
    assert sender.send(sessions.authorised(request, ALICE)).answer.status == 200  # type: ignore[union-attr]
    assert target.logins == ["json", "refresh"]
    target.end()
    target.refreshable.clear()
    assert sender.send(sessions.authorised(request, ALICE)).answer.status == 200  # type: ignore[union-attr]
    assert target.logins == ["json", "refresh", "json"]


def test_what_a_check_forged_is_not_sent_again(start: Start) -> None:
    target, sessions, bench = start("form")
    sender = RenewingSender(bench.sender, sessions)
    forged = Sent("GET", f"{bench.surface.base}/me", (("cookie", "sid=made-up"),), caller="alice")
    assert me(sessions, bench) == 200
    assert sender.send(forged).answer.status == 401  # type: ignore[union-attr]
    assert target.logins == ["form"]


def test_what_says_401_to_a_new_session_too_is_asked_once_more_only_once(
    serve: Callable[[Any], str], workbench: Callable[..., Workbench]
) -> None:
    target = Target()
    app = target.app()
    app.add_url_rule("/code", "code", lambda: (jsonify(error="wrong code"), 401))
    base = serve(app)
    bench = workbench(base)
    sessions = Sessions(
        AuthSettings((Account(ALICE, flows(base)["form"], "alice@shop.example", PASSWORD),)), base, bench.sender
    )
    sender = RenewingSender(bench.sender, sessions)
    for _ in range(3):
        sender.send(sessions.authorised(Sent("GET", f"{base}/code"), ALICE))
    assert target.logins == ["form", "form"]


def test_a_session_that_the_probe_says_is_alive_is_not_renewed(start: Start) -> None:
    target, sessions, bench = start("form")
    assert me(sessions, bench) == 200
    elsewhere = sessions.authorised(Sent("GET", f"{bench.surface.base}/page"), ALICE)
    refused = bench.sender.send(Sent("GET", f"{bench.surface.base}/me"))
    assert refused.answer is not None
    assert not sessions.ended(Exchange(elsewhere, refused.answer))
    assert target.logins == ["form"]


def test_secrets_are_known_and_not_shown(start: Start) -> None:
    _, sessions, bench = start("json")
    assert me(sessions, bench) == 200
    assert {PASSWORD, sessions.token(ALICE)} <= sessions.secrets
    assert not [each for each in sessions.secrets if each in repr(sessions)]


def test_a_login_on_another_host_goes_by_the_sender_for_it(
    serve: Callable[[Any], str], workbench: Callable[..., Workbench]
) -> None:
    target, issuer = Target(), Target()
    base, elsewhere = serve(target.app()), serve(issuer.app())
    target.good = issuer.good
    bench, other = workbench(base), workbench(elsewhere)
    flow = OAuthLogin(f"{elsewhere}/token", Grant.PASSWORD, "app", "app-secret")
    account = Account(ALICE, flow, "alice@shop.example", PASSWORD)
    sessions = Sessions(AuthSettings((account,)), base, bench.sender, elsewhere={elsewhere: other.sender}.__getitem__)
    assert me(sessions, bench) == 200
    assert (target.logins, issuer.logins) == ([], ["password"])


def test_a_key_in_the_query_goes_beside_what_is_there(workbench: Callable[..., Workbench]) -> None:
    account = Account(ALICE, Given(Carried(Place.QUERY, "key", "")), secret="a b&c")
    bench = workbench("http://127.0.0.1:9")
    sessions = Sessions(AuthSettings((account,)), "http://127.0.0.1:9", bench.sender)
    request = sessions.authorised(Sent("GET", "http://127.0.0.1:9/x?page=2&key=other"), ALICE)
    assert request.url == "http://127.0.0.1:9/x?page=2&key=a+b%26c"
    assert request.caller == "alice"
