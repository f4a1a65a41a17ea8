"""A clock that never goes back: what the loop stamps its writes with, and tells when the machine's clock was set."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

TOLERANCE: Final = timedelta(seconds=1)
"""Small steps are what time synchronisation does all day; they are smoothed over without a word."""

NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Leap:
    """The clock went forward more than time did: it was set, or the machine slept."""

    at: datetime
    """As it was afterwards."""
    by: timedelta


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
        self._last = max(floor, self.machine()) if floor else self.machine()
        self._last_tick = monotonic()
        self.leap = Leap(NEVER, timedelta(0))
        """The last one of all that were noticed."""

    def now(self) -> datetime:
        """UTC, never earlier than any value returned before."""
        tick = self._monotonic()
        steady = self._last + timedelta(seconds=max(0.0, tick - self._last_tick))
        machine = self.machine()
        if machine - steady > TOLERANCE:
            self.leap = Leap(machine, machine - steady)
        self._last, self._last_tick = max(steady, machine), tick
        return self._last

    def start_from(self, floor: datetime | None) -> None:
        """Time is no earlier than that from now on."""
        now = self.now()
        self._last = max(now, floor) if floor else now

    def behind(self) -> timedelta | None:
        """How far the machine's clock is behind the time in use; None while it is not (or hardly)."""
        gap = self.now() - self.machine()
        return gap if gap > TOLERANCE else None

    def tick(self) -> float:
        """Seconds of the monotonic clock, which nobody sets."""
        return self._monotonic()

    def machine(self) -> datetime:
        """What the machine's clock says, whatever it said before."""
        return datetime.fromtimestamp(self._wall(), UTC)
