"""Takes evidence from the application's threads and tells it from its own: to the report file, to the control plane.

The application's side (`record`) counts and appends to a bounded queue: no lock, no wait, no disk, no network. One
background thread does the rest. Away or slow, the control plane costs the oldest of the queue, and that is counted.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from setpoint_agent.coverage.recorder import Coverage
from setpoint_agent.evidence import Evidence
from setpoint_agent.operations.counts import Operations
from setpoint_agent.quiet import mishaps, quietly, told
from setpoint_agent.reporting import report_file
from setpoint_agent.reporting.document import Reports
from setpoint_agent.reporting.findings import Findings
from setpoint_agent.reporting.instructions import OFF, Instructions
from setpoint_agent.reporting.transport import Transport
from setpoint_agent.settings import Settings

GATHERED: Final = 0.05
"""Seconds that the thread lets more evidence come before it writes."""
SHORTEST_BACK_OFF, LONGEST_BACK_OFF = 1.0, 60.0
"""Seconds after a failure: doubled each time, with jitter."""
ASLEEP: Final = 60.0
"""Seconds between two questions whether to watch again, when the control plane switched the agent off."""
FAREWELL: Final = 2.0
"""Seconds that stopping waits for the last report."""


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
        self._begin()

    def _begin(self) -> None:
        self._findings = Findings()
        self._queue: deque[tuple[Evidence, float]] = deque(maxlen=self._settings.queue)
        self._dropped = 0
        self._reports = Reports(self._settings, self._findings, self._operations, self._coverage)
        self._instructions = Instructions(self._settings.agent_key, self._reports.boot)
        self._transport = Transport(self._settings) if self._settings.server else None
        self._unsent: dict[str, Any] | None = None
        self._due = time.monotonic() + self._settings.report_seconds
        self._failures = 0
        self._asleep = False
        self._wake = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None

    def record(self, evidence: Evidence) -> None:
        """Called where the evidence was met."""
        if not self._findings.meet(evidence) or self._settings.report_file is None:
            return
        if len(self._queue) == self._queue.maxlen:
            self._dropped += 1
        self._queue.append((evidence, time.time()))
        self._wake.set()

    def start(self) -> None:
        for problem in self._settings.problems:
            told(problem)
        self._thread = threading.Thread(target=self._run, name="setpoint-agent", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is waiting and send a last report, as far as that goes quickly."""
        thread, self._thread = self._thread, None
        self._ended = True
        self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(FAREWELL)

    @quietly
    def after_fork(self) -> None:
        """In a child: a boot of its own, and a thread, which no fork takes along."""
        running = self._thread is not None
        self._operations.after_fork()
        self._begin()
        if running:
            self.start()

    def _run(self) -> None:
        while not self._ended:
            self._wake.wait(max(GATHERED, self._due - time.monotonic()))
            if self._wake.is_set() and not self._ended:
                time.sleep(GATHERED)
            self._wake.clear()
            self._turn(last=False)
        self._turn(last=True)

    @quietly
    def _turn(self, *, last: bool) -> None:
        self._write()
        if self._transport is not None and (last or time.monotonic() >= self._due):
            self._send(self._transport)
            if last:
                self._transport.close()
        elif time.monotonic() >= self._due:
            self._due = time.monotonic() + self._settings.report_seconds
        for kind in mishaps.take_untold():
            told(f"went wrong inside, and was kept from the application: {kind}")
        self._reports.own_seconds = time.thread_time()

    def _write(self) -> None:
        if self._settings.report_file is None or not self._queue:
            return
        waiting = [self._queue.popleft() for _ in range(len(self._queue))]
        try:
            report_file.append(self._settings.report_file, self._settings.service, waiting)
        except OSError as error:
            self._dropped += len(waiting)
            mishaps.record("report file", error)

    def _send(self, transport: Transport) -> None:
        report = self._unsent or self._reports.make(dropped=self._dropped)
        outcome = transport.send(report)
        self._unsent = None if outcome.taken else report
        if outcome.failure:
            self._reports.failed += 1
        if not outcome.taken:
            self._failures += 1
            pause = min(SHORTEST_BACK_OFF * 2 ** min(self._failures - 1, 10), LONGEST_BACK_OFF)
            self._due = time.monotonic() + max(outcome.wait, pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            return
        self._failures = 0
        self._follow(outcome.answer)
        self._due = time.monotonic() + (ASLEEP if self._asleep else self._settings.report_seconds)

    def _follow(self, answer: Any) -> None:
        wanted = self._instructions.read(answer)
        self._reports.refused_instructions = self._instructions.refused
        if wanted is not None:
            self._asleep = wanted == OFF
            self._switch_to(not self._asleep)
