"""What the ledger gives out and takes in that is no value of the model: leases, rows of its logs, messages to be sent.

Re-exported by the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from setpoint.model.canonical import Json
from setpoint.model.drift import Comparison
from setpoint.model.resource import Resource
from setpoint.model.service import Threshold
from setpoint.model.snapshot import AreaCoverage


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a scope."""

    scope: str
    holder: str
    """`host:pid`, for people."""
    token: int
    """Grows by one with every new holder."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the append-only log; `digest` covers everything else in the row and the previous row's digest."""

    sequence: int
    writer: str
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Json]
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class AuditEnd:
    """The last row that the log had at some time: it may grow, and this row stays what it is."""

    sequence: int
    digest: str


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """Whether the log is what was written."""

    rows: int
    broken: tuple[str, ...]
    """What is wrong with it, a sentence each that names the row."""
    doubts: tuple[str, ...] = ()
    """Why it cannot be told whether more is wrong, a sentence each."""
    end: AuditEnd | None = None
    """None while there is no row."""


@dataclass(frozen=True, slots=True)
class BeatRow:
    """What one heartbeat did."""

    id: int
    started_at: datetime
    ended_at: datetime
    resources: int
    examined: int
    """How many were compared and judged; the rest was remembered."""
    opened: int
    closed: int
    remediated: int
    coverage: tuple[AreaCoverage, ...]
    held: Mapping[str, int] = field(default_factory=dict)
    """Why reverts were held back → how many."""
    running: tuple[AreaCoverage, ...] = ()
    """How much was read of what runs, where a provider says so."""


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One alert to one channel."""

    channel: str
    group: str
    """Alerts of one group that come close together become one message."""
    alert: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one channel, as the ledger remembers it."""

    id: int
    channel: str
    alerts: tuple[Mapping[str, Json], ...]
    more: int
    """How many alerts beyond these belong to it."""
    created_at: datetime
    attempts: int
    """How often sending it was begun."""
    next_at: datetime | None
    """When it is tried next; None once it was delivered, or given up."""
    reason: str
    """Why the last attempt came to nothing; empty where it did not."""

    @property
    def state(self) -> DeliveryState:
        if self.next_at is not None:
            return DeliveryState.WAITING
        return DeliveryState.GIVEN_UP if self.reason else DeliveryState.DELIVERED


@dataclass(frozen=True, slots=True)
class LastKnown:
    """What a gate needs to know of production, as of the last heartbeat of a scope."""

    scope: str
    beat_ended_at: datetime
    unknowns: tuple[str, ...]
    """What that heartbeat could not tell, a clause each."""
    thresholds: Mapping[str, Threshold]
    """Service → its threshold then."""
    oldest_findings: Mapping[str, datetime]
    """Service → since when the oldest of its open findings was known; only services that have one."""
    seen: Mapping[str, int] = field(default_factory=dict)
    """Service → how many open findings are of what it runs, inside and by its components; only those that have one."""
    in_source: Mapping[str, int] = field(default_factory=dict)
    """Service → how many open findings are weaknesses in its source; only those that have one."""


@dataclass(frozen=True, slots=True)
class Known:
    """One entity, as it was when something was concluded of it last."""

    service: str
    comparison: Comparison
    actual: Resource | None
    """None where it did not exist, and where what it was is not kept."""
