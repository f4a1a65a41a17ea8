"""A clock by which something may be deleted for its age: what went by a wrong one does not come back.

The loop lets go of history by it, and ingest of the journal and the lake.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

SETTLED_AFTER: Final = 3600.0
"""Seconds for which a clock has to have gone evenly: one that is wrong is mostly set right by then."""

LEAP: Final = 60.0
"""Seconds that it may differ from the monotonic clock in all that time: synchronising it takes less."""


class SettledClock:
    """Tells the machine's time once that has gone as time does for an hour, and nothing before."""

    def __init__(
        self, wall: Callable[[], datetime], tick: Callable[[], float] = time.monotonic, *, is_settled: bool = False
    ) -> None:
        """With `is_settled`, something else shows that the clock went evenly until now."""
        self._wall = wall
        self._tick = tick
        self._set_at, self._since = wall(), tick()
        self._settled_at = self._since if is_settled else self._since + SETTLED_AFTER

    def now(self) -> datetime | None:
        """None while the clock may be wrong: it has just begun, or was set, forward or back."""
        wall, tick = self._wall(), self._tick()
        if abs((wall - self._set_at).total_seconds() - (tick - self._since)) > LEAP:
            self._set_at, self._since = wall, tick
            self._settled_at = tick + SETTLED_AFTER
        return wall if tick >= self._settled_at else None
