"""Takes evidence from the application's threads and tells it from its own: to the report file, to the control plane.

The application's side (`record`) counts and appends to a bounded queue: no lock, no wait, no disk, no network. The rest
is done by two background threads, each only where it is wanted: one for the file, whose lines must not wait for a
control plane that is slow, one for reports.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Final

from setpoint_agent.background import FOREVER, Background
from setpoint_agent.components.telling import Components
from setpoint_agent.coverage.recorder import Coverage
from setpoint_agent.evidence import Evidence
from setpoint_agent.operations.counts import Operations
from setpoint_agent.quiet import mishaps, quietly, told
from setpoint_agent.reporting.document import Reports
from setpoint_agent.reporting.findings import Findings
from setpoint_agent.reporting.instructions import Instructions
from setpoint_agent.reporting.report_file import ReportFile
from setpoint_agent.reporting.sender import Sender
from setpoint_agent.reporting.transport import Transport
from setpoint_agent.request import current
from setpoint_agent.settings import Settings
from setpoint_agent.switch import switch

GATHERED: Final = 0.05
"""Seconds that the thread of the file lets more evidence come before it writes."""
FAREWELL: Final = 1.0
"""Seconds that an end waits for the last report."""
SHORT_FAREWELL: Final = 0.3
"""The same for a process that ends without Python's ways of ending: a worker of a pool, whose parent waits for it."""
AT_A_FORK: Final = 0.05
"""Seconds that a fork waits for the threads to end; they mostly rest, and then it takes less than a thousandth."""


class Reporter:
    """One process's reporting."""

    def __init__(
        self,
        settings: Settings,
        operations: Operations,
        coverage: Coverage | None,
        *,
        switch_to: Callable[[bool], None],
    ) -> None:
        self._settings = settings
        self._operations = operations
        self._coverage = coverage
        self._switch_to = switch_to
        self._components = Components(settings) if settings.components else None
        self._started = False
        self._begin()

    def _begin(self, *, asleep: bool = False) -> None:
        """A boot: at the start, and in every child of a fork."""
        settings = self._settings
        self._findings = Findings()
        self._threads: list[Background] = []
        self._file: ReportFile | None = None
        self._writing: Background | None = None
        if settings.report_file is not None:
            self._file = ReportFile(settings.report_file, settings.service, most=settings.queue)
            self._writing = self._thread(Background(self._write, gather=GATHERED))
        self._sending: Background | None = None
        if settings.server:
            self._sender = self._new_sender(asleep=asleep)
            self._sending = self._thread(Background(self._send, farewell=self._sender.farewell))
        mishaps.when_new = self._ring_any

    def _thread(self, thread: Background) -> Background:
        self._threads.append(thread)
        return thread

    def _new_sender(self, *, asleep: bool) -> Sender:
        settings, coverage = self._settings, self._coverage
        if self._components is not None:
            self._components.begin_anew()
        reports = Reports(
            settings,
            self._findings,
            self._operations,
            coverage,
            self._components,
            dropped=lambda: self._file.dropped if self._file is not None else 0,
            own_seconds=lambda: (
                sum(each.cpu_seconds for each in self._threads)
                + (coverage.cpu_seconds if coverage is not None else 0.0)
            ),
        )
        return Sender(
            Transport(settings),
            reports,
            Instructions(settings.agent_key, reports.boot),
            pause=settings.report_seconds,
            asleep=asleep,
            switch_to=self._switch_to,
        )

    def record(self, evidence: Evidence) -> None:
        """Called where the evidence was met."""
        if self._findings.meet(evidence) and self._file is not None and self._writing is not None:
            self._file.add(evidence)
            if _may_be_ended_any_moment():
                self._write_at_once()
            else:
                self._writing.ring()

    def start(self) -> None:
        for problem in self._settings.problems:
            told(problem)
        self._started = True
        self._start_threads()

    def stop(self) -> None:
        """Write what is waiting and send a last report, as far as that goes quickly."""
        self._started = False
        if self._file is not None:
            self._file.write()
        _end(self._threads, FAREWELL, farewell=True)
        self._tell_mishaps()

    def last_words(self, *, ends: bool) -> None:
        """Just before the process ends, or becomes another (`ends` False): neither tells `atexit`.

        It is called within a request, perhaps; that the file is written is none of that request's doing.
        """
        self._write_at_once()
        if ends and self._sending is not None and (self._findings or self._operations.requests):
            token = current.set(None)
            try:
                _end([self._sending], SHORT_FAREWELL, farewell=True)
            finally:
                current.reset(token)

    def before_fork(self) -> None:
        """Threads end for its moment: the child must not inherit what one of them holds."""
        _end(self._threads, AT_A_FORK, farewell=False)

    def after_fork_in_parent(self) -> None:
        if self._components is not None:
            self._components.has_forked = True
        if self._started:
            self._start_threads()

    def after_fork_in_child(self) -> None:
        """A boot of its own, and threads, which no fork takes along; what the parent had waiting is the parent's."""
        self._begin(asleep=not switch.on)
        if self._started:
            self._start_threads()

    def _start_threads(self) -> None:
        for each in self._threads:
            quietly(each.start)()

    def _write_at_once(self) -> None:
        """On the application's thread."""
        token = current.set(None)
        try:
            if self._file is not None:
                self._file.write()
        finally:
            current.reset(token)

    def _write(self) -> float:
        self._tell_mishaps()
        if self._file is not None:
            self._file.write()
        return FOREVER

    def _send(self) -> float:
        self._tell_mishaps()
        return self._sender.turn()

    @staticmethod
    def _tell_mishaps() -> None:
        for kind in mishaps.take_untold():
            told(f"went wrong inside, and was kept from the application: {kind}")

    def _ring_any(self) -> None:
        for each in self._threads[:1]:
            each.ring()


def _may_be_ended_any_moment() -> bool:
    """Whether this is a child of `multiprocessing`: a pool kills its workers as soon as it has their results."""
    multiprocessing = sys.modules.get("multiprocessing.process")
    return multiprocessing is not None and multiprocessing.parent_process() is not None


def _end(threads: Sequence[Background], patience: float, *, farewell: bool) -> None:
    deadline = time.monotonic() + patience
    for each in threads:
        each.end(max(0.0, deadline - time.monotonic()), farewell=farewell)
