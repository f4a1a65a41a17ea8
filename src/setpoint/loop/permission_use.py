"""Counts which permissions are used while `setpoint up` runs.

What it reads it keeps by itself; what was changed, the loop looks at again within a second: see `loop.hints`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from setpoint.errors import Error, without_inside
from setpoint.logs import logger
from setpoint.loop.updates import Updates
from setpoint.model.health import Health
from setpoint.observe.interface import TrailRead

LONGEST_PAUSE: Final = 600.0
"""Seconds after something failed again and again; the pause doubles from the usual one."""


class TrailUpdates(Updates):
    """`read` reads what is new, a piece at a time; it is off where there is no trail."""

    thread = "permission use"

    def __init__(
        self,
        read: Callable[[], Iterable[TrailRead]],
        *,
        every: float,
        is_on: bool,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(every=every, is_on=is_on, now=now)
        self._read = read
        self._failure = ""
        self._events = self._gaps = self._refused = 0

    def update(self, stopping: Callable[[], bool] = lambda: False) -> float:
        try:
            for each in self._read():
                self._note(each)
                if stopping():
                    return 0.0
        except Error as error:
            return self._note_failure(without_inside(error).diagnostics())
        with self._lock:
            return self._succeeded()

    def health(self) -> Health:
        if not self._is_on:
            return Health()
        with self._lock:
            problems = []
            if self._has_to_be_told:
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
            return max(self._every, min(LONGEST_PAUSE, self._failed_again(self._every)))
