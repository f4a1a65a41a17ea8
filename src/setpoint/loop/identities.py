"""Identities as the last heartbeat left them, with what is recorded of their use by now; commands and the API ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from setpoint.compare.interface import IdentityComparator
from setpoint.errors import InputError, NotFoundError
from setpoint.loop.identity_parts import RecordRules
from setpoint.loop.identity_use import RecordedUse
from setpoint.model.identity import AccountReading, PrincipalComparison, PrincipalUse
from setpoint.store.interface import LedgerReader

AT_ONCE: Final = 200
"""Principals that are in memory at one time."""


@dataclass(frozen=True, slots=True)
class Identities:
    ledger: LedgerReader
    scope: str
    comparator: IdentityComparator
    rules: RecordRules
    now: datetime
    _records: dict[str, RecordedUse] = field(default_factory=dict)
    """By account."""

    def accounts(self) -> Sequence[AccountReading]:
        """With what the record of calls, where one is kept, does not tell of their use."""
        readings = self.ledger.principals().accounts(self.scope)
        return [replace(each, doubts=(*each.doubts, *self._record(each.account).doubts)) for each in readings]

    def page(self, service: str | None, *, after: str, limit: int) -> list[PrincipalUse]:
        """In URN order."""
        found = self.ledger.principals().page(self.scope, service=service, after=after, limit=limit)
        return [self._used(each) for each in found]

    def all(self, service: str | None) -> Iterator[PrincipalUse]:
        after = ""
        while page := self.page(service, after=after, limit=AT_ONCE):
            yield from page
            after = page[-1].comparison.urn

    def one(self, name: str, may_see: Callable[[str], bool] = lambda _service: True) -> PrincipalUse:
        """By its ARN, its URN or its name. `NotFoundError` where there is none of a service that may be seen."""
        found = [each for each in self.ledger.principals().named(self.scope, name) if may_see(each.service)]
        if not found:
            raise NotFoundError(
                f"no heartbeat saw an identity {name!r}",
                remedy="see: setpoint drift --plane identity; identities are read where any of them is declared",
            )
        if len(found) > 1:
            named = ", ".join(each.principal for each in found)
            raise InputError(f"there are several identities {name!r}", remedy=f"give one of: {named}")
        return self._used(found[0])

    def _used(self, comparison: PrincipalComparison) -> PrincipalUse:
        return self.comparator.with_use(comparison, *self._record(comparison.urn.account).of(comparison))

    def _record(self, account: str) -> RecordedUse:
        if account not in self._records:
            self._records[account] = RecordedUse(self.ledger, self.rules, account, self.now)
        return self._records[account]
