"""Tokens of a server: `cli.source` chooses it in the place of the ledger here. What opens something comes once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from setpoint.client.connection import Connection, asked
from setpoint.errors import NotFoundError
from setpoint.model.access import ACCESS_NAME, Token, TokenRequest
from setpoint.store.interface import IssuedToken
from setpoint.wire.page import Page
from setpoint.wire.token import IssuedTokenDocument, RotationRequest, TokenDocument, TokenRequestDocument


class RemoteTokens:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def issue(self, make: Callable[[datetime], TokenRequest]) -> IssuedToken:
        wanted = asked(lambda: TokenRequestDocument.of(make(datetime.now(UTC))))
        # An answer with a secret is kept by nobody, so that this cannot be asked for twice.
        return self._connection.post("/tokens", wanted, IssuedTokenDocument, once=False).model()

    def listed(self) -> Sequence[Token]:
        known = [each.model() for each in self._connection.items("/tokens", Page[TokenDocument])]
        return sorted(known, key=lambda each: (each.created_at, each.id))

    def rotate(self, name_or_id: str, overlap: timedelta) -> IssuedToken:
        path, wanted = f"{_path(name_or_id)}/rotate", asked(lambda: RotationRequest.of(overlap))
        return self._connection.post(path, wanted, IssuedTokenDocument, once=False).model()

    def revoke(self, name_or_id: str) -> Sequence[Token]:
        return [each.model() for each in self._connection.delete(_path(name_or_id), Page[TokenDocument]).items]


def _path(name_or_id: str) -> str:
    if not re.fullmatch(ACCESS_NAME, name_or_id):
        raise NotFoundError(f"there is no token {name_or_id!r}", remedy="list them with: setpoint tokens list")
    return f"/tokens/{name_or_id}"
