"""Identities, answered from the ledger of this machine; see `source`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from setpoint.loop.identities import Identities
from setpoint.loop.instructions import time_of
from setpoint.model.identity import AccountReading, PrincipalUse
from setpoint.settings import Settings
from setpoint.store.interface import LedgerReader
from setpoint.wiring.identity_plane import identity_comparator, record_rules


@dataclass(frozen=True, slots=True)
class LocalIdentities:
    reader: Callable[[], LedgerReader]
    settings: Callable[[], Settings]
    expect_known: Callable[[str | None], str | None]
    """Raises `NotFoundError` for a service of which nothing is known."""

    def accounts(self) -> Sequence[AccountReading]:
        return self._identities().accounts()

    def all(self, service: str | None) -> Iterator[PrincipalUse]:
        return self._identities().all(self.expect_known(service))

    def one(self, name: str) -> PrincipalUse:
        return self._identities().one(name)

    def _identities(self) -> Identities:
        reader, settings = self.reader(), self.settings()
        comparator = identity_comparator(settings.loop.owner_tag)
        return Identities(reader, settings.loop.scope, comparator, record_rules(settings), time_of(reader))
