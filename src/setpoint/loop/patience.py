"""When to look again: twice as far off each time, since what was not ready a second ago may need a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from setpoint.loop.clock import Clock
from setpoint.loop.settings import LoopSettings


class Patience:
    def __init__(self, clock: Clock, settings: LoopSettings) -> None:
        self._clock = clock
        self._settings = settings
        self._looks: dict[str, int] = {}

    def again(self, key: str, *, at_least: float = 0.0) -> datetime | None:
        """A time to look again; None when that is so far off that the next beat will do."""
        looks = self._looks.get(key, 0)
        delay = max(at_least, self._settings.retry_after * 2**looks)
        self._looks[key] = looks + 1
        if delay > self._settings.verify_for:
            self.forget(key)
            return None
        return self._clock.now() + timedelta(seconds=delay)

    def forget(self, key: str) -> None:
        """It was settled: the next time begins anew."""
        self._looks.pop(key, None)
