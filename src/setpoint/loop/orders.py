"""What people ordered (`setpoint approve`, `reject`, `undo`), carried out by whoever holds the lease: `heartbeat`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from setpoint.loop.instructions import NEEDS, makes_sense
from setpoint.loop.parts import Parts
from setpoint.loop.recorder import Recorder
from setpoint.loop.remediate import Remediator
from setpoint.loop.restraint import Restraint
from setpoint.loop.undo import Undoer
from setpoint.model.order import Order, OrderKind
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.urn import Urn
from setpoint.store.interface import LedgerWriter


class Orders:
    def __init__(
        self,
        parts: Parts,
        remediator: Remediator,
        undoer: Undoer,
        recorder: Recorder,
        restraint: Restraint,
        writer: LedgerWriter,
    ) -> None:
        self._parts = parts
        self._remediator = remediator
        self._undoer = undoer
        self._recorder = recorder
        self._restraint = restraint
        self._writer = writer

    def carry_out(self) -> set[Urn]:
        """Every open order that can be carried out now; the entities to look at because of it."""
        moved = set()
        for order in self._parts.ledger.open_orders():
            remediation = self._subject(order)
            if remediation is None:
                continue  # another scope's, whose own worker carries it out: no remediation ever leaves the ledger
            if self._obey(order, remediation):
                moved.add(remediation.urn)
        return moved

    def next_due(self) -> datetime | None:
        """When an order that is under way is to be carried on; None where none is."""
        return self._undoer.next_due()

    def expire(self) -> None:
        """Approvals that nobody gave in time go to a person as what they are: undecided."""
        latest = self._parts.clock.now() - timedelta(seconds=self._parts.settings.approve_within)
        waiting = frozenset({RemediationState.AWAITING_APPROVAL})
        for remediation in self._parts.ledger.remediations(scope=self._parts.settings.scope, states=waiting):
            if remediation.updated_at <= latest:
                hours = self._parts.settings.approve_within / 3600
                self._remediator.give_up(remediation, f"nobody approved it within {hours:g} hours")

    def _subject(self, order: Order) -> Remediation | None:
        known = self._parts.ledger.remediations(scope=self._parts.settings.scope)
        return next((each for each in known if each.id == order.remediation), None)

    def _obey(self, order: Order, remediation: Remediation) -> bool:
        """Whether the entity is to be looked at because of it: not where it comes to nothing, or has to wait."""
        match order.kind:
            case OrderKind.APPROVE:
                return self._approve(order, remediation)
            case OrderKind.REJECT:
                return self._reject(order, remediation)
            case OrderKind.UNDO:
                return self._fits(remediation, order) and self._undoer.undo(order, remediation)
            case OrderKind.PAUSE | OrderKind.RESUME:
                return False  # in force by being written
            case _:
                assert_never(order.kind)

    def _approve(self, order: Order, remediation: Remediation) -> bool:
        if not self._fits(remediation, order):
            return False
        if self._restraint.beginning(remediation.service):
            return False  # the order stays open until it may be carried out
        seen = self._parts.observer.look(remediation.urn)
        if isinstance(seen, Unread) or remediation.plan is None:
            return False
        if isinstance(seen, Absent) or seen.digest() != remediation.plan.precondition:
            if isinstance(seen, Resource) and seen.unread:
                return False  # it may be as it was planned for: the order stays open until that can be read
            self._settle(order, "nothing done: the state changed after it was planned")
            return True
        with self._writer.transaction():
            self._remediator.advance(
                remediation, RemediationState.APPLYING, f"approved by {order.actor}: {order.reason}"
            )
            self._settle(order, "approved")
        self._restraint.count(remediation.service)
        return True

    def _reject(self, order: Order, remediation: Remediation) -> bool:
        if self._fits(remediation, order):
            with self._recorder.step():
                self._remediator.give_up(remediation, f"rejected by {order.actor}: {order.reason}")
                self._settle(order, "rejected")
        return False

    def _fits(self, remediation: Remediation, order: Order) -> bool:
        if makes_sense(order.kind, remediation):
            return True
        needed = NEEDS[order.kind]
        self._settle(order, f"nothing done: remediation {remediation.id} is {remediation.state}, not {needed}")
        return False

    def _settle(self, order: Order, outcome: str) -> None:
        self._writer.settle_order(order, outcome, self._parts.clock.now())
