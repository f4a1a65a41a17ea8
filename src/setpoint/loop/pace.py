"""Whether the loop keeps its pace: asked by the health thread, while the loop's own is busy with beats."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from setpoint.errors import Error, without_inside
from setpoint.loop.report import BeatReport
from setpoint.model.canonical import Json
from setpoint.model.health import Health

LATE_AFTER: Final = 2
"""Intervals: the beat before may have taken a whole one, and nothing is wrong yet."""
GRACE: Final = 10.0
"""Seconds beyond that: an interval may be shorter than reading a small account takes."""


def _now() -> datetime:
    return datetime.now(UTC)


class Pace:
    """Told of each beat by the loop's thread."""

    def __init__(
        self, interval: float, now: Callable[[], datetime] = _now, tick: Callable[[], float] = time.monotonic
    ) -> None:
        """`now` is for people; how long ago something was, `tick` tells, which nobody can set."""
        self._interval = interval
        self._now = now
        self._tick = tick
        self._lock = threading.Lock()
        self._since = tick()
        self._beats = 0
        self._ended_at: datetime | None = None
        self._seconds = 0.0
        self._could_not_tell = ""
        self._paused = ""
        self._broken_glass: tuple[str, ...] = ()
        self._not_matched = ""
        self._standing_by = ""

    def stands_by(self, behind: str) -> None:
        """No beat is late while another process beats; `behind` says which."""
        with self._lock:
            self._standing_by, self._could_not_tell, self._since = behind, "", self._tick()

    def ended(self, outcome: BeatReport | Error) -> None:
        """A beat is over, or what was due between two of them could not be told."""
        with self._lock:
            self._standing_by = ""
            if isinstance(outcome, Error):
                self._could_not_tell = without_inside(outcome).diagnostics()
                return
            self._could_not_tell = ""
            self._paused, self._not_matched = outcome.paused, outcome.not_matched
            self._broken_glass = outcome.broken_glass
            self._beats += 1
            self._since, self._ended_at, self._seconds = self._tick(), self._now(), outcome.seconds()

    def health(self) -> Health:
        with self._lock:
            measures: dict[str, Json] = {
                "interval_s": self._interval,
                "beats": self._beats,
                "last_beat_at": self._ended_at.isoformat() if self._ended_at else None,
                "last_beat_s": round(self._seconds, 3),
                "overran": self._overran(),
                "paused": self._paused,
                **({"broken_glass": list(self._broken_glass)} if self._broken_glass else {}),
                **({"standing_by": self._standing_by} if self._standing_by else {}),
            }
            return Health(measures, tuple(self._problems()))

    def _problems(self) -> list[str]:
        problems = []
        age = self._tick() - self._since
        if age > LATE_AFTER * self._interval + GRACE:
            last = f"the last beat ended {age:.0f} s ago" if self._ended_at else f"no beat has ended in {age:.0f} s"
            problems.append(f"{last}, and the interval is {self._interval:g} s")
        if self._overran():
            problems.append(f"the last beat took {self._seconds:.1f} s, and the interval is {self._interval:g} s")
        if self._could_not_tell:
            problems.append(f"the last beat could not tell: {self._could_not_tell}")
        if self._not_matched:
            problems.append(f"components cannot be matched against advisories: {self._not_matched}")
        return problems

    def _overran(self) -> bool:
        return self._seconds > max(self._interval, 1.0)
