"""How fast AWS is called: never faster than the settings say, and slower for a while once AWS says that it is too much.

One budget is shared by all clients and threads of a process; `aws` asks it before each call and tells it of answers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

BACK_OFF: Final = 0.5
"""What is left of the rate after an answer that calls were too many."""

RECOVERY: Final = 0.02
"""Of the highest rate, by which the rate grows in each second without such an answer: back in a minute at most.

Down at once and up slowly is what keeps a shared limit stable (RFC 5681, section 3.1, for the same reason)."""

SLOWEST: Final = 0.005
"""Of the highest rate: slow enough for any limit, and not so slow that nothing is ever read."""

SETTLES: Final = 1.0
"""Seconds in which the answers to calls that were already on their way do not slow down any further."""


class CallBudget:
    """Hands out moments at which a call may be made, evenly spread."""

    def __init__(
        self,
        most: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`most` is in calls a second."""
        self._most = most
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._rate = most
        self._rate_since = self._next = clock()
        self._slowed_at = self._rate_since - SETTLES
        self._calls = 0

    @property
    def calls(self) -> int:
        """How many were made."""
        return self._calls

    @property
    def rate(self) -> float:
        """Calls a second, as of now."""
        with self._lock:
            return self._grown(self._clock())

    def take(self) -> None:
        """Returns when a call may be made."""
        with self._lock:
            now = self._clock()
            moment = max(now, self._next)
            self._next = moment + 1.0 / self._grown(now)
            self._calls += 1
        if moment > now:
            self._sleep(moment - now)

    def throttled(self) -> None:
        """AWS said that calls were too many."""
        with self._lock:
            now = self._clock()
            if now - self._slowed_at < SETTLES:
                return
            self._rate = max(self._grown(now) * BACK_OFF, self._most * SLOWEST)
            self._rate_since = self._slowed_at = now

    def _grown(self, now: float) -> float:
        return min(self._most, self._rate + (now - self._rate_since) * self._most * RECOVERY)
