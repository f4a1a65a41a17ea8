"""Who changed what: as the provider itself recorded it, or why that cannot be told.

An `Inquiry` asks who sets again what Setpoint set back; an `Attribution` says who made any difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.urn import Urn

PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
"""After each answer that may be another one later. AWS records a change within some five to fifteen minutes (AWS
CloudTrail User Guide, *CloudTrail concepts*): the last one is asked for after twice that time."""

SETTLES_AFTER: Final = timedelta(hours=1)
"""Of an answer: four times as long as a change takes to be recorded. What comes later does not change it."""

LATER: Final = timedelta(hours=6)
"""From one time to the next that it is asked again why nobody can be named, once it was asked often: the reason may be
another one by then. Whoever is named by what is recorded meanwhile is known at once."""


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


class Means(StrEnum):
    """How a change was made."""

    CONSOLE = "console"
    CLI = "command line"
    SDK = "program"
    INFRASTRUCTURE = "infrastructure as code"
    SCALING = "scaling"
    SERVICE = "service"
    """One of the provider's, on its own account or for somebody."""
    SETPOINT = "setpoint"
    UNKNOWN = "unknown"
    """The record does not say what called, or nothing that is known."""


class Confidence(StrEnum):
    EXACT = "exact"
    """The change set this property of this entity, to this value."""
    LIKELY = "likely"
    """It was a call that sets this property of this entity; to which value, the record does not say."""
    POSSIBLE = "possible"
    """It changed this entity shortly before the difference was seen."""

    @property
    def rank(self) -> int:
        """The surest has the most."""
        return -list(Confidence).index(self)


@dataclass(frozen=True, slots=True)
class RecordedWrite:
    """A change that an audit trail recorded, with what tells of which property of which entity it was."""

    change: RecordedChange
    account: str
    region: str
    means: Means
    tool: str
    """What called, or the service that did: `Terraform`, `autoscaling.amazonaws.com`; empty where that is not told."""
    names: tuple[tuple[str, str], ...] = ()
    """(what kind of thing it is, as far as the record says; its name) of everything that it named."""
    parameters: tuple[tuple[str, str], ...] = ()
    """(path, digest of the value): what was asked for. The values themselves are not kept."""
    chain: tuple[str, ...] = ()
    """Who stood behind the principal, the nearest first; the last one is where it began, as far as is recorded."""
    labels: tuple[str, ...] = ()
    """What was said of the session when it was begun: names, tags."""
    key: str = ""
    """The id of the session's access key: who began it may be recorded later than what was done in it."""


@dataclass(frozen=True, slots=True)
class ChangeQuestion:
    """Who made one difference?"""

    urn: Urn
    path: str
    """The property; empty for the whole entity."""
    values: tuple[Json, Json] | None
    """As declared and as it is; None where only the property is known."""
    is_gone: bool
    """Whether the whole entity is; otherwise, with an empty path, it came."""
    until: datetime
    """When it was seen."""
    permission: Mapping[str, Json] | None = None
    """Where it is what an identity may do: `aspect`, `actions` and `resources`, as the finding shows them."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who made a difference, when and how."""

    change: RecordedChange
    confidence: Confidence
    means: Means
    tool: str = ""
    chain: tuple[str, ...] = ()
    """As `RecordedWrite.chain`."""
    ticket: str = ""
    """Named by the session or its tags; empty where none is."""
    parameters: tuple[str, ...] = ()
    """Those of the call that hold the value."""

    def document(self) -> Mapping[str, Json]:
        """In the words of the API; `of` reads it again."""
        return {
            **asdict(self),
            "change": self.change.document(),
            "chain": list(self.chain),
            "parameters": list(self.parameters),
        }

    @classmethod
    def of(cls, document: Mapping[str, Json]) -> Attribution:
        change = document["change"]
        return cls(
            change=RecordedChange(**{**change, "at": datetime.fromisoformat(change["at"])}),
            confidence=Confidence(document["confidence"]),
            means=Means(document["means"]),
            tool=document["tool"],
            chain=tuple(document["chain"]),
            ticket=document["ticket"],
            parameters=tuple(document["parameters"]),
        )

    def clause(self) -> str:
        """On one line: who, when, how, and how sure that is."""
        change = self.change
        how = "" if self.is_by_service else f", {self._how()}"
        ticket = f", {self.ticket}" if self.ticket else ""
        when = f"{change.at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
        return f"{self._who()} at {when}{how}{ticket} ({change.event}; {self.confidence})"

    @property
    def is_by_service(self) -> bool:
        return self.means in (Means.SCALING, Means.SERVICE)

    def _who(self) -> str:
        who = self.change.principal
        if not self.is_by_service:
            return f"changed by {who}"
        is_its_own = who == self.tool or self.tool in self.change.issuer
        return f"reset by {self.tool}" if is_its_own else f"reset by {self.tool} for {who}"

    def _how(self) -> str:
        how = _HOW.get(self.means, f"by {self.means}")
        tool = f" ({self.tool})" if self.tool else ""
        return f"{how}{tool} from {self.change.origin}" if self.change.origin else f"{how}{tool}"


_HOW: Final = {Means.CONSOLE: "in the console", Means.UNKNOWN: "it is not told by what"}


@dataclass(frozen=True, slots=True)
class Traced:
    """What is known of who made a difference, and when that is asked again."""

    answer: Attribution | Untold
    up_to: int
    """The newest recorded write that was considered, by its number in the ledger."""
    asked: int
    """How often. Whoever began the session of a known answer may be recorded later than what was done in it."""
    ask_at: datetime | None
    """None where only another write is a reason to ask again."""
    asks_until: datetime | None
    """Until then a write that is recorded late may be a better answer; None while there is none."""

    def again(self, answer: Attribution | Untold, up_to: int, now: datetime, until: datetime) -> Traced:
        """After one more answer about what was seen at `until`."""
        is_told = isinstance(answer, Attribution)
        is_over = isinstance(answer, Untold) and not answer.may_be_told
        pause = PAUSES[self.asked] if self.asked < len(PAUSES) else None if is_told else LATER
        settles = self.asks_until or max(now, until) + SETTLES_AFTER
        return Traced(
            answer,
            up_to,
            self.asked + 1,
            ask_at=now + pause if pause is not None and not is_over else None,
            asks_until=settles if is_told else None,
        )


NOT_TRACED: Final = Traced(
    Untold("nobody asked yet", may_be_told=True), up_to=-1, asked=0, ask_at=None, asks_until=None
)
