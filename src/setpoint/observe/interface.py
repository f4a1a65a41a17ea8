"""What the loop asks of an observer: what exists, streamed, each area closed by its coverage; and one entity again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Area, AreaCoverage
from setpoint.model.urn import Urn


class Observer(Protocol):
    """Reads one provider. Never raises for what the provider refuses: that is coverage."""

    def areas(self) -> Iterable[Area]:
        """What a whole observation reads."""
        ...

    def observe(self) -> Iterator[Resource | AreaCoverage]:
        """Resources as they are read; after the last one of an area, its coverage. Areas may interleave."""
        ...

    def look(self, urn: Urn) -> Resource | Absent | Unread:
        """One entity, read afresh."""
        ...
