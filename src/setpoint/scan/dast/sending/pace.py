"""How fast requests may follow each other."""

from __future__ import annotations

import threading
import time


class Pace:
    """At most so many a second, evenly: none is saved up, so that a pause is never followed by a burst."""

    def __init__(self, rate: float, stop: threading.Event) -> None:
        self._gap = 1.0 / rate
        self._stop = stop
        self._next = 0.0

    def wait(self) -> None:
        """Until the next may go, or the scan is to stop."""
        now = time.monotonic()
        if self._next > now:
            self._stop.wait(self._next - now)
        self._next = max(now, self._next) + self._gap
