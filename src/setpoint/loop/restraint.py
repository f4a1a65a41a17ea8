"""What holds Setpoint back from changing production although policy lets it: asked before anything is changed."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final

from setpoint.loop.intended import IntendedState
from setpoint.loop.parts import Parts
from setpoint.model.remediation import Mode
from setpoint.model.wording import counted

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

AT_LEAST: Final = 3
"""Of the limit by percent: a few percent of a small estate would be nothing at all."""


@dataclass(frozen=True, slots=True)
class Freeze:
    """A window in which nothing is changed, by UTC. One that ends before it starts runs past midnight."""

    name: str
    days: frozenset[str]
    """On which it starts, of DAYS; empty means on all."""
    start: time
    end: time

    def holds(self, now: datetime) -> bool:
        moment = now.astimezone(UTC)
        today, yesterday = DAYS[moment.weekday()], DAYS[moment.weekday() - 1]
        clock = moment.time()
        if self.start < self.end:
            return self._starts_on(today) and self.start <= clock < self.end
        return (self._starts_on(today) and clock >= self.start) or (self._starts_on(yesterday) and clock < self.end)

    def _starts_on(self, day: str) -> bool:
        return not self.days or day in self.days


class Restraint:
    """Counts what was begun in this beat, and knows why no more may be."""

    def __init__(self, parts: Parts, intended: IntendedState) -> None:
        self._parts = parts
        self._intended = intended
        self._begun: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        """Why something was held back in this beat → how often."""

    def new_beat(self) -> None:
        self._begun.clear()
        self.held.clear()

    def count(self, service: str) -> None:
        """One more was begun for this service."""
        self._begun[service] += 1

    def beginning(self, service: str) -> str:
        """Why nothing may be begun for this service now; empty when something may."""
        return self._noted(self.changing() or self._limit(service))

    def changing(self) -> str:
        """Why nothing may be changed now, not even what has begun; empty when something may."""
        if self._parts.settings.mode is not Mode.ENFORCE:
            return f"in mode {self._parts.settings.mode} nothing is changed"
        pause = self._parts.ledger.pause_in_force()
        if pause is not None:
            return f"paused by {pause.actor}: {pause.reason}"
        # People mean the clock on the wall; after that was set back, the ledger's may be far ahead of it.
        times = (self._parts.clock.now(), self._parts.clock.machine())
        freeze = next((each for each in self._parts.settings.freezes if any(map(each.holds, times))), None)
        if freeze is not None:
            return f"the freeze {freeze.name!r} is on"
        busy = self._parts.intent.busy()
        return f"the tool that declares is at work: {busy}" if busy else ""

    def _limit(self, service: str) -> str:
        settings = self._parts.settings
        by_percent = max(AT_LEAST, math.ceil(len(self._intended) * settings.limit_percent / 100))
        if self._begun.total() >= settings.limit_per_beat:
            return f"the limit of {counted(settings.limit_per_beat, 'revert')} a beat is reached"
        if self._begun.total() >= by_percent:
            return f"the limit of {settings.limit_percent:g}% of what is declared ({by_percent}) is reached"
        if self._begun[service] >= settings.limit_per_service:
            of = service or "what nobody owns"
            return f"the limit of {counted(settings.limit_per_service, 'revert')} a beat for {of} is reached"
        return ""

    def _noted(self, reason: str) -> str:
        if reason:
            self.held[reason] += 1
        return reason
