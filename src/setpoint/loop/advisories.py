"""Keeps advisories up to date while `setpoint up` runs, beside the heartbeat: in a thread of its own, at its own pace.

What it takes in, the loop concludes within a second: see `loop.inventory`. A feed that does not answer is asked again
later and later, and how each does is part of the process's health.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from setpoint.errors import Error, without_inside
from setpoint.logs import logger
from setpoint.model.health import Health
from setpoint.observe.interface import SourceRead

FIRST_PAUSE: Final = 60.0
"""Seconds after something failed; doubles each time, up to the usual pause."""

TOLD_AFTER: Final = 2
"""Failures in a row: one by itself is nothing that anybody has to look at."""

STOP_WITHIN: Final = 2.0
"""Seconds that a stop waits for the step in hand; what is half done is rolled back, and done again the next time."""


class AdvisoryUpdates:
    """`read` reads every source, each told when it is done; it is off where there is none."""

    def __init__(
        self,
        read: Callable[[], Iterable[SourceRead]],
        *,
        every: float,
        is_on: bool,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._read = read
        self._every = every
        self._is_on = is_on
        self._now = now
        self._lock = threading.Lock()
        self._read_at: datetime | None = None
        """When all of them were read to their end last."""
        self._failures: dict[str, str] = {}
        """Source → why it could not be read the last time."""
        self._rounds_failed = 0
        self._ended = ""
        """What nobody expected, and ended it; empty while it goes on."""

    @contextmanager
    def going_on(self, stop: threading.Event) -> Iterator[None]:
        """Until the end of the context, or the stop, which comes before it."""
        if not self._is_on:
            yield
            return
        thread = threading.Thread(target=self._go_on, args=(stop,), name="advisories", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(STOP_WITHIN)

    def update(self, stopping: Callable[[], bool] = lambda: False) -> float:
        """Read every source once; the seconds until it is time again."""
        failures: dict[str, str] = {}
        began = time.monotonic()
        try:
            for each in self._read():
                if stopping():
                    return 0.0
                _log(each)
                if each.failure:
                    failures[each.source] = each.failure
        except Error as error:
            failures["advisories"] = without_inside(error).diagnostics()
        logger(__name__).info("advisories were read", seconds=round(time.monotonic() - began, 3), failed=len(failures))
        return self._note(failures)

    def health(self) -> Health:
        if not self._is_on:
            return Health()
        with self._lock:
            told = sorted(self._failures.items()) if self._rounds_failed >= TOLD_AFTER else []
            return Health(
                {
                    "advisories_read_at": self._read_at.isoformat() if self._read_at else None,
                    "advisories_failing": len(self._failures),
                },
                (
                    *(f"{source} cannot be read: {why}" for source, why in told),
                    *([f"advisories are read no more: {self._ended}"] if self._ended else []),
                ),
            )

    def _go_on(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                stop.wait(self.update(stop.is_set))
        except BaseException as error:
            with self._lock:
                self._ended = f"{type(error).__name__} ended it; start Setpoint again"
            raise

    def _note(self, failures: dict[str, str]) -> float:
        with self._lock:
            self._failures = failures
            if not failures:
                self._rounds_failed, self._read_at = 0, self._now()
                return self._every
            self._rounds_failed += 1
            doublings = min(self._rounds_failed - 1, 30)  # enough for any pause, too few to overflow
            return min(self._every, FIRST_PAUSE * 2.0**doublings)


def _log(read: SourceRead) -> None:
    if read.failure:
        logger(__name__).warning("a source of advisories could not be read", source=read.source, why=read.failure)
    elif read.new or read.changed or read.refused:
        logger(__name__).info(
            "advisories were taken", source=read.source, new=read.new, changed=read.changed, refused=read.refused
        )
