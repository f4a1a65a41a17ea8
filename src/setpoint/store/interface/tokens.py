"""What is asked of the ledger about tokens: issuing them, finding them again, and the keys that agents get with them.

Whatever is done to a token holds for every process from the moment that it returns: nothing is remembered outside of
the ledger. The secret of a token is returned once, when it is made, and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from setpoint.model.access import Token, TokenRequest


@dataclass(frozen=True, slots=True)
class StoredToken:
    token: Token
    digest: str = field(repr=False)
    """What `Credential.digest` of the right secret is."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token, with what is shown this once."""

    token: Token
    text: str = field(repr=False)
    policy_key: bytes | None = field(default=None, repr=False)
    """An agent's: under which policy is signed for it."""


@dataclass(frozen=True, slots=True)
class AgentKeys:
    policy: bytes = field(repr=False)
    """Of this agent alone: what is signed under it comes from the control plane, and is meant for it."""
    fleet: bytes = field(repr=False)
    """Of all agents: fingerprints under it can be compared across them, and mean nothing to anybody else."""


class TokenReader(Protocol):
    def find(self, identity: str) -> StoredToken | None:
        """As it is at this moment, whatever its state."""
        ...

    def tokens(self) -> Sequence[Token]:
        """Every token that there ever was, oldest first."""
        ...

    def tokens_page(self, *, after: str, limit: int) -> Sequence[Token]:
        """The first of them after an id, in the order of their ids."""
        ...


class TokenWriter(Protocol):
    """Each method is one transaction, and tells the audit log who did it."""

    def issue(self, request: TokenRequest, actor: str, at: datetime) -> IssuedToken:
        """Raises `InputError` where an active token has the name, or nobody should have such a token."""
        ...

    def issue_first(self, request: TokenRequest, actor: str, at: datetime) -> IssuedToken | None:
        """None where there ever was a token with one of its scopes; of two calls at once, one issues it."""
        ...

    def rotate(self, name_or_id: str, overlap: timedelta, actor: str, at: datetime) -> IssuedToken:
        """A new secret for the same; the old one is good for the overlap yet. What expires, lives as long again."""
        ...

    def revoke(self, name_or_id: str, actor: str, at: datetime) -> Sequence[Token]:
        """Those that are revoked now and were not before. An id means one token, a name all that share it."""
        ...

    def note_uses(self, uses: Mapping[str, datetime]) -> None:
        """Token id → when it was last used."""
        ...


class KeyKeeper(Protocol):
    def agent_keys(self, identity: str) -> AgentKeys:
        """Of the agent that has this token; `InputError` where the token is no agent's, or is revoked."""
        ...


class TokenStore(TokenReader, TokenWriter, KeyKeeper, Protocol):
    pass
