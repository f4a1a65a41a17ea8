"""Two small targets, each right by itself, and wrong in the ways that a test names."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, RSAKey
from joserfc.jws import JWSRegistry

from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.accounts.sessions import Sessions
from setpoint.scan.dast.accounts.settings import Account, AuthSettings, FormLogin, JsonLogin
from setpoint.scan.dast.checks.authentication.jwt import Jwt, jwt_in, signed_by_secret
from setpoint.scan.dast.interface import Check, SpareToken, TokenKind, Workbench

ALICE, BOB = Caller("alice", "customer", 1), Caller("bob", "customer", 1)
PASSWORDS = {"alice@shop.example": "correct-horse-1", "bob@shop.example": "battery-staple-2"}
RSA = RSAKey.generate_key(2048, parameters={"kid": "main"}, private=True)
LONG_SECRET = secrets.token_hex(32)


def _body(*names: str) -> tuple[Part, ...]:
    return tuple(Part(PartPlace.BODY, f"/{name}", {"type": "string"}, is_required=True) for name in names)


SECURED = (("bearer",),)
API = (
    Operation("GET", "/me", security=SECURED),
    Operation("GET", "/orders", security=SECURED),
    Operation("GET", "/status", security=()),
    Operation("POST", "/orders", _body("note"), BodyForm.JSON, security=SECURED),
    Operation("POST", "/login", _body("email", "password"), BodyForm.JSON, security=()),
    Operation("POST", "/logout", security=SECURED),
    Operation("POST", "/forgot-password", _body("email"), BodyForm.JSON, security=()),
    Operation("POST", "/register", _body("email", "password"), BodyForm.JSON, security=()),
    Operation("POST", "/otp/verify", _body("otp"), BodyForm.JSON, security=SECURED),
)
SITE = (
    Operation("GET", "/account"),
    Operation("GET", "/logout"),
    Operation(
        "POST",
        "/login",
        (Part(PartPlace.BODY, "csrf"), Part(PartPlace.BODY, "email"), Part(PartPlace.BODY, "password")),
        BodyForm.FORM,
    ),
)


@dataclass
class Shop:
    """An API behind JSON Web Tokens."""

    flaws: frozenset[str]
    secret: str = LONG_SECRET
    algorithm: str = "HS256"
    failed: dict[str, int] = field(default_factory=dict)
    codes: int = 0
    notes: list[str] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)
    passwords: dict[str, str] = field(default_factory=lambda: dict(PASSWORDS))

    def issue(self, user: str, **claims: Any) -> str:
        now = int(time.time())
        usual = {"sub": user, "iat": now, "aud": "shop", "jti": secrets.token_hex(8), "exp": now + 600}
        whole = {name: value for name, value in (usual | claims).items() if value is not None}
        key: Any = RSA if self.algorithm == "RS256" else OctKey.import_key(self.secret)
        head = {"alg": self.algorithm} | ({"kid": "main"} if self.algorithm == "RS256" else {})
        return jwt.encode(head, whole, key)

    def user(self) -> str | None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if "query-token" in self.flaws:
            given = given or request.args.get("access_token", "")
        token = jwt_in(given)
        if given and "any-token" in self.flaws:
            return "alice@shop.example"
        if token is None or not self._is_signed(given):
            return None
        ends = token.claims.get("exp", time.time() + 60)
        is_over = ends < time.time() and "no-expiry" not in self.flaws
        is_foreign = token.claims.get("aud") != "shop" and "any-audience" not in self.flaws
        return None if is_over or is_foreign or token.claims.get("jti") in self.revoked else str(token.claims["sub"])

    def _is_signed(self, given: str) -> bool:
        token = jwt_in(given)
        assert token is not None
        forgeries = {
            "no-signature": True,
            "optional-signature": not token.signature,
            "alg-none": token.algorithm.lower() == "none",
            "confusion": given == _by_secret(token, RSA.as_pem(private=False)),
            "unknown-key": token.header.get("kid") not in {None, "main"},
            "selected-key": given == _by_secret(token, _key_of(str(token.header.get("kid")))),
            "alg-none-shouted": token.algorithm == "NONE",
            "key-file": str(token.header.get("kid")).endswith("/dev/null") and given == _by_secret(token, b""),
        }
        if any(holds for flaw, holds in forgeries.items() if flaw in self.flaws):
            return True
        key: Any = RSA if self.algorithm == "RS256" else OctKey.import_key(self.secret)
        accepted = [self.algorithm]
        if "own-key" in self.flaws and "jwk" in token.header:
            key, accepted = RSAKey.import_key(token.header["jwk"]), ["RS256"]
        registry = JWSRegistry(algorithms=accepted)
        registry.max_header_length = 4096
        try:
            jwt.decode(given, key, registry=registry)
        except (JoseError, ValueError):
            return False
        return True

    def app(self) -> Flask:
        app = Flask(__name__)
        app.add_url_rule("/me", view_func=self.me)
        app.add_url_rule("/orders", view_func=self.orders, methods=["GET", "POST"])
        app.add_url_rule("/status", "status", lambda: jsonify(status="up"))
        app.add_url_rule("/.well-known/jwks.json", "keys", lambda: jsonify(keys=[RSA.as_dict(private=False)]))
        for path in ("login", "logout", "forgot-password", "register", "otp/verify"):
            app.add_url_rule(
                f"/{path}", view_func=getattr(self, path.replace("-", "_").replace("/", "_")), methods=["POST"]
            )
        return app

    def me(self) -> Any:
        user = self.user() or ("alice@shop.example" if "open" in self.flaws else None)
        if user is None:
            if "soft-refusal" in self.flaws:
                return jsonify(error="log in first")
            return jsonify(error="unauthorised"), 401
        return jsonify(email=user, customer=hashlib.sha256(user.encode()).hexdigest()[:12], now=time.time())

    def orders(self) -> Any:
        user = self.user()
        if request.method == "POST" and (user or {"open-write", "pretends"} & self.flaws):
            if user or "open-write" in self.flaws:
                self.notes.append(request.get_json()["note"])
            return jsonify(note=request.get_json()["note"]), 201
        return (
            jsonify(orders=[{"id": 17, "of": user}], notes=self.notes) if user else (jsonify(error="unauthorised"), 401)
        )

    def login(self) -> Any:
        given = request.get_json()
        user = given["email"]
        if self.failed.get(user, 0) >= 6 and "no-limit" not in self.flaws:
            return jsonify(error="too many attempts"), 429
        if user not in self.passwords and "enumerable" in self.flaws:
            return jsonify(error="no such account"), 401
        if self.passwords.get(user) != given["password"]:
            self.failed[user] = self.failed.get(user, 0) + 1
            return jsonify(error=f"wrong e-mail or password for {user}", trace=secrets.token_hex(8)), 401
        claims: dict[str, Any] = {}
        if "long" in self.flaws:
            claims["exp"] = int(time.time()) + 400 * 86400
        if "telling" in self.flaws:
            claims["password"] = "5f4dcc3b5aa765d61d8327deb882cf99"
        if "expires_in" in given:
            claims["exp"] = int(time.time()) + int(given["expires_in"])
        return jsonify(access_token=self.issue(user, **claims))

    def logout(self) -> Any:
        token = jwt_in(request.headers.get("authorization", ""))
        if token and "stateless" not in self.flaws:
            self.revoked.add(token.claims["jti"])
        return "", 204

    def forgot_password(self) -> Any:
        user = request.get_json()["email"]
        if "discloses" in self.flaws and user in self.passwords:
            return jsonify(message="sent", reset_token=secrets.token_hex(8))
        if "reset-enumerable" in self.flaws and user not in self.passwords:
            return jsonify(error="unknown address"), 404
        return jsonify(message=f"if {user} has an account, a mail is on its way")

    def register(self) -> Any:
        given = request.get_json()
        if len(given["password"]) < 8 and "weak-passwords" not in self.flaws:
            return jsonify(error="the password is too short"), 422
        self.passwords.setdefault(given["email"], given["password"])
        return jsonify(message="a mail is on its way"), 202

    def otp_verify(self) -> Any:
        code = request.get_json()["otp"]
        if len(code) != 6:
            return jsonify(error="six digits"), 422
        self.codes += 1
        if self.codes > 5 and "no-limit" not in self.flaws:
            return jsonify(error="too many attempts"), 429
        return jsonify(error="wrong code"), 401


def _key_of(name: str) -> bytes:
    """As a database has it whose query was put together as text."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE keys (kid, secret)")
        try:
            found = database.execute(f"SELECT secret FROM keys WHERE kid = '{name}'").fetchone()
        except sqlite3.Error:
            return LONG_SECRET.encode()
    return str(found[0]).encode() if found else LONG_SECRET.encode()


