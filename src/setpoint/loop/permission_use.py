"""Counts which permissions are used while `setpoint up` runs, beside the heartbeat: in a thread of its own.

What it reads it keeps by itself; what was changed, the loop looks at again within a second: see `loop.hints`. How it
goes on is part of the process's health.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from setpoint.errors import Error, without_inside
from setpoint.logs import logger
from setpoint.model.health import Health
from setpoint.observe.interface import TrailRead

LONGEST_PAUSE: Final = 600.0
"""Seconds after something failed again and again; the pause doubles from the usual one."""

TOLD_AFTER: Final = 2
"""Failures in a row: one by itself is nothing that anybody has to look at."""

STOP_WITHIN: Final = 2.0
"""Seconds that a stop waits for the piece in hand; what is half done is read again the next time."""


class TrailUpdates:
    """`read` reads what is new, a piece at a time; it is off where there is no trail."""

    def __init__(
        self,
        read: Callable[[], Iterable[TrailRead]],
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
        """When all that was new was read last."""
        self._failure = ""
        self._failed = 0
        """Times in a row."""
        self._events = self._gaps = self._refused = 0
        self._ended = ""
        """What nobody expected, and ended it; empty while it goes on."""

    @contextmanager
    def going_on(self, stop: threading.Event) -> Iterator[None]:
        """Until the end of the context, or the stop, which comes before it."""
        if not self._is_on:
            yield
            return
        thread = threading.Thread(target=self._go_on, args=(stop,), name="permission use", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(STOP_WITHIN)

    def update(self, stopping: Callable[[], bool] = lambda: False) -> float:
        """Read all that is new; the seconds until it is time again."""
        try:
            for each in self._read():
                self._note(each)
                if stopping():
                    return 0.0
        except Error as error:
            return self._note_failure(without_inside(error).diagnostics())
        with self._lock:
            self._failure, self._failed, self._read_at = "", 0, self._now()
        return self._every

    def health(self) -> Health:
        if not self._is_on:
            return Health()
        with self._lock:
            problems = []
            if self._failed >= TOLD_AFTER:
                problems.append(f"the logs of CloudTrail cannot be read: {self._failure}")
            if self._ended:
                problems.append(f"the logs of CloudTrail are read no more: {self._ended}")
            return Health(
                {
                    "trail_read_at": self._read_at.isoformat() if self._read_at else None,
                    "trail_events": self._events,
                    "trail_gaps": self._gaps,
                    "trail_refused": self._refused,
                },
                tuple(problems),
            )

    def _go_on(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                stop.wait(self.update(stop.is_set))
        except BaseException as error:
            with self._lock:
                self._ended = f"{type(error).__name__} ended it; start Setpoint again"
            raise

    def _note(self, read: TrailRead) -> None:
        with self._lock:
            self._events += read.events
            self._gaps += read.gaps
            self._refused += read.refused
        if read.gaps or read.refused:
            logger(__name__).warning(
                "an audit trail does not tell everything",
                source=read.source,
                gaps=read.gaps,
                refused=read.refused,
                why=list(read.first_refused),
            )

    def _note_failure(self, why: str) -> float:
        logger(__name__).warning("an audit trail could not be read", why=why)
        with self._lock:
            self._failure = why
            doublings = min(self._failed, 30)  # enough for any pause, too few to overflow
            self._failed += 1
        return max(self._every, min(LONGEST_PAUSE, self._every * 2.0**doublings))
