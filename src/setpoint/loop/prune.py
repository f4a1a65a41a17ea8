"""Keeps the ledger from growing for ever: what was over long ago goes. The heartbeat calls it at its end.

It goes by the machine's clock, and not by the ledger's time: after a clock that was ahead is put right, the ledger's
time stays ahead, and everything would be old by it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from setpoint.loop.parts import Parts
from setpoint.loop.settled import SETTLED_AFTER, SettledClock
from setpoint.store.interface import LedgerWriter

LONGEST_REST: Final = timedelta(days=1)
"""Between two runs of `setpoint beat` by a timer: if the clock leapt by less meanwhile, so much less is kept once."""

MOST_STEPS: Final = 20
"""Of bills at one time: the others go the next time, so that a beat goes on soon."""


class Pruner:
    def __init__(self, parts: Parts, writer: LedgerWriter) -> None:
        self._parts = parts
        self._writer = writer
        self._scope = parts.settings.scope
        self._keep = timedelta(seconds=parts.settings.history.keep)
        self._keep_bills = timedelta(seconds=parts.settings.keep_bills_for)
        self._every = timedelta(seconds=parts.settings.history.prune_every)
        self._clock = SettledClock(parts.clock.machine, parts.clock.tick, is_settled=self._was_settled())

    def prune(self) -> None:
        """Where that is due; so long a ledger is left alone, whoever looked after it, that this costs nothing."""
        machine, now = self._clock.now(), self._parts.clock.now()
        reach = self._parts.ledger.reach(self._scope)
        if machine is not None and reach is not None and now - reach.pruned_at >= self._every:
            self._writer.prune(machine - self._keep, now)
            self._forget_bills(machine - self._keep_bills, now)

    def _forget_bills(self, before: datetime, now: datetime) -> None:
        """A few at a time: who wants to write gets a turn in between."""
        inventory = self._writer.inventory()
        inventory.note_unused_sboms(now)
        for _ in range(MOST_STEPS):
            if self._parts.stopping() or not inventory.forget_unused_sboms(before, now):
                return

    def _was_settled(self) -> bool:
        """Whether there was a beat neither just now nor long ago, so that single beats prune, too.

        What a clock wrote that leapt and never was put right is just now; what was before, long ago.
        """
        earlier = self._parts.clock.machine() - timedelta(seconds=SETTLED_AFTER)
        last = self._parts.ledger.last_beat(self._scope, earlier)
        return last is not None and earlier - last <= LONGEST_REST
