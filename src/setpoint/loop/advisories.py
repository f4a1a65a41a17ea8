"""Keeps advisories up to date while `setpoint up` runs.

What it takes in, the loop concludes within a second: see `loop.inventory`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from setpoint.errors import Error, without_inside
from setpoint.logs import logger
from setpoint.loop.updates import Updates
from setpoint.model.health import Health
from setpoint.observe.interface import SourceRead

FIRST_PAUSE: Final = 60.0
"""Seconds after something failed; doubles each time, up to the usual pause."""


class AdvisoryUpdates(Updates):
    """`read` reads every source, each told when it is done; it is off where there is none."""

    thread = "advisories"

    def __init__(
        self,
        read: Callable[[], Iterable[SourceRead]],
        *,
        every: float,
        is_on: bool,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(every=every, is_on=is_on, now=now)
        self._read = read
        self._failures: dict[str, str] = {}
        """Source → why it could not be read the last time."""

    def update(self, stopping: Callable[[], bool] = lambda: False) -> float:
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
            told = sorted(self._failures.items()) if self._has_to_be_told else []
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

    def _note(self, failures: dict[str, str]) -> float:
        with self._lock:
            self._failures = failures
            return min(self._every, self._failed_again(FIRST_PAUSE)) if failures else self._succeeded()


def _log(read: SourceRead) -> None:
    if read.failure:
        logger(__name__).warning("a source of advisories could not be read", source=read.source, why=read.failure)
    elif read.new or read.changed or read.refused:
        logger(__name__).info(
            "advisories were taken", source=read.source, new=read.new, changed=read.changed, refused=read.refused
        )
