"""Several accounts observed as one: each area by the credentials of its account. Named by `wiring`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime

from setpoint.model.attribution import RecordedChange, Untold
from setpoint.model.examination import Workload
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Area, AreaCoverage
from setpoint.model.urn import Urn
from setpoint.observe.aws.change_record import CloudTrailRecord
from setpoint.observe.aws.observer import AwsObserver
from setpoint.observe.interface import NOTHING, Declared


class AccountsObserver:
    """Implements `observe.interface.Observer`."""

    def __init__(self, own: AwsObserver, others: Mapping[str, AwsObserver]) -> None:
        """`own` reads the account of the credentials in use; `others` read theirs by roles, by account id."""
        self._own = own
        self._others = others

    def areas(self, declared: Declared = NOTHING) -> Iterable[Area]:
        return [area for observer, here in self._each(declared) for area in observer.areas(here)]

    def observe(
        self, declared: Declared = NOTHING, only: Collection[Area] | None = None
    ) -> Iterator[Resource | AreaCoverage]:
        for observer, here in self._each(declared):
            yield from observer.observe(here, only)

    def probe(self, declared: Declared = NOTHING) -> list[AreaCoverage]:
        areas = (each for observer, here in self._each(declared) for each in observer.probe(here))
        return sorted(areas, key=lambda each: each.area)

    def workload(self, declared: Declared = NOTHING) -> list[Workload]:
        return [each for observer, here in self._each(declared) for each in observer.workload(here)]

    def look(self, urn: Urn) -> Resource | Absent | Unread:
        return self._others.get(urn.account, self._own).look(urn)

    def _each(self, declared: Declared) -> Iterator[tuple[AwsObserver, Declared]]:
        yield self._own, _Part(declared, lambda account: account not in self._others)
        for account, observer in self._others.items():
            yield observer, _Part(declared, account.__eq__)


class AccountsRecord:
    """Implements `observe.interface.ChangeRecord`."""

    def __init__(self, own: CloudTrailRecord, others: Mapping[str, CloudTrailRecord]) -> None:
        """As of `AccountsObserver`."""
        self._own = own
        self._others = others

    def last_change(
        self, urn: Urn, paths: Collection[str], since: datetime, until: datetime
    ) -> RecordedChange | Untold:
        return self._others.get(urn.account, self._own).last_change(urn, paths, since, until)

    def probe(self) -> list[AreaCoverage]:
        return [area for record in (self._own, *self._others.values()) for area in record.probe()]


class _Part:
    """What is declared in some accounts only."""

    def __init__(self, declared: Declared, is_meant: Callable[[str], bool]) -> None:
        self._declared = declared
        self._is_meant = is_meant

    def __iter__(self) -> Iterator[Urn]:
        return (urn for urn in self._declared if self._is_meant(urn.account))

    def get(self, urn: Urn, /) -> Resource | None:
        return self._declared.get(urn)
