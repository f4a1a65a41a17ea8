"""Functions that are seen running now and then, where the interpreter cannot announce them (before Python 3.12)."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Final

from setpoint_agent.background import Background
from setpoint_agent.memory import address

BETWEEN: Final = 0.1
"""Seconds between two looks while the process works."""
LONGEST_AT_WORK: Final = 0.4
"""The same while one look after another sees nothing new."""
LONGEST_BETWEEN: Final = 1.0
"""The same while it rests: waking up costs a battery and a scheduler."""
SHARE: Final = 0.004
"""Of one processor, at most, for looking: a process of many threads is looked at less often."""
WORKING: Final = 0.002
"""Seconds of CPU time since the last look from which on the process counts as working."""
DEEPEST: Final = 60
"""Frames of a thread that a look takes in."""
MOST_REMEMBERED: Final = 50_000
"""Code objects that were handed over already; beyond, some are handed over again."""
AT_A_FORK: Final = 0.02
"""Seconds that a fork waits for a look to end."""


class SampledWatch:
    """A thread that looks at what all others are in the middle of."""

    def __init__(self, meet: Callable[[CodeType], None]) -> None:
        self._meet = meet
        self._seen: dict[int, CodeType] = {}
        self._between = BETWEEN
        self._cpu_before = 0.0
        self._thread = Background(self._turn)

    @property
    def cpu_seconds(self) -> float:
        return self._thread.cpu_seconds

    def start(self) -> bool:
        self._thread.start()
        return True

    def stop(self) -> None:
        self._thread.end(AT_A_FORK)

    def before_fork(self) -> None:
        self._thread.end(AT_A_FORK)

    def after_fork(self, *, in_child: bool) -> None:
        if in_child:
            self._seen = {}
            self._thread = Background(self._turn)  # a look that did not end in time may have held the other's locks
        self._thread.start()

    def _turn(self) -> float:
        began = time.thread_time()
        known = len(self._seen)
        self._look()
        cost = time.thread_time() - began
        cpu = time.process_time()
        works = cpu - self._cpu_before - cost > WORKING
        rested = self._between > LONGEST_AT_WORK
        if works and (rested or len(self._seen) != known):
            self._between = BETWEEN
        else:
            self._between = min(self._between * 2, LONGEST_AT_WORK if works else LONGEST_BETWEEN)
        self._cpu_before = cpu
        return max(self._between, cost / SHARE) * _jitter()

    def _look(self) -> None:
        """Hold on to nothing: a frame that is kept keeps alive what its function works with."""
        seen, meet = self._seen, self._meet
        if len(seen) > MOST_REMEMBERED:
            seen.clear()
        own = sys._getframe()
        for frame in sys._current_frames().values():
            at: FrameType | None = frame
            depth = 0
            while at is not None and at is not own and depth < DEEPEST:
                code = at.f_code
                place = address(code)
                if place not in seen:
                    seen[place] = code
                    meet(code)
                at, depth = at.f_back, depth + 1


def _jitter() -> float:
    """0.5 to 1.5, so that work that comes in step with the looks is seen as well."""
    return 0.5 + os.urandom(1)[0] / 255
