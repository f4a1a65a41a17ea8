"""Keeps the ledger from growing for ever: what was over long ago goes. The heartbeat calls it at its end."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from setpoint.loop.parts import Parts
from setpoint.store.interface import LedgerWriter

SETTLED_AFTER: Final = timedelta(hours=1)
"""After the clock leapt ahead: one that is wrong is mostly set right by then, and what went does not come back."""


class Pruner:
    def __init__(self, parts: Parts, writer: LedgerWriter) -> None:
        self._parts = parts
        self._writer = writer
        self._keep = timedelta(seconds=parts.settings.history.keep)
        self._every = timedelta(seconds=parts.settings.history.prune_every)

    def prune(self) -> None:
        """Where that is due; so long a ledger is left alone, whoever looked after it, that this costs nothing."""
        now, reach = self._parts.clock.now(), self._parts.ledger.reach(self._parts.settings.scope)
        if now - self._parts.clock.leap.at < SETTLED_AFTER:
            return
        if reach is not None and now - reach.pruned_at >= self._every:
            self._writer.prune(now - self._keep, now)
