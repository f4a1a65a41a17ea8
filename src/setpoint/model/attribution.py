"""Who sets again what Setpoint set back: what the provider itself recorded of it, or why that cannot be told."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from setpoint.model.canonical import Json

PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
"""After each answer that may be another one later. AWS records a change within some five to fifteen minutes (AWS
CloudTrail User Guide, *CloudTrail concepts*): the last one is asked for after twice that time."""


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """One change of an entity, as its provider recorded it."""

    principal: str
    """The ARN of who made it; the name of the service, or the account, where there is none."""
    issuer: str
    """The ARN of the role that the principal is a session of; empty for anybody else."""
    event: str
    """`PutBucketPublicAccessBlock`."""
    source: str
    """The service that was called: `s3.amazonaws.com`."""
    id: str
    """By which the provider finds the record again."""
    at: datetime
    origin: str
    """The address that the call came from, or the service that made it for the principal."""

    def document(self) -> Json:
        return {**asdict(self), "at": self.at.isoformat()}

    def clause(self) -> str:
        return f"{self.principal} ({self.event}, {self.at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ})"


@dataclass(frozen=True, slots=True)
class Untold:
    """Who made a change could not be told."""

    reason: str
    """In a clause; names the permission, where one is missing."""
    may_be_told: bool
    """Whether it may be told later."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is known of who sets again what was set back, and when that is asked again."""

    paths: tuple[str, ...]
    """The properties that are set again."""
    since: datetime
    """From then on somebody set them again: they were set back first."""
    until: datetime
    """Then it was handed to a person, and whoever changes it afterwards may be that person."""
    answer: RecordedChange | Untold
    asked: int = 0
    """How often."""
    ask_at: datetime | None = None
    """None once it is told, or will not be."""

    def answered(self, answer: RecordedChange | Untold, now: datetime) -> Inquiry:
        """After one more answer."""
        asked = self.asked + 1
        goes_on = isinstance(answer, Untold) and answer.may_be_told and asked <= len(PAUSES)
        return replace(self, answer=answer, asked=asked, ask_at=now + PAUSES[asked - 1] if goes_on else None)

    def document(self) -> Json:
        """As alerts and commands tell it, in the words of the API."""
        answer = self.answer
        return {
            "paths": list(self.paths),
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "change": answer.document() if isinstance(answer, RecordedChange) else None,
            "untold": asdict(answer) if isinstance(answer, Untold) else None,
            "asked": self.asked,
            "ask_at": self.ask_at.isoformat() if self.ask_at else None,
        }

    def clause(self) -> str:
        """In a clause."""
        if isinstance(self.answer, RecordedChange):
            return f"set again by {self.answer.clause()}"
        if self.ask_at is not None:
            return f"who sets it again is not known yet: {self.answer.reason}; it is asked again"
        return f"who sets it again cannot be told: {self.answer.reason}"
