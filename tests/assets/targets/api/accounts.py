"""Accounts: registration, the ways to log in and out, one-time codes, password reset, and the caller's own profile."""

import secrets
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from tests.assets.targets.api.documents import (
    COMMON,
    Address,
    Card,
    Code,
    Login,
    Me,
    MeChange,
    Refresh,
    Registration,
    Tokens,
    shown,
)
from tests.assets.targets.api.identity import Identity
from tests.assets.targets.sinks import matches
from tests.assets.targets.world import Row, World, digest, fresh_token, same

NOBODYS_PASSWORD = digest("nobody")


async def json_object(request: Request) -> dict[str, Any]:
    """The whole body, also the fields that no model names."""
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise HTTPException(422, "a JSON object is expected")
    return body


async def form(request: Request) -> dict[str, str]:
    body = (await request.body())[:10_000].decode("utf-8", "replace")
    return {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}


def form_body(*names: str) -> dict[str, Any]:
    """How the document shows a form, for the body is read by hand."""
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    return {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}}


def login_routes(world: World, identity: Identity) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["login"], responses=COMMON)

    def user_named(name: str) -> Row | None:
        return world.database.one("SELECT * FROM users WHERE username = ?", (name,))

    def limit(name: str) -> None:
        """Five of a kind in a while, known or not; then 429."""
        if world.attempts.blocked(name):
            raise HTTPException(429, "too many attempts", headers={"Retry-After": "4"})
        world.attempts.failed(name)

    def check_password(username: str, password: str, *, limited: bool) -> Row:
        """The user, or 401 (429 while the door is closed)."""
        if limited and world.attempts.blocked(f"login {username}"):
            raise HTTPException(429, "too many attempts", headers={"Retry-After": "4"})
        user = user_named(username)
        if not same(digest(password), user["password"] if user else NOBODYS_PASSWORD) or user is None:
            world.attempts.failed(f"login {username}")
            raise HTTPException(401, "the name or the password is wrong")
        world.attempts.succeeded(f"login {username}")
        return user

    @router.post("/auth/register", status_code=202, summary="Open an account")
    def register(wanted: Registration, body: dict[str, Any] = Depends(json_object)) -> dict[str, str]:
        if user_named(wanted.username) is not None:
            if world.faulty("api.enumeration.register"):
                raise HTTPException(409, "this name is taken")
            return {"status": "see your mail"}
        role = str(body.get("role", "customer")) if world.faulty("api.mass.register-role") else "customer"
        world.database.insert(
            "users",
            username=wanted.username,
            email=wanted.email,
            password=digest(wanted.password),
            display_name=wanted.username,
            role=role,
            phone="",
            credit_limit=100,
            api_key=f"sk_{fresh_token()}",
        )
        return {"status": "see your mail"}

    @router.post("/auth/login", summary="Log in with a name and a password")
    def login(given: Login) -> Tokens:
        if world.faulty("api.enumeration.login") and user_named(given.username) is None:
            raise HTTPException(401, "there is no such user")
        user = check_password(given.username, given.password, limited=not world.faulty("api.rate.login"))
        return Tokens(
            access_token=identity.issue(user["id"], lifetime=given.lifetime_seconds),
            refresh_token=identity.issue(user["id"], lifetime=7_200, kind="refresh"),
            expires_in=given.lifetime_seconds,
        )

    @router.post("/auth/legacy-login", summary="Log in from the old app")
    def legacy_login(body: dict[str, Any] = Depends(json_object)) -> Tokens:
        name, password = body.get("username"), body.get("password")
        if not world.faulty("api.nosql.legacy-login"):
            if not isinstance(name, str) or not isinstance(password, str):
                raise HTTPException(422, "text is expected")
            user = check_password(name, password, limited=True)
        else:
            user = legacy_user(name, password)
        return Tokens(access_token=identity.issue(user["id"]), expires_in=900)

    def legacy_user(name: object, password: object) -> Row:
        hashed = digest(password) if isinstance(password, str) else password
        if world.attempts.blocked(f"legacy {name}"):
            raise HTTPException(429, "too many attempts", headers={"Retry-After": "4"})
        users = world.database.rows("SELECT * FROM users ORDER BY id")
        user = next((one for one in users if matches(one, {"username": name, "password": hashed})), None)
        if user is None:
            world.attempts.failed(f"legacy {name}")
            raise HTTPException(401, "the name or the password is wrong")
        return user

    @router.post(
        "/oauth/token",
        summary="OAuth2 token endpoint",
        openapi_extra=form_body("grant_type", "username", "password", "client_id", "client_secret"),
    )
    async def token(request: Request) -> Tokens:
        given = await form(request)
        if given.get("grant_type") == "password":
            user = check_password(given.get("username", ""), given.get("password", ""), limited=True)
            return Tokens(access_token=identity.issue(user["id"]), expires_in=900)
        if given.get("grant_type") != "client_credentials":
            raise HTTPException(400, "unsupported_grant_type")
        client = next((one for one in world.people["clients"] if one["client_id"] == given.get("client_id")), None)
        limit(f"client {given.get('client_id')}")
        if client is None or not same(client["client_secret"], given.get("client_secret", "")):
            raise HTTPException(401, "invalid_client")
        acts_as = user_named(client.get("acts_as", "alice"))
        return Tokens(
            access_token=identity.issue(acts_as["id"] if acts_as else 0, audience=client["audience"]), expires_in=900
        )

    @router.post("/auth/refresh", summary="A new pair of tokens for a refresh token")
    def refresh(given: Refresh) -> Tokens:
        claims = identity.claims(given.refresh_token, kind="refresh")
        if claims is None:
            raise HTTPException(401, "the token is not valid")
        if not world.faulty("api.session.refresh-reuse"):
            identity.revoked.add(claims["jti"])
        number = int(claims["sub"])
        return Tokens(
            access_token=identity.issue(number),
            expires_in=900,
            refresh_token=identity.issue(number, lifetime=7_200, kind="refresh"),
        )

    @router.post("/auth/logout", status_code=204, summary="Log out")
    def logout(request: Request, user: Row = Depends(identity.caller())) -> None:
        claims = identity.claims(request.headers.get("authorization", "").partition(" ")[2])
        if claims is not None and not world.faulty("api.session.logout"):
            identity.revoked.add(claims["jti"])

    @router.post(
        "/session",
        summary="Log in with a form; the answer sets a cookie",
        openapi_extra=form_body("username", "password"),
    )
    async def open_session(request: Request, response: Response) -> dict[str, str]:
        given = await form(request)
        user = check_password(given.get("username", ""), given.get("password", ""), limited=True)
        session = fresh_token()
        identity.sessions[session] = user["id"]
        response.set_cookie("shop_session", session, httponly=True, samesite="strict")
        return {"status": "logged in"}

    @router.post("/session/end", status_code=204, summary="End the session of the cookie")
    def end_session(request: Request) -> None:
        identity.sessions.pop(request.cookies.get("shop_session", ""), None)

    @router.post("/auth/password-reset", status_code=202, summary="Ask for a mail with a link to a new password")
    def reset_password(given: Address) -> dict[str, str]:
        limit(f"reset {given.email}")
        user = world.database.one("SELECT * FROM users WHERE email = ?", (given.email,))
        if user is None and world.faulty("api.enumeration.reset"):
            raise HTTPException(404, "we do not know this address")
        if user is not None:
            world.mail(user, "A new password", fresh_token())
        return {"status": "see your mail"}

    @router.post("/auth/magic-link", status_code=202, summary="Ask for a mail with a link to log in")
    def magic_link(given: Address) -> dict[str, str]:
        limit(f"link {given.email}")
        user = world.database.one("SELECT * FROM users WHERE email = ?", (given.email,))
        if user is not None:
            world.mail(user, "Your link", fresh_token())
        return {"status": "see your mail"}

    @router.post("/auth/otp/send", status_code=202, summary="A one-time code for the caller")
    def send_code(user: Row = Depends(identity.caller())) -> dict[str, str]:
        limit(f"send {user['id']}")
        world.state.setdefault("codes", {})[user["id"]] = f"{secrets.randbelow(10_000):04}"
        return {"status": "sent"}

    def is_code(user: Row, code: str) -> bool:
        wanted = world.state.get("codes", {}).get(user["id"])
        return wanted is not None and same(wanted, code)

    @router.post("/auth/otp/verify", summary="Check the caller's one-time code")
    def verify_code(given: Code, user: Row = Depends(identity.caller())) -> dict[str, bool]:
        name = f"otp {user['id']}"
        if not world.faulty("api.rate.otp") and world.attempts.blocked(name):
            raise HTTPException(429, "too many attempts", headers={"Retry-After": "4"})
        if not is_code(user, given.code):
            world.attempts.failed(name)
            raise HTTPException(422, "the code is wrong")
        return {"verified": True}

    @router.post("/auth/pin/verify", summary="Check the caller's PIN")
    def verify_pin(given: Code, user: Row = Depends(identity.caller())) -> dict[str, bool]:
        name = f"pin {user['id']}"
        if world.attempts.blocked(name):
            return {"verified": False, "throttled": True}
        world.attempts.failed(name)
        return {"verified": False, "throttled": False}

    return router


