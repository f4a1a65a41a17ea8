"""Who is calling: tokens (HS256, by hand so that they can be wrong), API keys, session cookies; and the guards of the
routes.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from fastapi import Depends, HTTPException
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlowPassword, OAuthFlows
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer, OAuth2
from tests.assets.targets.world import Row, World, fresh_token

WEAK_SECRET = b"secret123"
STRONG_SECRET = bytes.fromhex("8d1f0e2c4b6a79583746aabbccddeeff00112233445566778899a0b1c2d3e4f5")
AUDIENCE = "shop"

BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", scheme_name="bearer")
OAUTH2 = OAuth2(
    auto_error=False,
    scheme_name="oauth2",
    flows=OAuthFlows(
        password=OAuthFlowPassword(tokenUrl="/v1/oauth/token", scopes={}),
        clientCredentials=OAuthFlowClientCredentials(tokenUrl="/v1/oauth/token", scopes={}),
    ),
)
API_KEY = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="apiKey")
COOKIE = APIKeyCookie(name="shop_session", auto_error=False, scheme_name="session")


def encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def sign(signed: str, secret: bytes) -> str:
    return encode(hmac.new(secret, signed.encode(), hashlib.sha256).digest())


class Identity:
    """The API's only reader of credentials; the leniencies stand for modules that brought a reader of their own."""

    def __init__(self, world: World) -> None:
        self.world = world

    def issue(self, user: int, *, audience: str = AUDIENCE, lifetime: int = 900, kind: str = "access") -> str:
        now = int(time.time())
        claims = {
            "sub": str(user),
            "aud": audience,
            "iat": now,
            "exp": now + lifetime,
            "kind": kind,
            "jti": fresh_token(),
        }
        header = encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        signed = f"{header}.{encode(json.dumps(claims).encode())}"
        return f"{signed}.{sign(signed, self.secret)}"

    @property
    def secret(self) -> bytes:
        return WEAK_SECRET if self.world.faulty("api.token.weak-secret") else STRONG_SECRET

    @property
    def revoked(self) -> set[str]:
        found: set[str] = self.world.state.setdefault("revoked", set())
        return found

    @property
    def sessions(self) -> dict[str, int]:
        found: dict[str, int] = self.world.state.setdefault("sessions", {})
        return found

    def claims(
        self,
        token: str,
        *,
        kind: str = "access",
        take_none: bool = False,
        take_expired: bool = False,
        take_unsigned: bool = False,
        take_audience: bool = False,
    ) -> dict[str, Any] | None:
        """What a token says, or None if it is not to be believed."""
        try:
            header_part, claims_part, signature = token.split(".")
            header, claims = json.loads(decode(header_part)), json.loads(decode(claims_part))
            algorithm, expires, subject = header["alg"], float(claims["exp"]), str(claims["sub"])
        except (ValueError, KeyError, TypeError, binascii.Error):
            return None
        unsigned = take_unsigned or (take_none and str(algorithm).lower() == "none")
        if not unsigned and not self._is_signed(f"{header_part}.{claims_part}", algorithm, signature):
            return None
        if (expires < time.time() and not take_expired) or (claims.get("aud") != AUDIENCE and not take_audience):
            return None
        if claims.get("kind") != kind or claims.get("jti") in self.revoked or not subject.isdigit():
            return None
        return dict(claims)

    def _is_signed(self, signed: str, algorithm: object, signature: str) -> bool:
        return algorithm == "HS256" and hmac.compare_digest(sign(signed, self.secret).encode(), signature.encode())

    def caller(self, **leniency: Callable[[], bool]) -> Callable[..., Row]:
        """A dependency that gives the caller's row of `users`, by any of the credentials, or answers 401."""

        def who(
            bearer: HTTPAuthorizationCredentials | None = Depends(BEARER),
            _oauth: str | None = Depends(OAUTH2),
            key: str | None = Depends(API_KEY),
            cookie: str | None = Depends(COOKIE),
        ) -> Row:
            found = None
            if bearer is not None:
                claims = self.claims(bearer.credentials, **{name: wanted() for name, wanted in leniency.items()})
                found = self._user(claims["sub"]) if claims else None
            elif key is not None:
                found = self.world.database.one("SELECT * FROM users WHERE api_key = ?", (key,))
            elif cookie is not None:
                found = self._user(self.sessions.get(cookie))
            if found is None:
                raise HTTPException(401, "not authenticated", headers={"WWW-Authenticate": "Bearer"})
            return found

        return who

    def caller_or_nobody(self, missing_check: str) -> Callable[..., Row | None]:
        """Like `caller`, but the fault named lets everybody through, documented as if it did not."""
        strict = self.caller()

        def who(
            bearer: HTTPAuthorizationCredentials | None = Depends(BEARER),
            oauth: str | None = Depends(OAUTH2),
            key: str | None = Depends(API_KEY),
            cookie: str | None = Depends(COOKIE),
        ) -> Row | None:
            if self.world.faulty(missing_check):
                return None
            return strict(bearer, oauth, key, cookie)

        return who

    def holder_of_any_key(self, missing_check: str) -> Callable[..., Row | None]:
        """Like `caller`, but the fault named takes any text for an API key, if only there is one."""
        strict = self.caller()

        def who(
            bearer: HTTPAuthorizationCredentials | None = Depends(BEARER),
            oauth: str | None = Depends(OAUTH2),
            key: str | None = Depends(API_KEY),
            cookie: str | None = Depends(COOKIE),
        ) -> Row | None:
            if key and self.world.faulty(missing_check):
                return None
            return strict(bearer, oauth, key, cookie)

        return who

    def _user(self, number: object) -> Row | None:
        return self.world.database.one("SELECT * FROM users WHERE id = ?", (number,)) if number is not None else None

    def operators_token(self, username: str, kind: str) -> str | None:
        """A token that is validly signed but must be refused: expired, or meant for another service."""
        user = self.world.database.one("SELECT id FROM users WHERE username = ?", (username,))
        if user is None:
            return None
        return (
            self.issue(user["id"], lifetime=-60) if kind == "expired" else self.issue(user["id"], audience="telemetry")
        )


def need_role(user: Row, *roles: str) -> None:
    if user["role"] not in roles:
        raise HTTPException(403, "not allowed")
