"""Tokens, and the keys that agents get with them. What opens something is in no representation of these documents."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from setpoint.model.access import (
    ACCESS_NAME,
    LONGEST_OVERLAP,
    LONGEST_SERVICE,
    USUAL_OVERLAP,
    AccessScope,
    Token,
    TokenRequest,
)
from setpoint.store.interface import AgentKeys, IssuedToken
from setpoint.wire.document import Document, Moment, example

TokenName = Annotated[str, StringConstraints(pattern=f"^{ACCESS_NAME}$")]
Service = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SERVICE)]

_TOKEN = {
    "id": "4fHq0ZbW81xT",
    "name": "ci",
    "scopes": ["gate"],
    "service": "payments",
    "agent": False,
    "created_at": "2026-05-31T12:00:00Z",
    "created_by": "token:first-admin",
    "expires_at": "2026-08-29T12:00:00Z",
    "last_used_at": None,
    "revoked_at": None,
    "rotated_from": None,
}


class TokenRequestDocument(Document):
    """Who is to be let in, for what, and until when."""

    model_config = example(name="ci", scopes=["gate"], service="payments", expires_at="2026-08-29T12:00:00Z")

    name: TokenName = Field(description="No two active tokens have the same one.")
    scopes: tuple[AccessScope, ...] = Field(min_length=1, max_length=len(AccessScope))
    service: Service | None = Field(default=None, description="The one service that it may speak for and about.")
    expires_at: Moment | None = Field(default=None, description="Null: never.")
    agent: bool = Field(
        default=False, strict=True, description="For an agent: the scope ingest, and a key for signed policy."
    )

    @classmethod
    def of(cls, request: TokenRequest) -> Self:
        return cls(
            name=request.name,
            scopes=tuple(sorted(request.scopes)),
            service=request.service,
            expires_at=request.expires_at,
            agent=request.is_agent,
        )

    def model(self) -> TokenRequest:
        return TokenRequest(self.name, frozenset(self.scopes), self.service, self.expires_at, self.agent)


class RotationRequest(Document):
    """For how long the old secret is good beside the new one."""

    model_config = example(overlap=3600)

    overlap: float = Field(
        default=USUAL_OVERLAP.total_seconds(),
        strict=True,
        ge=0,
        le=LONGEST_OVERLAP.total_seconds(),
        description="Seconds; 0 where the old one has leaked.",
    )

    @classmethod
    def of(cls, overlap: timedelta) -> Self:
        return cls(overlap=overlap.total_seconds())

    def model(self) -> timedelta:
        return timedelta(seconds=self.overlap)


class TokenDocument(Document):
    """What is known of a token; its secret is known to its holder only."""

    model_config = example(**_TOKEN)

    id: str
    name: str
    scopes: tuple[AccessScope, ...]
    service: str | None
    agent: bool = Field(description="Whether a key for signed policy was made with it.")
    created_at: Moment
    created_by: str
    expires_at: Moment | None = Field(description="From this moment on it opens nothing; null: never.")
    last_used_at: Moment | None = Field(description="To the minute or so.")
    revoked_at: Moment | None
    rotated_from: str | None = Field(description="The id of the token that it replaces.")

    @classmethod
    def of(cls, token: Token) -> Self:
        return cls(
            id=token.id,
            name=token.name,
            scopes=tuple(sorted(token.scopes)),
            service=token.service,
            agent=token.is_agent,
            created_at=token.created_at,
            created_by=token.created_by,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
            revoked_at=token.revoked_at,
            rotated_from=token.rotated_from,
        )

    def model(self) -> Token:
        return Token(
            id=self.id,
            name=self.name,
            scopes=frozenset(self.scopes),
            service=self.service,
            is_agent=self.agent,
            created_at=self.created_at,
            created_by=self.created_by,
            expires_at=self.expires_at,
            last_used_at=self.last_used_at,
            revoked_at=self.revoked_at,
            rotated_from=self.rotated_from,
        )


class IssuedTokenDocument(Document):
    """A new token, with what is shown this once."""

    model_config = example(token=_TOKEN, text="sp_4fHq0ZbW81xT_…", policy_key=None)

    token: TokenDocument
    text: str = Field(repr=False, description="What its holder sends; it is kept nowhere.")
    policy_key: str | None = Field(
        repr=False, description="An agent's: the key that policy is signed under for it, in base64url."
    )

    @classmethod
    def of(cls, issued: IssuedToken) -> Self:
        return cls(
            token=TokenDocument.of(issued.token),
            text=issued.text,
            policy_key=None if issued.policy_key is None else _spelt(issued.policy_key),
        )

    def model(self) -> IssuedToken:
        policy_key = None if self.policy_key is None else urlsafe_b64decode(self.policy_key)
        return IssuedToken(self.token.model(), self.text, policy_key)


class AgentKeysDocument(Document):
    """The keys of one agent, in base64url."""

    model_config = example(
        policy="3cB0u5cG1m3vLq0eXn4m5k8yqk1Yy2m0b3V1a8sQd9I=", fleet="pV5m0c8r2f1Yt7n3Zl9kQwX6hJ4sB0uEaGdCiTfNyMo="
    )

    policy: str = Field(repr=False, description="What is signed under it comes from the control plane, for this agent.")
    fleet: str = Field(repr=False, description="Fingerprints under it can be compared across all agents.")

    @classmethod
    def of(cls, keys: AgentKeys) -> Self:
        return cls(policy=_spelt(keys.policy), fleet=_spelt(keys.fleet))

    def model(self) -> AgentKeys:
        return AgentKeys(urlsafe_b64decode(self.policy), urlsafe_b64decode(self.fleet))


def _spelt(key: bytes) -> str:
    return urlsafe_b64encode(key).decode()