def profile_routes(world: World, identity: Identity) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["profile"], responses=COMMON)

    @router.get("/me", summary="The caller's profile")
    def me(response: Response, user: Row = Depends(identity.caller())) -> Me:
        if world.faulty("api.config.cacheable-profile"):
            response.headers["Cache-Control"] = "public, max-age=600"
        return Me(**shown(Me, user))

    @router.patch("/me", summary="Change the caller's profile")
    def change_me(
        change: MeChange, body: dict[str, Any] = Depends(json_object), user: Row = Depends(identity.caller())
    ) -> Me:
        fields = change.model_dump(exclude_none=True)
        if world.faulty("api.mass.profile-credit-limit") and isinstance(body.get("credit_limit"), int):
            fields["credit_limit"] = body["credit_limit"]
        for name, value in fields.items():
            world.database.rows(f"UPDATE users SET {name} = ? WHERE id = ?", (value, user["id"]))
        changed = world.database.one("SELECT * FROM users WHERE id = ?", (user["id"],))
        return Me(**shown(Me, changed or user))

    @router.delete("/me", status_code=204, summary="Delete the caller's account for ever")
    def delete_me(user: Row = Depends(identity.caller())) -> None:
        world.journal.record("delete account", destructive=True, outside=user["protected"])
        world.database.rows("DELETE FROM users WHERE id = ?", (user["id"],))

    @router.get("/me/usage", summary="How much the caller used")
    def usage(
        user: Row = Depends(identity.caller(take_audience=lambda: world.faulty("api.token.audience"))),
    ) -> dict[str, Any]:
        return {"user": user["id"], "calls": 12}

    @router.get("/me/statements", summary="The caller's statements")
    def statements(
        user: Row = Depends(identity.caller(take_expired=lambda: world.faulty("api.token.expired"))),
    ) -> dict[str, Any]:
        return {"user": user["id"], "statements": ["2026-01", "2026-02"]}

    @router.get("/me/loyalty", summary="The caller's points")
    def loyalty(
        user: Row = Depends(identity.caller(take_unsigned=lambda: world.faulty("api.token.signature"))),
    ) -> dict[str, Any]:
        return {"user": user["id"], "points": 120}

    @router.get("/me/reports", summary="The caller's reports")
    def reports(
        user: Row = Depends(identity.caller(take_none=lambda: world.faulty("api.token.alg-none"))),
    ) -> dict[str, Any]:
        return {"user": user["id"], "reports": ["kettles", "lamps"]}

    @router.get("/users/{user_id}/card", summary="What everybody may know of a user", response_model=Card)
    def card(user_id: int, user: Row = Depends(identity.caller())) -> Any:
        found = world.database.one("SELECT * FROM users WHERE id = ?", (user_id,))
        if found is None:
            raise HTTPException(404, "not found")
        if world.faulty("api.exposure.card"):
            return JSONResponse(
                shown(Card, found) | {name: found[name] for name in ("email", "phone", "password", "api_key")}
            )
        return Card(**shown(Card, found))

    @router.get("/users/{user_id}/badge", summary="A user's name for the screen", response_model=Card)
    def badge(user_id: int, user: Row = Depends(identity.caller())) -> Any:
        found = world.database.one("SELECT * FROM users WHERE id = ?", (user_id,))
        if found is None:
            raise HTTPException(404, "not found")
        return Card(**shown(Card, found))

    return router
