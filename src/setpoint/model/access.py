"""Who may do what: the scopes of a token, the tokens themselves, and who a call comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from setpoint.errors import InputError


class AccessScope(StrEnum):
    INGEST = "ingest"
    """Write signals, and nothing else."""
    GATE = "gate"
    """Ask for a gate's decision."""
    READ = "read"
    OPERATE = "operate"
    """Approve, reject, undo, pause, waive; includes reading and asking the gate."""
    ADMIN = "admin"
    """Everything, and tokens."""


INCLUDED: Final = {
    AccessScope.INGEST: frozenset({AccessScope.INGEST}),
    AccessScope.GATE: frozenset({AccessScope.GATE}),
    AccessScope.READ: frozenset({AccessScope.READ}),
    AccessScope.OPERATE: frozenset({AccessScope.OPERATE, AccessScope.READ, AccessScope.GATE}),
    AccessScope.ADMIN: frozenset(AccessScope),
}
"""Scope → every scope that it gives."""

ACCESS_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}"
"""A token's name stands in the audit log, in tables and in addresses: nothing that means something there."""

LONGEST_SERVICE: Final = 256
"""Characters of a service's name that a token may be bound to; AWS's tag values, which name services, have no more."""

LONGEST_LIFE: Final = timedelta(days=3660)
"""Ten years, longer than anybody means; a rotated token lives as long again, and there has to be a time for that."""

USUAL_OVERLAP: Final = timedelta(hours=1)
"""Of a rotated token with the new one: enough to bring that to wherever the old one is."""

LONGEST_OVERLAP: Final = timedelta(days=30)
"""Later than that, the old one is a second token that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a call comes from; made by authentication only."""

    name: str
    """As the audit log names it: `token:<name>`, or `oidc:<issuer>#<subject>`."""
    scopes: frozenset[AccessScope]
    service: str | None = None
    """The one service that it may speak for and about; None: any."""
    token: str | None = None
    """The id of the token that was shown; None for an identity provider's."""

    def may(self, scope: AccessScope) -> bool:
        return any(scope in INCLUDED[each] for each in self.scopes)

    def may_touch(self, service: str) -> bool:
        """Whether something of this service is for its eyes and hands."""
        return self.service is None or self.service == service


class TokenState(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token, except its secret, which only its holder knows."""

    id: str
    """Part of the token's text, and no secret."""
    name: str
    """A token and those that it was rotated to share it; two others never do while both are active."""
    scopes: frozenset[AccessScope]
    service: str | None
    """The one service that it may speak for and about; None: any."""
    is_agent: bool
    """Whether a key for signed policy was made with it."""
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    """From this moment on it opens nothing; None: never."""
    last_used_at: datetime | None = None
    """To the minute or so."""
    revoked_at: datetime | None = None
    rotated_from: str | None = None
    """The id of the token that it replaces."""

    def state(self, now: datetime) -> TokenState:
        if self.revoked_at is not None:
            return TokenState.REVOKED
        expired = self.expires_at is not None and self.expires_at <= now
        return TokenState.EXPIRED if expired else TokenState.ACTIVE


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """The token that somebody wants."""

    name: str
    scopes: frozenset[AccessScope]
    service: str | None = None
    expires_at: datetime | None = None
    is_agent: bool = False


def check_request(request: TokenRequest, now: datetime) -> None:
    """Raises `InputError` for a token that nobody should have."""
    if not re.fullmatch(ACCESS_NAME, request.name):
        raise InputError(
            f"{request.name!r} is no name for a token",
            remedy="give up to 100 letters, digits, and any of . _ @ - after the first",
        )
    if request.service is not None and not 0 < len(request.service) <= LONGEST_SERVICE:
        raise InputError("the service of the token is empty or too long", remedy="give the name of one service")
    if request.expires_at is not None and request.expires_at <= now:
        raise InputError("the token would have expired already", remedy="give a later expiry")
    if request.expires_at is not None and request.expires_at - now > LONGEST_LIFE:
        raise InputError(
            "the token would be good for more than ten years",
            remedy="give an earlier expiry, or none for one that stays",
        )
    if request.is_agent and request.scopes != {AccessScope.INGEST}:
        raise InputError("an agent's token has the scope ingest and no other", remedy="leave the other scopes out")
    check_scopes(request.scopes, is_bound=request.service is not None)


def check_scopes(scopes: Iterable[AccessScope], *, is_bound: bool, where: str = "") -> None:
    """Raises `InputError` for scopes that would open nothing, or more than they say."""
    granted = set(scopes)
    if not granted:
        raise InputError("no scope is given", where=where, remedy=f"give any of: {', '.join(AccessScope)}")
    if is_bound and AccessScope.ADMIN in granted:
        # Who may make tokens could make one that is not bound.
        raise InputError(
            "the scope admin cannot be bound to a service", where=where, remedy="leave out the service, or the scope"
        )