def _by_secret(token: Jwt, key: bytes) -> str:
    return signed_by_secret(token.header, token.claims, key) if token.algorithm == "HS256" else ""


@dataclass
class Portal:
    """A site behind a session cookie."""

    flaws: frozenset[str]
    sessions: dict[str, dict[str, str]] = field(default_factory=dict)
    count: int = 1000

    def app(self) -> Flask:
        app = Flask(__name__)
        app.add_url_rule("/login", view_func=self.login, methods=["GET", "POST"])
        app.add_url_rule("/account", view_func=self.account)
        app.add_url_rule("/logout", view_func=self.logout)
        return app

    def _new(self) -> str:
        self.count += 1
        if "short" in self.flaws:
            return f"s{self.count}"
        return f"session-{self.count}" if "countable" in self.flaws else secrets.token_urlsafe(24)

    def _session(self) -> tuple[str, dict[str, str]]:
        sid = request.cookies.get("sid", "")
        if "adopts" in self.flaws and sid:
            self.sessions.setdefault(sid, {})
        if sid not in self.sessions:
            sid = self._new()
            self.sessions[sid] = {}
        return sid, self.sessions[sid]

    def login(self) -> Any:
        sid, session = self._session()
        if request.method == "GET":
            session["csrf"] = secrets.token_hex(8)
            return self._page(session, sid)
        user = request.form["email"]
        if request.form.get("csrf") != session.get("csrf") or PASSWORDS.get(user) != request.form["password"]:
            return self._page(session, sid)
        if "unsigned" in self.flaws:
            answer = redirect("/account")
            answer.set_cookie("sid", json.dumps({"user": user}).encode().hex())
            return answer
        if "keeps" not in self.flaws and not ("adopts" in self.flaws and "user" not in session):
            sid = self._new()
        self.sessions[sid] = {"user": user}
        answer = redirect(f"/account?sid={sid}" if "in-url" in self.flaws else "/account")
        answer.set_cookie("sid", sid, max_age=365 * 86400 if "long" in self.flaws else None)
        return answer

    def _page(self, session: dict[str, str], sid: str) -> Response:
        answer = Response(
            f'<form method="post"><input type="hidden" name="csrf" value="{session.get("csrf", "")}">'
            '<input type="email" name="email"><input type="password" name="password"></form>',
            content_type="text/html",
        )
        answer.set_cookie("sid", sid)
        return answer

    def account(self) -> Any:
        given = request.cookies.get("sid", "")
        user = self.sessions.get(given, {}).get("user")
        if "unsigned" in self.flaws and given:
            try:
                user = json.loads(bytes.fromhex(given))["user"]
            except ValueError:
                user = None
        if not user:
            return redirect("/login")
        return f"<h1>Account of {user}</h1><p>Customer {hashlib.sha256(user.encode()).hexdigest()[:12]}</p>"

    def logout(self) -> Any:
        if "survives" not in self.flaws:
            self.sessions.pop(request.cookies.get("sid", ""), None)
        answer = redirect("/login")
        answer.delete_cookie("sid")
        return answer


