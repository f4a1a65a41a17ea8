"""What can and cannot be read, and what reading takes: made by `wiring.examine`, shown by `setpoint doctor`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from setpoint.model.access import AccessScope
from setpoint.model.remediation import Mode
from setpoint.model.snapshot import AreaCoverage, Extent, doubts


@dataclass(frozen=True, slots=True)
class Workload:
    """Of one type, in all places."""

    type: str
    through: str
    """Which API it is read by."""
    because: str
    """Why it is read."""
    declared: int
    """How many entities are declared; there may be more."""
    calls: int
    """Of a full scan, at least."""
    calls_each: int
    """Of a look at one entity, about."""
    dollars: float
    """Of a full scan, about."""


@dataclass(frozen=True, slots=True)
class Examination:
    """A little of everything, read once."""

    partition: str
    account: str
    regions: tuple[str, ...]
    mode: Mode
    declared: int
    """Resources."""
    policies: int
    declared_coverage: tuple[AreaCoverage, ...]
    """How much could be read of what is declared."""
    coverage: tuple[AreaCoverage, ...]
    """How much can be read of production."""
    permissions: Mapping[str, tuple[str, ...]]
    """Type → the IAM actions that reading it takes, of every type that is read."""
    work: tuple[Workload, ...]
    full_scan_every: float
    """Seconds."""
    calls_per_second: float
    """That AWS is asked at most."""
    faults: tuple[str, ...] = ()
    """What is wrong around it, a sentence each: with any, a heartbeat would end, or do less than it should."""
    remarks: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """What could not be asked at all, a sentence each."""

    @property
    def not_covered(self) -> list[AreaCoverage]:
        """What is declared and cannot be read, now or later."""
        unreadable = (each for each in self.coverage if each.area.type not in self.permissions)
        areas = (*self.declared_coverage, *unreadable)
        return sorted((each for each in areas if each.extent is Extent.NOT_COVERED), key=lambda each: each.area)

    @property
    def is_certain(self) -> bool:
        return not self.unread and not self.not_covered and not doubts([*self.coverage, *self.declared_coverage])


@dataclass(frozen=True, slots=True)
class Examiner:
    """The server that examined, as whoever asked it met it."""

    url: str
    version: str
    ahead: float
    """Seconds that its clock is ahead of the caller's."""
    caller: str
    """Who it takes the caller for."""
    scopes: tuple[AccessScope, ...]
    service: str | None
    """The one that the caller is bound to; None: any."""
    expires_at: datetime | None
    """When the caller's token does; None where it never does, or its identity provider alone knows."""
