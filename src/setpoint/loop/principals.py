"""Users and roles among what is observed: put together from the account's policies, and judged like anything else.

`wiring` puts this observer around the one of the provider; heartbeat, judge and ledger know no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from setpoint.errors import CouldNotTellError
from setpoint.model.principal import PRINCIPAL
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import GLOBAL, Urn
from setpoint.observe.interface import NOTHING, Declared, Observer


@dataclass(frozen=True, slots=True)
class PrincipalsOfAccount:
    """One account's principals."""

    whose: Callable[[], tuple[str, str]]
    """(partition, account); raises `CouldNotTellError`."""
    describe: Callable[[], Sequence[Resource]]
    """Every principal, as policies see it now; raises `CouldNotTellError`."""

    def area(self) -> Area:
        partition, account = self.whose()
        return Area(partition, account, GLOBAL, PRINCIPAL)

    def look(self, urn: Urn) -> Resource | Absent | Unread:
        try:
            return next((each for each in self.describe() if each.urn == urn), Absent(urn))
        except CouldNotTellError as error:
            return Unread(urn, error.what)


class PrincipalsObserver:
    """Implements `observe.interface.Observer`."""

    def __init__(self, others: Observer, accounts: Sequence[PrincipalsOfAccount]) -> None:
        """`others` reads everything else."""
        self._others = others
        self._accounts = accounts

    def areas(self, declared: Declared = NOTHING) -> Iterable[Area]:
        return [*self._others.areas(declared), *(each.area() for each in self._accounts)]

    def observe(
        self, declared: Declared = NOTHING, only: Collection[Area] | None = None
    ) -> Iterator[Resource | AreaCoverage]:
        yield from self._others.observe(declared, only)
        for each in self._accounts:
            area = each.area()
            if only is None or area in only:
                yield from _read(each, area)

    def look(self, urn: Urn) -> Resource | Absent | Unread:
        if urn.type != PRINCIPAL:
            return self._others.look(urn)
        mine = next((each for each in self._accounts if each.area() == Area.of(urn)), None)
        return mine.look(urn) if mine else Unread(urn, "it is not in an account that is read")


def _read(account: PrincipalsOfAccount, area: Area) -> Iterator[Resource | AreaCoverage]:
    try:
        yield from account.describe()
    except CouldNotTellError as error:
        yield AreaCoverage(area, Extent.NONE, (error.what,))
    else:
        yield AreaCoverage(area, Extent.WHOLE)
