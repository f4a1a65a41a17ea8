"""Identities, asked of a server: `client.source` uses it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from setpoint.client.connection import Connection
from setpoint.model.identity import AccountReading, PrincipalUse
from setpoint.wire.identity import AccountReadingsDocument, PrincipalDocument
from setpoint.wire.page import Page


class RemoteIdentities:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def accounts(self) -> Sequence[AccountReading]:
        return self._connection.get("/identities/accounts", AccountReadingsDocument).model()

    def all(self, service: str | None) -> Iterator[PrincipalUse]:
        for each in self._connection.items("/identities", Page[PrincipalDocument], service=service):
            yield each.model()

    def one(self, name: str) -> PrincipalUse:
        return self._connection.get("/identities/one", PrincipalDocument, name=name).model()
