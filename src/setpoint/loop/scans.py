"""What a beat reads: everything when it is time for that, and in between only what somebody pointed at.

Asked by `heartbeat`. What the last scan could read is said for as long as nothing was read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from setpoint.loop.parts import Parts
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import Urn


class Scans:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._at: datetime | None = None
        self._grounds = ""
        self._known: dict[Area, AreaCoverage] = {}

    def areas_to_read(self, grounds: str) -> frozenset[Area] | None:
        """None means all of them. `grounds` changes with whatever a conclusion depends on beside the actual state."""
        hinted, now = self._parts.hints.take_areas(), self._parts.clock.now()
        is_due = self._at is None or (now - self._at).total_seconds() >= self._parts.settings.full_scan_every
        if is_due or grounds != self._grounds:
            self._at, self._grounds = now, grounds
            return None
        # An area of which nothing could be read is asked for again: that costs a call.
        return hinted | {area for area, each in self._known.items() if each.extent is Extent.NONE}

    def read(self, only: frozenset[Area] | None, areas: Iterable[AreaCoverage]) -> list[AreaCoverage]:
        """What is known of all areas, now that these were read."""
        if only is None:
            self._known = {}
        self._known |= {each.area: each for each in areas}
        return list(self._known.values())

    def forget(self) -> None:
        """The last one came to nothing: the next beat reads everything."""
        self._at = None


def unsettled(areas: Iterable[AreaCoverage], unread: Mapping[Urn, str]) -> list[AreaCoverage]:
    """The same, in doubt where an entity that was to be looked at again could not be read."""
    reasons: dict[Area, list[str]] = {}
    for urn, reason in unread.items():
        reasons.setdefault(Area.of(urn), []).append(reason)
    return [_doubted(each, reasons.get(each.area, ())) for each in areas]


def _doubted(coverage: AreaCoverage, reasons: Iterable[str]) -> AreaCoverage:
    told = tuple(dict.fromkeys((*coverage.reasons, *reasons)))
    if told == coverage.reasons:
        return coverage
    extent = Extent.NONE if coverage.extent is Extent.NONE else Extent.PARTIAL
    return replace(coverage, extent=extent, reasons=told)
