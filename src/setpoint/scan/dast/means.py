"""What a scan is made with: the parts that the engine is given, and what it expects of them. Made by `wiring.dast`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Caller, DastReport, Exchange, Fault, Operation, Part, Sent, Surface
from setpoint.scan.dast.interface import Accounts, Check, Evidence, Sender
from setpoint.scan.dast.sending.redaction import Redactor

MaySend = Callable[[Operation], str]


class Seeding(Protocol):
    """Values for requests: what `seeding.Seeds` gives."""

    @property
    def sender(self) -> Sender:
        """The sender that it was made with, which also keeps tokens of forms fresh."""

    @property
    def surface(self) -> Surface:
        """After learning: also with what was seen only once there were objects."""

    def learn(self) -> None:
        """Ask the lists once for each account, and make objects of the scan's own. Raises `EndedEarlyError`."""

    def build(self, operation: Operation, values: Mapping[Part, Json]) -> Sent: ...

    def owned(self, operation: Operation, caller: Caller) -> Mapping[Part, Json] | None: ...

    def owns(self, operation: Operation) -> bool:
        """Whether some caller has an object, made for the scan, that the operation names."""

    def baseline(self, operation: Operation, caller: Caller) -> Exchange | None: ...

    def clean_up(self) -> None:
        """Delete what was made, where that may be sent. Raises `EndedEarlyError`."""

    def left_behind(self) -> Sequence[str]:
        """What was made and not deleted."""

    def holds(self) -> bool:
        """Whether own objects that could be read still can. Raises `EndedEarlyError`."""

    def heard(self) -> Mapping[str, Sequence[Answer]]:
        """Name of each caller → what operations answered to its seeded values."""

    def unwell(self) -> Mapping[str, str]:
        """Operations that answered nobody well, with a status of each, and what of it is plain."""

    @property
    def is_done_with_accounts(self) -> bool:
        """Whether checks wanted more new accounts than a scan makes."""


class CountingSender(Sender, Protocol):
    """A sender that says how much it sent."""

    @property
    def requests(self) -> int: ...

    def turn(self) -> None:
        """For a connection of a check's own: as `Workbench.turn`."""


class Notes(Protocol):
    """What a scan writes down to go on from after it was stopped: `run_folder.RunFolder`."""

    def finished(self) -> frozenset[str]:
        """Names of checks that an earlier run of this scan has made."""

    def faults(self) -> Sequence[Fault]:
        """What it found."""

    def note_finished(self, check: str) -> None: ...

    def note_fault(self, fault: Fault) -> None: ...


class Watcher(Protocol):
    """Who waits for a scan."""

    def told(self, line: str) -> None: ...

    def step(self, what: str, done: int, total: int) -> None:
        """`done` of `total` steps are made; `what` is next."""

    def found(self, report: DastReport) -> None:
        """All that is known so far, each time that there is more."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a scan is made with."""

    sender: CountingSender
    accounts: Accounts
    evidence: Evidence | None
    discover: Callable[[MaySend], Surface]
    """Reads the document, or crawls."""
    seeding: Callable[[Surface, MaySend], Seeding]
    checks: Sequence[Check]
    """In the order in which they are made."""
    notes: Notes
    redactor: Redactor
    rate: float = 0.0
    """Requests a second at most; 0 where that is not known."""
    doubts: Sequence[str] = ()
    """What cannot be tested, as is known before anything was sent."""
