"""The token that opens a new server to whoever starts it. The supervisor shows it once, on the terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from setpoint.model.access import AccessScope, TokenRequest
from setpoint.store.interface import TokenWriter

NAME: Final = "first-admin"


def first_admin_token(store: TokenWriter) -> str | None:
    """Its text, where there never was a token with the scope admin; it is kept nowhere, and must not be logged.

    Of two servers that start at once, one makes it. One that was revoked, or was never read, is not made again: whoever
    has the ledger's file makes others with `setpoint tokens issue`.
    """
    request = TokenRequest(NAME, frozenset({AccessScope.ADMIN}))
    issued = store.issue_first(request, "setpoint", datetime.now(UTC))
    return issued.text if issued else None
