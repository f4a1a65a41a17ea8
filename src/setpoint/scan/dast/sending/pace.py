"""How fast requests may follow each other, and what a target says of that itself."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from setpoint.model.dast import Exchange

MOST_PAUSE: Final = 30.0
"""Seconds that one answer can keep a scan waiting."""

_ASKING: Final = frozenset({429, 503})


def pause_asked_for(exchange: Exchange) -> float:
    """Seconds; 0 where the target asks for none (`Retry-After`: RFC 9110, 10.2.3)."""
    answer = exchange.answer
    if answer is None or answer.status not in _ASKING:
        return 0.0
    told = answer.header("retry-after").strip()[:64]
    if told.isascii() and told.isdecimal():
        return min(float(told), MOST_PAUSE)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return 0.0
    now = datetime.now(UTC)
    return min(max((until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds(), 0.0), MOST_PAUSE)


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

    def hold(self, seconds: float) -> None:
        """Nothing goes for so long."""
        self._next = max(self._next, time.monotonic() + seconds)
