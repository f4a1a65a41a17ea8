"""From the journal into what is known of services from inside: one thread that follows the journal beside `filling`.

It writes the ledger under a lease of its own. The ledger says up to which offset the reports are worked in, so that a
crash between any two steps loses nothing and repeats nothing; what cannot be worked in now stays in the journal.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from typing import Final

from setpoint.errors import Error, without_inside
from setpoint.ingest.reported import is_report, report_of
from setpoint.loop.clock import Clock
from setpoint.loop.settled import SettledClock
from setpoint.model.report import AgentReport
from setpoint.store.interface import JournalReader, Lease, Ledger, LedgerWriter

SCOPE: Final = "agents' reports"
"""What the lease is taken on; a space keeps it apart from any scope that the loop works on."""

LEASE_FOR: Final = 60.0
"""Seconds without a sign of life after which another may take over; one that died on this machine is known at once."""

AT_ONCE: Final = 5_000
"""Entries of the journal that are looked at in one step."""
MOST_REPORTS: Final = 100
"""In one transaction: others who want to write wait a few tenths of a second at most."""

LOOK_EVERY: Final = 1.0
"""Seconds after which the journal is looked at unasked."""
GATHER_FOR: Final = 0.1
"""Seconds between two steps where there was little to take."""
NOTE_EVERY: Final = 30.0
"""Seconds after which an offset is kept where nothing was reported: looking through what came since costs little."""

LET_GO_EVERY: Final = 3600.0
BOOT_KEPT: Final = timedelta(days=7)
"""From its last report: for so long the journal keeps reports, too."""

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
"""Seconds before another try where the ledger or the journal fails; they double in between."""


class _Work:
    """The ledger, while this process has the right to write to it."""

    def __init__(self, ledger: Ledger, journal: str) -> None:
        """`journal`: its identity."""
        self._ledger = ledger
        self._clock = Clock(ledger.latest_time())
        self._lease, self.writer = self._acquire()
        self.derived = ledger.inside().derived(journal)

    def _acquire(self) -> tuple[Lease, LedgerWriter]:
        return self._ledger.acquire(SCOPE, self._clock.now(), LEASE_FOR)

    @property
    def clock(self) -> Clock:
        return self._clock

    def renew(self) -> None:
        now = self._clock.now()
        if (self._lease.expires_at - now).total_seconds() < LEASE_FOR / 2:
            self._lease = self._ledger.renew(self._lease, now, LEASE_FOR)

    def give_back(self) -> None:
        self._ledger.release(self._lease)


class Deriving:
    def __init__(
        self,
        journal: JournalReader,
        open_ledger: Callable[[], AbstractContextManager[Ledger]],
        settled: SettledClock,
        *,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._open_ledger = open_ledger
        self._settled = settled
        self._tick = tick
        self._looked = 0
        self._derived = 0
        self._failure = ""
        self._done_at = tick()
        self._note_at = self._let_go_at = 0.0
        self._woken = threading.Event()
        self._stopped = threading.Event()

    @property
    def derived(self) -> int:
        """Up to which offset the ledger has everything; 0 while that is not known."""
        return self._derived

    @property
    def looked(self) -> int:
        """Up to which offset there is no report that the ledger does not have."""
        return self._looked

    @property
    def waiting(self) -> float:
        """Seconds since the end of the journal was reached, where there is more by now."""
        return self._tick() - self._done_at if self._looked < self._journal.last_offset() else 0.0

    @property
    def failure(self) -> str:
        """Why it does not get on; empty where it does."""
        return self._failure

    def wake(self) -> None:
        """There is something new."""
        self._woken.set()

    def stop(self) -> None:
        """After the transaction in hand."""
        self._stopped.set()
        self._woken.set()

    def run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopped.is_set():
            try:
                with self._open_ledger() as ledger:
                    self._follow(_Work(ledger, self._journal.identity()))
            except Error as error:
                self._failure = without_inside(error).diagnostics()
                self._stopped.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE) if self._looked == 0 else FIRST_PAUSE

    def _follow(self, work: _Work) -> None:
        """Until it is told to stop, or something fails."""
        try:
            self._begin(work)
            while not self._stopped.is_set():
                self._woken.clear()
                taken = self._step(work)
                self._failure = ""
                if not taken:
                    self._woken.wait(LOOK_EVERY)
                if taken < AT_ONCE:
                    self._stopped.wait(GATHER_FOR)
            self._note(work, [], self._looked)
        finally:
            # Whoever has it now, or cannot be reached, needs nothing from here.
            with suppress(Error):
                work.give_back()

    def _begin(self, work: _Work) -> None:
        # Of a journal that ends before that, or another one than was read, all is looked at, and counts once.
        self._looked = work.derived if work.derived <= self._journal.last_offset() else 0
        self._derived = self._looked

    def _step(self, work: _Work) -> int:
        """How many entries were there."""
        work.renew()
        self._let_go(work)
        entries = self._journal.read(self._looked, AT_ONCE)
        reports: list[AgentReport] = []
        for entry in entries:
            if is_report(entry.line) and (report := report_of(entry)) is not None:
                reports.append(report)
            if len(reports) == MOST_REPORTS:
                self._note(work, reports, entry.offset)
                reports = []
        if entries:
            last = entries[-1].offset
            if reports or self._tick() >= self._note_at:
                self._note(work, reports, last)
            self._looked = last
        if len(entries) < AT_ONCE:
            self._done_at = self._tick()
        return len(entries)

    def _note(self, work: _Work, reports: list[AgentReport], offset: int) -> None:
        if not reports and offset == self._derived:
            return
        work.writer.take_reports(reports, offset, work.clock.now(), journal=self._journal.identity())
        self._derived = self._looked = offset
        self._note_at = self._tick() + NOTE_EVERY

    def _let_go(self, work: _Work) -> None:
        now, tick = self._settled.now(), self._tick()
        if now is not None and tick >= self._let_go_at:
            work.writer.let_go_boots(now - BOOT_KEPT, work.clock.now())
            self._let_go_at = tick + LET_GO_EVERY
