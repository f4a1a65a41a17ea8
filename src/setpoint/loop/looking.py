"""An observer that knows one type more: one that nobody lists, and that is only looked at, one entity at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Area, AreaCoverage
from setpoint.model.urn import Urn
from setpoint.observe.interface import NOTHING, Declared, Observer


class LookingObserver:
    """Implements `observe.interface.Observer`."""

    def __init__(self, others: Observer, type_name: str, look: Callable[[Urn], Resource | Absent | Unread]) -> None:
        """`others` reads everything else."""
        self._others = others
        self._type = type_name
        self._look = look

    def areas(self, declared: Declared = NOTHING) -> Iterable[Area]:
        return self._others.areas(declared)

    def observe(
        self, declared: Declared = NOTHING, only: Collection[Area] | None = None
    ) -> Iterator[Resource | AreaCoverage]:
        return self._others.observe(declared, only)

    def look(self, urn: Urn) -> Resource | Absent | Unread:
        return self._look(urn) if urn.type == self._type else self._others.look(urn)