Bench = Callable[..., Workbench]


@pytest.fixture
def shop(serve: Callable[[Any], str], workbench: Bench) -> Bench:
    def make(*flaws: str, callers: int = 2, spare: tuple[TokenKind, ...] = (), **shop_settings: Any) -> Workbench:
        target = Shop(frozenset(flaws), **shop_settings)
        base = serve(target.app())
        bench = workbench(base, *API)
        login = JsonLogin(f"{base}/login", user_field="/email")
        accounts = [
            Account(caller, login, user, PASSWORDS[user]) for caller, user in zip((ALICE, BOB), PASSWORDS, strict=True)
        ]
        foreign = {
            TokenKind.FOREIGN_AUDIENCE: lambda: target.issue("alice@shop.example", aud="other"),
            TokenKind.EXPIRED: lambda: target.issue("alice@shop.example", exp=int(time.time()) - 60),
        }
        tokens = tuple(SpareToken(kind, ALICE, foreign[kind]()) for kind in spare)
        settings = AuthSettings(tuple(accounts[:callers]), tokens=tokens, may_register="may-register" in flaws)
        return _over(bench, settings, base)

    return make


@pytest.fixture
def portal(serve: Callable[[Any], str], workbench: Bench) -> Bench:
    def make(*flaws: str) -> Workbench:
        base = serve(Portal(frozenset(flaws)).app())
        login = FormLogin(f"{base}/login")
        accounts = [
            Account(caller, login, user, PASSWORDS[user]) for caller, user in zip((ALICE, BOB), PASSWORDS, strict=True)
        ]
        return _over(workbench(base, *SITE), AuthSettings(tuple(accounts)), base)

    return make


def _over(bench: Workbench, settings: AuthSettings, base: str) -> Workbench:
    """The workbench with true sessions in the place of its accounts."""
    sessions = Sessions(settings, base, bench.sender)
    kept: dict[tuple[Operation, Caller], Any] = {}

    def baseline(operation: Operation, caller: Caller) -> Any:
        if (operation, caller) not in kept:
            kept[operation, caller] = bench.sender.send(sessions.authorised(bench.build(operation, {}), caller))
        return kept[operation, caller]

    return replace(bench, accounts=sessions, baseline=baseline)


@pytest.fixture
def over() -> Callable[[Workbench, AuthSettings, str], Workbench]:
    return _over


@pytest.fixture
def found() -> Callable[[Check, Workbench], list[Fault]]:
    """The faults of a check, none of which holds a secret."""

    def run(check: Check, bench: Workbench) -> list[Fault]:
        faults = list(check.run(bench))
        for fault in faults:
            text = " ".join((fault.message, fault.difference, *fault.examples))
            assert not [each for each in bench.accounts.secrets if each in text]
        return faults

    return run
