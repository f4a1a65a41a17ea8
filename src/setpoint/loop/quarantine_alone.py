"""Quarantines where no loop runs: whoever asked for one takes the lease, carries it out, and gives the lease back.

Called by `setpoint quarantine`. While a loop has the lease, that one carries it out, and here it is only waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from setpoint.errors import LeaseHeldError
from setpoint.loop.intended import IntendedState
from setpoint.loop.parts import Parts
from setpoint.loop.patience import Patience
from setpoint.loop.quarantine import Quarantiner
from setpoint.loop.recorder import Recorder
from setpoint.loop.remediate import Remediator
from setpoint.loop.restraint import Restraint
from setpoint.loop.undo import Undoer
from setpoint.model.order import Order
from setpoint.model.quarantine import LIFTABLE
from setpoint.model.remediation import UNFINISHED, Remediation
from setpoint.store.interface import Lease, LedgerWriter

WAIT_FOR: Final = 60.0
"""Seconds for a loop that runs to carry it out; it looks every second, unless it is in the middle of a beat."""

LOOK_EVERY: Final = 0.25
"""Seconds."""


class QuarantineAlone:
    def __init__(self, parts: Parts, sleep: Callable[[float], None] = time.sleep) -> None:
        self._parts = parts
        self._sleep = sleep

    def see_through(self, remediation: Remediation) -> Remediation:
        """Until it is in force, or failed; as it is where that takes too long."""

        def go_on(desk: _Desk) -> float:
            due = desk.quarantiner.carry_on(remediation.urn)
            return LOOK_EVERY if due is None else max(0.0, (due - self._parts.clock.now()).total_seconds())

        return self._until(remediation, lambda found: found.state not in UNFINISHED, go_on)

    def lift(self, remediation: Remediation, order: Order) -> Remediation:
        """Until it is taken back; as it is where that takes too long, or cannot be done."""

        def go_on(desk: _Desk) -> float:
            desk.undoer.undo(order, self._now(remediation))
            return LOOK_EVERY

        def is_over(found: Remediation) -> bool:
            return found.state not in LIFTABLE or all(each.id != order.id for each in self._parts.ledger.open_orders())

        return self._until(remediation, is_over, go_on)

    def _until(
        self,
        remediation: Remediation,
        is_over: Callable[[Remediation], bool],
        go_on: Callable[[_Desk], float],
    ) -> Remediation:
        latest = self._parts.clock.now() + timedelta(seconds=WAIT_FOR)
        while not is_over(self._now(remediation)) and self._parts.clock.now() < latest:
            try:
                with _desk(self._parts) as desk:
                    while not is_over(self._now(remediation)) and self._parts.clock.now() < latest:
                        if self._parts.ledger.pause_in_force() is not None:
                            return self._now(remediation)
                        desk.renew()
                        self._sleep(go_on(desk))
            except LeaseHeldError:
                self._sleep(LOOK_EVERY)
        return self._now(remediation)

    def _now(self, remediation: Remediation) -> Remediation:
        """As the ledger has it; of one that was planned anew, the new one."""
        return self._parts.ledger.remediations(scope=self._parts.settings.scope, urn=remediation.urn)[-1]


class _Desk:
    """What carries it out, under the lease."""

    def __init__(self, parts: Parts, lease: Lease, writer: LedgerWriter) -> None:
        self._parts = parts
        self.lease = lease
        recorder, patience = Recorder(parts, writer), Patience(parts.clock, parts.settings)
        restraint = Restraint(parts, IntendedState(parts.intent, parts.settings.owner_tag))
        remediator = Remediator(parts, recorder, restraint, patience, writer)
        self.quarantiner = Quarantiner(parts, recorder, remediator, patience, writer)
        self.undoer = Undoer(parts, remediator, recorder, writer)

    def renew(self) -> None:
        self.lease = self._parts.ledger.renew(self.lease, self._parts.clock.now(), self._parts.settings.lease_for)


@contextmanager
def _desk(parts: Parts) -> Iterator[_Desk]:
    settings = parts.settings
    desk = _Desk(parts, *parts.ledger.acquire(settings.scope, parts.clock.now(), settings.lease_for))
    try:
        yield desk
    finally:
        parts.ledger.release(desk.lease)
