"""One scan from its first request to its report: surface, accounts, ids, checks. Called by `wiring.dast`.

What is found is handed on at once (`Watcher.found`), so that a scan that is killed has lost nothing.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol
from urllib.parse import urlsplit

from setpoint.errors import CouldNotTellError, Error
from setpoint.model.canonical import Json
from setpoint.model.dast import (
    Answer,
    Caller,
    DastPlan,
    DastReport,
    Exchange,
    Fault,
    Operation,
    Part,
    Profile,
    Sent,
    Surface,
)
from setpoint.model.wording import counted
from setpoint.scan.dast.folding import folded
from setpoint.scan.dast.interface import Accounts, Check, EndedEarlyError, Evidence, Sender, Workbench
from setpoint.scan.dast.plan import left_out, planned
from setpoint.scan.dast.safety import Safety
from setpoint.scan.dast.sending.redaction import Redactor

GREETINGS: Final = 3
"""Requests that a target may leave unanswered before it counts as dead."""
DRIPPING: Final = 9.0
"""Seconds: whoever takes longer for an answer that is not whole even so, sends it byte by byte."""

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


class CountingSender(Sender, Protocol):
    """A sender that says how much it sent."""

    @property
    def requests(self) -> int: ...


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


class Engine:
    """`run` sends; `plan` does not."""

    def __init__(self, base: str, profile: Profile, safety: Safety, means: Means, watcher: Watcher) -> None:
        self._base = base
        self._profile = profile
        self._safety = safety
        self._means = means
        self._watcher = watcher
        self._faults: dict[str, Fault] = {each.key: each for each in means.notes.faults()}
        self._checks: dict[str, str] = {}
        self._left_out: Mapping[str, str] = {}
        self._shut_out: set[str] = set()
        self._operations: Sequence[str] = ()
        self._remarks: list[str] = []
        self._started = time.monotonic()

    def run(self) -> DastReport:
        """Ends by itself, whatever the target does; what was found until then is in the report.

        Raises `CouldNotTellError` where the target does not answer at all, `InputError` where its document cannot be
        used: then nothing was tested.
        """
        ended_early = ""
        try:
            self._greet()
            bench, seeding = self._prepared()
            try:
                self._make_checks(bench)
                seeding.clean_up()
            finally:
                self._remarks += [f"left behind: {each}" for each in seeding.left_behind()]
        except EndedEarlyError as error:
            ended_early = str(error)
        report = self._report(ended_early)
        self._watcher.found(report)
        return report

    def plan(self) -> DastPlan:
        self._safety.own_by(lambda _operation: True)  # whether there will be such objects, only sending can tell
        surface = self._means.discover(self._safety)
        return planned(self._bench(surface, self._means.seeding(surface, self._safety)), self._means.checks)

    def _greet(self) -> None:
        """What does not answer a plain request is not tested: silence would pass for being free of faults."""
        for _ in range(GREETINGS):
            exchange = self._means.sender.send(Sent("GET", f"{self._base}/"))
            answer = exchange.answer
            if answer is not None and (answer.is_whole or answer.seconds < DRIPPING):
                self._note_where_it_leads(answer)
                return
        why = exchange.failure or "its answer does not end"
        raise CouldNotTellError(
            f"{self._base} does not answer ({self._means.redactor.text(why)})",
            remedy="check the address, and that it is running",
        )

    def _note_where_it_leads(self, answer: Answer) -> None:
        """A scan goes nowhere else: whoever is sent on with everything has to be told where to."""
        at, leads = urlsplit(self._base), urlsplit(answer.header("location"))
        if 300 <= answer.status < 400 and leads.netloc and (leads.scheme, leads.netloc) != (at.scheme, at.netloc):
            elsewhere = f"{leads.scheme or at.scheme}://{leads.netloc}"
            self._remarks.append(f"the front page leads to {elsewhere}, which was not tested: give that address")

    def _prepared(self) -> tuple[Workbench, Seeding]:
        """All that checks need to know, before the first of them."""
        self._watcher.step("surface", 0, len(self._means.checks))
        surface = self._means.discover(self._safety)
        self._remarks += surface.remarks
        self._watcher.told(f"{counted(len(surface.operations), 'operation')} below {surface.base}")
        seeding = self._means.seeding(surface, self._safety)
        self._safety.own_by(seeding.owns)
        self._watcher.step("ids and objects of its own", 0, len(self._means.checks))
        seeding.learn()
        self._note_who_is_shut_out()
        bench = self._bench(seeding.surface, seeding)
        self._left_out = left_out(bench)
        self._operations = [each.key for each in bench.surface.operations]
        return bench, seeding

    def _note_who_is_shut_out(self) -> None:
        """What an account that cannot log in would be shown was not tested: that is no good answer."""
        bare = Sent("GET", f"{self._base}/")
        for caller in self._means.accounts.callers:
            dressed = self._means.accounts.authorised(bare, caller)
            if (dressed.url, dressed.headers) == (bare.url, bare.headers):
                self._shut_out.add(caller.name)
                self._checks[f"login of {caller.name}"] = "it gave no session; see what auth.yaml says of it"

    def _bench(self, surface: Surface, seeding: Seeding) -> Workbench:
        return Workbench(
            surface=surface,
            profile=self._profile,
            sender=seeding.sender,
            accounts=self._means.accounts,
            evidence=self._means.evidence,
            may_send=self._safety,
            excludes=self._safety.excludes,
            build=seeding.build,
            owned=seeding.owned,
            baseline=seeding.baseline,
            told=self._watcher.told,
        )

    def _make_checks(self, bench: Workbench) -> None:
        finished = self._means.notes.finished()
        for done, check in enumerate(self._means.checks):
            if check.name in finished:
                self._checks[check.name] = ""
                continue
            self._watcher.step(check.name, done, len(self._means.checks))
            self._checks[check.name] = "it was not finished"
            self._checks[check.name] = self._made(check, bench)
            if not self._checks[check.name]:
                self._means.notes.note_finished(check.name)

    def _made(self, check: Check, bench: Workbench) -> str:
        """Why it could not be made; empty where it was."""
        try:
            for fault in check.run(bench):
                self._take(replace(fault, check=check.name))
        except EndedEarlyError:
            raise
        except Error as error:
            return error.diagnostics()
        except Exception as error:  # noqa: BLE001 - answers are hostile: what trips one check must not cost all others
            return f"{type(error).__name__} at {_place(error)}"
        return ""

    def _take(self, fault: Fault) -> None:
        shown = self._means.redactor.fault(fault)
        if shown.key in self._faults:
            return
        self._faults[shown.key] = shown
        self._means.notes.note_fault(shown)
        self._watcher.found(self._report("it was still going on", is_final=False))

    def _report(self, ended_early: str, *, is_final: bool = True) -> DastReport:
        return DastReport(
            base=self._base,
            profile=self._profile,
            faults=folded(self._faults.values()),
            requests=self._means.sender.requests,
            seconds=time.monotonic() - self._started,
            left_out=self._left_out,
            ended_early=ended_early,
            is_final=is_final,
            checks=dict(self._checks),
            remarks=tuple(map(self._means.redactor.text, self._remarks)),
            operations=tuple(self._operations),
            callers=tuple(each.name for each in self._means.accounts.callers if each.name not in self._shut_out),
            has_agents=self._means.evidence is not None,
        )


def _place(error: Exception) -> str:
    """Where in our own code it came up: its words may hold what the target sent."""
    frames = traceback.extract_tb(error.__traceback__)
    own = next((each for each in reversed(frames) if "setpoint" in each.filename), frames[-1])
    return f"{own.filename.rpartition('/')[2]}:{own.lineno}"
