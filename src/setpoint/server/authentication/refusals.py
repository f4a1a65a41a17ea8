"""Why a call is refused: a word for programs and counters, a sentence for people, and never a part of the secret."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from setpoint.errors import Error

REALM: Final = 'Bearer realm="setpoint"'
"""RFC 6750, section 3: every challenge begins so."""


class Refusal(StrEnum):
    MISSING = "missing"
    MALFORMED = "malformed"
    WRONG = "wrong"
    """No such token, or not its secret: nobody is told which."""
    EXPIRED = "expired"
    REVOKED = "revoked"
    ISSUER = "issuer"
    """Nobody trusts who issued it."""
    UNREACHABLE = "unreachable"
    """Who could tell cannot be asked now: an issuer's keys are not known, or the ledger does not answer."""
    KEY = "key"
    SIGNATURE = "signature"
    CLAIMS = "claims"
    """It is for somebody else, not yet valid, or does not say what it has to."""
    GRANT = "grant"
    """It is right, and its holder was given nothing."""
    SCOPE = "scope"
    SERVICE = "service"


class UnauthenticatedError(Error):
    """It is not known who calls: 401."""

    def __init__(self, reason: Refusal, what: str, *, remedy: str = "", token: str | None = None) -> None:
        super().__init__(what, remedy=remedy)
        self.reason = reason
        self.token = token
        """The id of the token that was shown, where it is a real one's."""

    @property
    def challenge(self) -> str:
        """For the header `WWW-Authenticate`; who showed nothing is told of no error (RFC 6750, section 3.1)."""
        return REALM if self.reason is Refusal.MISSING else f'{REALM}, error="invalid_token"'


class ForbiddenError(Error):
    """It is known who calls, and that this is not for them: 403."""

    def __init__(self, reason: Refusal, what: str, *, remedy: str = "", scope: str = "") -> None:
        super().__init__(what, remedy=remedy)
        self.reason = reason
        self._scope = scope

    @property
    def challenge(self) -> str:
        needed = f', scope="{self._scope}"' if self._scope else ""
        return f'{REALM}, error="insufficient_scope"{needed}'
