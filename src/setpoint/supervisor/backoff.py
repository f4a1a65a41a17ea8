"""How long to wait before a process that ended is started again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

FIRST: Final = 0.5
LONGEST: Final = 30.0
"""Seconds: what is broken for a day is tried some four thousand times, and is back soon after its cure."""
PROVEN_AFTER: Final = 60.0
"""Seconds: whoever stayed up for so long did not die of how it was started."""


@dataclass(slots=True)
class Backoff:
    """Doubles from `FIRST` to `LONGEST`, less up to a half by chance: what died together is not started together."""

    chance: Callable[[], float] = random.random
    _ended: int = 0

    def after(self, lived: float) -> float:
        """Seconds to wait now that it has ended after so many seconds."""
        self._ended = 1 if lived >= PROVEN_AFTER else self._ended + 1
        doublings = min(self._ended - 1, 30)  # enough to reach any longest pause, too few to overflow
        return min(FIRST * 2.0**doublings, LONGEST) * (1 - self.chance() / 2)
