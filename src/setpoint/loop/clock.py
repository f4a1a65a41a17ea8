"""A clock that never goes back: what the loop stamps its writes with, and tells when the machine's clock jumped."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

TOLERANCE: Final = timedelta(seconds=1)
"""Small steps back are what time synchronisation does all day; they are smoothed over without a word."""


class Clock:
    """Wall time where it moves forward; where it jumped back, the last known time carried on by the monotonic clock.

    `floor` is the latest time that was ever written (the ledger's): time starts no earlier.
    """

    def __init__(
        self,
        floor: datetime | None = None,
        *,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._last = floor or self._read()
        self._last_tick = monotonic()

    def now(self) -> datetime:
        """UTC, never earlier than any value returned before."""
        tick = self._monotonic()
        steady = self._last + timedelta(seconds=max(0.0, tick - self._last_tick))
        self._last, self._last_tick = max(steady, self._read()), tick
        return self._last

    def behind(self) -> timedelta | None:
        """How far the machine's clock is behind the time in use; None while it is not (or hardly)."""
        gap = self.now() - self._read()
        return gap if gap > TOLERANCE else None

    def _read(self) -> datetime:
        return datetime.fromtimestamp(self._wall(), UTC)
