"""Which permissions were used: how often which principal did what to which resource, on which day; and what the record
of it lacks.

`observe/cloudtrail` counts, the ledger keeps it; `identity use` and whoever proposes a smaller policy read them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from setpoint.model.attribution import RecordedWrite

ANY_RESOURCE: Final = "*"
"""Where an action has no resource, or the record does not say which."""

HOUR: Final = timedelta(hours=1)

ANY_TIME: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
"""From when, and until before when, where nobody says so."""


@dataclass(frozen=True, slots=True)
class Use:
    """What one principal did with one permission, to one resource, on one day."""

    principal: str
    """Whose permission it was: the ARN of a user, of the role behind a session; the name of a service."""
    original: str
    """Who stood behind the session in the end, as far as the record tells; empty where nobody else did."""
    action: str
    """As policies spell it: `s3:GetObject`."""
    resource: str
    day: date
    """In UTC."""
    used: int
    """Calls that were let through, whatever came of them."""
    failed: int
    """How many of those ended in an error of another kind: nothing was there, or too many calls were made."""
    denied: int
    """Calls that were refused: nothing was used, and somebody tried."""
    first: datetime
    last: datetime

    def beside(self, other: Use) -> Use:
        """Both together; of the same principal, action, resource and day."""
        return replace(
            self,
            used=self.used + other.used,
            failed=self.failed + other.failed,
            denied=self.denied + other.denied,
            first=min(self.first, other.first),
            last=max(self.last, other.last),
        )


class GapKind(StrEnum):
    SILENT = "silent"
    """Hours without a log between hours with some, and nothing that says that there was nothing to log."""
    LOST = "lost"
    """A signed digest names a log that is not there."""
    CHANGED = "changed"
    """A log is not what was delivered."""
    UNREADABLE = "unreadable"
    """A log could not be read, or not whole."""
    UNPROVEN = "unproven"
    """Digests are missing, or not signed by AWS: what they say of the logs of these hours proves nothing."""


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Of what happened then, the record does not tell everything."""

    account: str
    """Empty where the name of the log does not say."""
    region: str
    since: datetime
    until: datetime
    """Not itself a part of it."""
    kind: GapKind
    reason: str
    """In a clause; names the file where there is one."""

    def without_hour(self, hour: datetime) -> tuple[Gap, ...]:
        """What is left of it once the log of that hour came after all."""
        if not self.since <= hour < self.until:
            return (self,)
        parts = (replace(self, until=hour), replace(self, since=hour + HOUR))
        return tuple(each for each in parts if each.since < each.until)


SILENT: Final = "no log was delivered, and no digest says that there was nothing to log"


def hour_of(moment: datetime) -> datetime:
    """Its begin."""
    return moment.replace(minute=0, second=0, microsecond=0)


def silent_gaps(account: str, region: str, hours: Collection[datetime]) -> Iterator[Gap]:
    """Between hours that the record tells of.

    CloudTrail delivers nothing for an hour in which nothing happened, and nothing for one whose logs were deleted. Only
    a digest tells one from the other: without it such hours are a gap.
    """
    for before, behind in pairwise(sorted(hours)):
        if behind - before > HOUR:
            yield Gap(account, region, before + HOUR, behind, GapKind.SILENT, SILENT)


@dataclass(frozen=True, slots=True)
class RecordReach:
    """How far the record of one account and region reaches."""

    account: str
    region: str
    first: datetime
    """The first hour that it tells of."""
    last: datetime

    def silent_until(self, hours: Collection[datetime]) -> list[Gap]:
        """Between it and what comes before or behind it, now that the record tells of these hours, too."""
        before = [each for each in hours if each < self.first]
        behind = [each for each in hours if each > self.last]
        return [
            *silent_gaps(self.account, self.region, [*before, self.first]),
            *silent_gaps(self.account, self.region, [self.last, *behind]),
        ]


@dataclass(frozen=True, slots=True)
class Counts:
    """What came of counting some logs."""

    uses: tuple[Use, ...] = ()
    events: int = 0
    """All of them, once each."""
    repeated: int = 0
    """Events that had been counted before, in another log."""
    not_permissions: int = 0
    """Events that take no permission: signing in, what services do by themselves, insights."""
    unmapped: Mapping[str, int] = field(default_factory=dict)
    """`source event` of calls of which no IAM action is known → how many."""
    unmapped_events: int = 0
    """All of these, also where there were too many names to keep."""
    refused: int = 0
    """Records that are no events."""
    first_refused: tuple[str, ...] = ()
    """Why, of some of them: `file:record N: what`."""
    sessions: Mapping[str, SessionOrigin] = field(default_factory=dict)
    """Access key id of a session that was begun → who stands behind it."""

    @property
    def tells_all(self) -> bool:
        return not self.unmapped_events and not self.refused


@dataclass(frozen=True, slots=True)
class SessionOrigin:
    """Who stands behind a session in the end."""

    principal: str
    begun: datetime
    chain: tuple[str, ...] = ()
    """Everybody between, the one who began it first, the principal last."""
    labels: tuple[str, ...] = ()
    """What was said when it, or one of those between, was begun: names, tags."""


@dataclass(frozen=True, slots=True)
class ReadLog:
    """A log, or an event that came by itself, that was read to its end."""

    name: str
    """As its source calls it, and nothing else there."""
    digest: str
    """SHA-256 of what it held, unpacked; empty of an event."""
    at: datetime
    """When it was delivered; when it was read, where its name does not say."""


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Which logs nobody will ask for any more, whether they were read."""

    before: datetime
    within: str = ""
    """Those whose names begin so: one part of a source may be far behind another."""


@dataclass(frozen=True, slots=True)
class TrailBatch:
    """What was read in one go: to be kept as a whole, or not at all."""

    source: str
    """`s3://bucket/prefix`, the path of a folder, the address of a queue."""
    counts: Counts
    logs: tuple[ReadLog, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    """Part of the source → up to where it is read."""
    gaps: tuple[Gap, ...] = ()
    hours: Mapping[tuple[str, str], tuple[datetime, ...]] = field(default_factory=dict)
    """(account, region) → hours of which there is a log, or a proof that there was nothing to log."""
    forget: Forgetting | None = None
    """None remembers all that was read."""
    writes: tuple[RecordedWrite, ...] = ()
    """What was changed."""
