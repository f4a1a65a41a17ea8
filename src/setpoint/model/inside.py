"""What is known of a service from inside: all that its agents reported, added up. The ledger keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from setpoint.model.report import Coverage, Part, Sighting, SinkCaller

WRITING_EFFECTS: Final = frozenset({"rows-written", "files-written", "session-changes"})
"""Effects of a route that leave something behind."""

BEYOND: Final = "inf"
"""Stands where the bound would of what took longer than every bound."""


class Wanted(StrEnum):
    """What people want of an agent."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class AgentSwitch:
    """Somebody switched the agents of a service, or one of them, on or off."""

    service: str
    instance: str
    """Empty for all of the service."""
    wanted: Wanted
    actor: str
    reason: str
    issued_at: datetime
    """No two switches that an agent could be told of have the same."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One life of an agent's process, as of its last report."""

    service: str
    instance: str
    boot: str
    sequence: int
    release: str
    version: str
    python: str
    implementation: str
    coverage: Coverage
    started: datetime | None
    reported_at: datetime
    """By its own clock."""
    received_at: datetime
    cpu_seconds: float
    counters: Mapping[str, int]
    mishaps: Mapping[str, int]
    is_watching: bool
    wanted: Wanted = Wanted.ON

    @property
    def dropped(self) -> int:
        return self.counters.get("agent.dropped", 0)

    @property
    def errors(self) -> int:
        return self.counters.get("agent.errors", 0)

    @property
    def overhead(self) -> float | None:
        """CPU seconds of its own threads in a second of the process's life; None where it does not say."""
        if self.started is None or self.reported_at <= self.started:
            return None
        return self.cpu_seconds / (self.reported_at - self.started).total_seconds()


@dataclass(frozen=True, slots=True)
class Place:
    """A weak place of a service."""

    service: str
    key: str
    sighting: Sighting
    count: int
    attacks: int
    first: datetime
    last: datetime
    probes: tuple[str, ...]
    releases: Mapping[str, datetime]
    """In which it was seen, each with when it was seen there last; empty text where nobody said which."""


@dataclass(frozen=True, slots=True)
class ReleaseSeen:
    """A release of a service that agents ran in, and watched."""

    release: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Inside:
    """All that the findings of a service are drawn from."""

    service: str
    version: str
    """Changes with everything else here."""
    places: tuple[Place, ...]
    releases: tuple[ReleaseSeen, ...]
    told_attacks: Mapping[str, int]
    """Key of a place → how many of its attacks the service's threshold knows of."""
    called_in: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """Method and route → the latest releases in which it was called."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What agents saw of the code of one release of a service, and how closely they looked."""

    release: str
    first_seen: datetime
    last_seen: datetime
    coverage: Coverage
    """The least exact that any agent of the release ever was."""
    defined: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """File that was seen to be loaded → the functions in it, whether they ran or not."""
    looks: Mapping[SinkCaller, int] = field(default_factory=dict)
    """How many calls on its way to a sink were watched, and held nothing of their request that was not made safe."""


@dataclass(frozen=True, slots=True)
class CodeSeen:
    """What agents saw of a service's code, to be held against what scanners say of it."""

    service: str
    places: tuple[Place, ...] = ()
    reached: frozenset[tuple[str, str]] = frozenset()
    """File and function: of all that ran in any release, by the paths and names of the running application."""
    watches: tuple[Watch, ...] = ()
    """By the time at which they were first seen."""
    is_whole: bool = True
    """False where more ran than is kept, so that what is not in `reached` may have run."""


@dataclass(frozen=True, slots=True)
class RouteUse:
    """What a route of a service did."""

    route: str
    method: str
    framework: str
    calls: int
    statuses: Mapping[str, int]
    latency: Mapping[str, int]
    seconds: float
    effects: Mapping[str, int]
    last_seen: datetime

    @property
    def error_share(self) -> float:
        """Of its calls."""
        failed = self.statuses.get("5xx", 0) + self.statuses.get("error", 0)
        return failed / self.calls if self.calls else 0.0

    @property
    def writes(self) -> bool:
        """Whether it was seen to change state."""
        return any(self.effects.get(each, 0) for each in WRITING_EFFECTS)

    def within(self, share: float) -> float | None:
        """Seconds within which this share of the calls was answered: a bound of the histogram; None for beyond all."""
        bounds = sorted((float(bound), count) for bound, count in self.latency.items())
        wanted, reached = share * sum(count for _, count in bounds), 0
        for bound, count in bounds:
            reached += count
            if reached >= wanted and count:
                return None if bound == float(BEYOND) else bound
        return None


@dataclass(frozen=True, slots=True)
class FileReach:
    """How many functions of a file were reached."""

    part: Part
    file: str
    functions: int


@dataclass(frozen=True, slots=True)
class InsideSummary:
    """How much is known of a service."""

    service: str
    agents: int
    """That were heard of lately."""
    coverage: Coverage
    """The least exact of theirs."""
    places: int
    routes: int
    functions: int
    full: tuple[str, ...]
    """Of what there is as much as is kept, so that more may have been seen."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """How far the journal is worked into what is known from inside."""

    offset: int
    behind: int | None
    """Entries of the journal beyond it; None where nobody says."""
    reason: str = ""
    """Why nobody does."""
    waiting: float = 0.0
    """Seconds since all of it was worked in."""
