"""From the journal into the lake: one thread that follows the journal for as long as the process lives.

The lake says up to which offset it has everything, so that a crash between any two steps loses nothing and repeats
nothing. What the lake cannot take now stays in the journal.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from setpoint.errors import CouldNotTellError, JournalError, LakeError, without_inside
from setpoint.ingest.lake_door import LakeDoor
from setpoint.loop.settled import SettledClock
from setpoint.store.interface import Journal

AT_ONCE: Final = 20_000
"""Events in one transaction of the lake: enough for its speed, and some ten megabytes of memory."""

GATHER_FOR: Final = 0.1
"""Seconds between two transactions where there is less than that to take."""
LOOK_EVERY: Final = 1.0
"""Seconds after which the journal is looked at unasked."""
RETAIN_EVERY: Final = 60.0
"""Seconds between two looks at what is old."""

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
"""Seconds before another try where the lake or the journal fails; they double in between."""


class Filling:
    def __init__(
        self,
        journal: Journal,
        lake: LakeDoor,
        clock: Callable[[], datetime],
        *,
        days: int,
        needed: Callable[[], int] | None = None,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        """`days` are how many the lake keeps; whoever else reads the journal says by `needed` how far they are."""
        self._journal = journal
        self._lake = lake
        self._days = days
        self._needed = needed
        self._taken = lake.use().taken()
        self._failure = ""
        self._retain_at = 0.0
        self._tick = tick
        self._clock = SettledClock(clock, tick)
        self._woken = threading.Event()
        self._stopped = threading.Event()

    @property
    def taken(self) -> int:
        """Up to which offset the lake has everything."""
        return self._taken

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
            self._woken.clear()
            # What is wrong with the disk, the journal itself says.
            with suppress(JournalError, CouldNotTellError):
                self._journal.try_again()
            try:
                taken = self._take()
                self._retain()
            except (JournalError, LakeError, CouldNotTellError) as error:
                self._failure = without_inside(error).diagnostics()
                if isinstance(error, LakeError):
                    self._lake.shut()
                self._stopped.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            self._failure, pause = "", FIRST_PAUSE
            if not taken:
                self._woken.wait(LOOK_EVERY)
            if taken < AT_ONCE:
                self._stopped.wait(GATHER_FOR)

    def _take(self) -> int:
        """How many events were there."""
        lake = self._lake.open()
        self._taken = lake.taken()
        entries = self._journal.read(self._taken, AT_ONCE)
        if entries:
            lake.take(entries)
            self._taken = entries[-1].offset
        return len(entries)

    def _retain(self) -> None:
        now, tick = self._clock.now(), self._tick()
        if tick < self._retain_at:
            return
        taken = self._taken if self._needed is None else min(self._taken, self._needed())
        self._journal.retain(taken, now or LONG_AGO)
        if now is not None:
            self._lake.use().retain(self._days)
        self._retain_at = tick + RETAIN_EVERY
