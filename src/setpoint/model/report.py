"""What an agent reports of a service from inside: made of a checked document by ingest, merged by the ledger.

All counts are since the agent's process began (its boot) and only grow, so that the largest seen of each is the right
one, however often, late or out of order reports come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from setpoint.model.component import Component


class Coverage(StrEnum):
    """How it came about which functions were reached."""

    EXACT = "exact"
    SAMPLED = "sampled"
    """What is not told may have run all the same."""
    OFF = "off"


class Part(StrEnum):
    """Whose code a function is."""

    APPLICATION = "application"
    LIBRARY = "library"


@dataclass(frozen=True, slots=True, order=True)
class Frame:
    """A function in a file, at a line."""

    file: str
    line: int
    function: str


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """The part of a request that a value came from; never the value."""

    part: str
    """`query`, `header`, `body`, …"""
    name: str = ""
    shape: str = ""
    fingerprint: str = ""
    """Under the key of the fleet: the same value has the same one everywhere."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """How a weak place was met, as it was seen most surely."""

    kind: str
    """`sql-injection`, `weak-hash`, …"""
    cwe: int
    sink: str
    """What was called."""
    frames: tuple[Frame, ...]
    """From the route's function to the caller of the sink."""
    origins: tuple[Origin, ...] = ()
    """Empty where the call alone is the weakness."""
    context: str = ""
    method: str = ""
    route: str = ""
    confidence: float = 0.0

    @property
    def place(self) -> Frame:
        """Where the sink is called."""
        return self.frames[-1]


@dataclass(frozen=True, slots=True)
class ReportedPlace:
    """A weak place, with its counts since the boot began."""

    key: str
    """The same for the same place in every instance that runs the same code."""
    sighting: Sighting
    count: int
    attacks: int
    """How often input was seen to cross a boundary of the sink's language."""
    first: datetime
    last: datetime
    probes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class SinkCaller:
    """A line of the application that calls something dangerous."""

    frame: Frame
    """The line of the call, in its function."""
    cwe: int
    """The weakness that it would be."""


@dataclass(frozen=True, slots=True)
class ReportedLooks:
    """How many calls on its way to a sink an agent watched, and found nothing of its request that was not made safe."""

    caller: SinkCaller
    count: int


@dataclass(frozen=True, slots=True)
class ReportedRoute:
    """What a route did since the boot began."""

    route: str
    method: str
    framework: str
    calls: int
    statuses: Mapping[str, int] = field(default_factory=dict)
    """`2xx` → calls; `error` for an exception that reached the server."""
    latency: Mapping[str, int] = field(default_factory=dict)
    """Upper bound in seconds, as JSON spells it → calls that took no longer, and longer than the bound before; `inf`
    for what took longer than every bound."""
    seconds: float = 0.0
    effects: Mapping[str, int] = field(default_factory=dict)
    """`rows-written` → how many."""


@dataclass(frozen=True, slots=True)
class ToldComponent:
    """A component of a process, as its agent tells of it."""

    reference: str
    component: Component | None
    """None for a file that is no component of any package."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """`loaded`, `loaded-by`, `modules`, `modified`, `missing`, `unowned`, `mapped`."""


@dataclass(frozen=True, slots=True)
class ToldBill:
    """What a process is made of: what changed since a state, which makes it another."""

    digest: str
    base: str
    """The state before; empty where nothing was told before."""
    is_whole: bool
    """False while more of it is to come."""
    components: tuple[ToldComponent, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessBill:
    """All that is known of what one process is made of."""

    instance: str
    release: str
    is_whole: bool
    components: tuple[ToldComponent, ...]


@dataclass(frozen=True, slots=True)
class AgentReport:
    service: str
    instance: str
    boot: str
    sequence: int
    offset: int
    """Its place in the journal."""
    received_at: datetime
    reported_at: datetime
    """By the clock of the agent's machine."""
    release: str = ""
    """Empty where nobody says."""
    version: str = ""
    python: str = ""
    implementation: str = ""
    coverage: Coverage = Coverage.OFF
    started: datetime | None = None
    cpu_seconds: float = 0.0
    """Of the agent's own threads."""
    container: str = ""
    """In which it runs, by its runtime's id; empty where nothing says."""
    counters: Mapping[str, int] = field(default_factory=dict)
    mishaps: Mapping[str, int] = field(default_factory=dict)
    """What went wrong inside the agent, by kind."""
    is_watching: bool = False
    """False for an agent that only asks whether it is to watch again."""
    places: tuple[ReportedPlace, ...] = ()
    """Those that changed since the report before."""
    routes: tuple[ReportedRoute, ...] = ()
    functions: Mapping[Part, tuple[Frame, ...]] = field(default_factory=dict)
    """Reached for the first time since the report before."""
    defined: tuple[Frame, ...] = ()
    """Functions of the application's files that were loaded since the report before, whether they ran or not; where
    coverage is exact."""
    looks: tuple[ReportedLooks, ...] = ()
    """Those that grew much since they were told last."""
    bill: ToldBill | None = None


def host_of(instance: str) -> str:
    """The running thing that a process belongs to: agents call themselves `<instance>/<process id>`."""
    host, slash, _ = instance.rpartition("/")
    return host if slash and host else instance
