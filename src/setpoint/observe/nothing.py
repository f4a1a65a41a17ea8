"""The observer where nothing is declared: there is nothing to hold production against, so none of it is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from setpoint.model.examination import Workload
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Area, AreaCoverage
from setpoint.model.urn import Urn
from setpoint.observe.interface import NOTHING, Declared


class NothingObserved:
    """Implements `observe.interface.Observer`."""

    def areas(self, declared: Declared = NOTHING) -> Iterable[Area]:  # noqa: ARG002 (the interface's)
        return ()

    def observe(
        self,
        declared: Declared = NOTHING,  # noqa: ARG002 (the interface's)
        only: Collection[Area] | None = None,  # noqa: ARG002 (the interface's)
    ) -> Iterator[Resource | AreaCoverage]:
        return iter(())

    def probe(self, declared: Declared = NOTHING) -> list[AreaCoverage]:  # noqa: ARG002 (as of `AwsObserver`)
        return []

    def workload(self, declared: Declared = NOTHING) -> list[Workload]:  # noqa: ARG002 (as of `AwsObserver`)
        return []

    def look(self, urn: Urn) -> Resource | Absent | Unread:
        return Unread(urn, "nothing is declared, so that nothing is read")
