"""What a beat may say of its reading where it did not get everywhere: unknown is never shown as clean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from setpoint.errors import Error
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Area, AreaCoverage, Coverage, Extent, doubts
from setpoint.model.urn import Urn


def out_of_reach(not_seen: Iterable[Urn], observed: Sequence[AreaCoverage]) -> list[AreaCoverage]:
    """Areas in which something is declared, but of which no observer spoke."""
    areas = {Area.of(urn) for urn in not_seen} - {each.area for each in observed}
    reason = "declared, but not in an account and region that are read"
    return [AreaCoverage(area, Extent.NONE, (reason,)) for area in sorted(areas)]


def interrupted(areas: Iterable[Area], observed: Sequence[AreaCoverage]) -> list[AreaCoverage]:
    """Of what was not read nothing is known; of what was read, nobody has asked yet what is missing from it."""
    read = Coverage.of(observed)
    return [
        AreaCoverage(
            area,
            Extent.NONE if read.extent(area) is Extent.NONE else Extent.PARTIAL,
            (*(read.areas[area].reasons if area in read.areas else ()), "the heartbeat was interrupted"),
        )
        for area in areas
    ]


def no_longer_known(before: Iterable[AreaCoverage], error: Error) -> list[AreaCoverage]:
    """What the beat before spoke of, after one that came to nothing."""
    return [
        each if each.extent is Extent.NOT_COVERED else replace(each, extent=Extent.NONE, reasons=(error.diagnostics(),))
        for each in before
    ]


def untold(areas: Iterable[AreaCoverage]) -> list[str]:
    """What a beat that read so much leaves open, a clause each."""
    unread = doubts(areas)
    if not unread:
        return []
    types = ", ".join(sorted({each.area.type for each in unread}))
    reasons = "; ".join(sorted({reason for each in unread for reason in each.reasons}))
    return [f"the last heartbeat did not read all of {types}: {reasons}"]


def untold_instances(areas: Iterable[AreaCoverage]) -> list[str]:
    """Where there may be more that runs than is known, a clause each."""
    return [f"{each.area}: {'; '.join(each.reasons)}" for each in doubts(areas)]


def unseen(declared: Iterable[Resource], areas: Iterable[AreaCoverage]) -> list[str]:
    """What of these resources no heartbeat can read, a clause for each type: nobody knows how it is in production."""
    not_covered = {each.area for each in areas if each.extent is Extent.NOT_COVERED}
    types = sorted({each.type for each in declared if Area.of(each.urn) in not_covered})
    return [f"{each} is declared, and not covered: how it is in production is not known" for each in types]
