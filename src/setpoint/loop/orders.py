"""What people ordered (`setpoint approve`, `reject`, `undo`), carried out by whoever holds the lease: `heartbeat`."""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from setpoint.act.interface import ActionError
from setpoint.errors import TemporaryError
from setpoint.loop.parts import Parts
from setpoint.loop.remediate import UNDER_WAY, Remediator
from setpoint.loop.restraint import Restraint
from setpoint.model.canonical import digest
from setpoint.model.order import Order, OrderKind
from setpoint.model.paths import split
from setpoint.model.remediation import Plan, Remediation, RemediationState
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.store.interface import LedgerWriter


class Orders:
    def __init__(self, parts: Parts, remediator: Remediator, restraint: Restraint, writer: LedgerWriter) -> None:
        self._parts = parts
        self._remediator = remediator
        self._restraint = restraint
        self._writer = writer

    def carry_out(self) -> list[Remediation]:
        """Every open order that can be carried out now; the remediations that moved."""
        moved = []
        for order in self._parts.ledger.open_orders():
            remediation = self._subject(order)
            if remediation is None:
                continue  # another scope's, whose own worker carries it out: no remediation ever leaves the ledger
            after = self._obey(order, remediation)
            if after is not None:
                moved.append(after)
        return moved

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

    def _obey(self, order: Order, remediation: Remediation) -> Remediation | None:
        match order.kind:
            case OrderKind.APPROVE:
                return self._approve(order, remediation)
            case OrderKind.REJECT:
                return self._reject(order, remediation)
            case OrderKind.UNDO:
                return self._undo(order, remediation)
            case OrderKind.PAUSE | OrderKind.RESUME:
                return None  # in force by being written
            case _:
                assert_never(order.kind)

    def _approve(self, order: Order, remediation: Remediation) -> Remediation | None:
        if not self._is(remediation, RemediationState.AWAITING_APPROVAL, order):
            return None
        if self._restraint.beginning(remediation.service):
            return None  # the order stays open until it may be carried out
        seen = self._parts.observer.look(remediation.urn)
        if isinstance(seen, Unread) or remediation.plan is None:
            return None
        if isinstance(seen, Absent) or seen.digest() != remediation.plan.precondition:
            if isinstance(seen, Resource) and seen.unread:
                return None  # it may be as it was planned for: the order stays open until that can be read
            self._settle(order, "nothing done: the state changed after it was planned")
            return remediation
        with self._writer.transaction():
            approved = self._remediator.advance(
                remediation, RemediationState.APPLYING, f"approved by {order.actor}: {order.reason}"
            )
            self._settle(order, "approved")
        self._restraint.count(remediation.service)
        return approved

    def _reject(self, order: Order, remediation: Remediation) -> Remediation | None:
        if not self._is(remediation, RemediationState.AWAITING_APPROVAL, order):
            return None
        with self._writer.transaction():
            self._remediator.give_up(remediation, f"rejected by {order.actor}: {order.reason}")
            self._settle(order, "rejected")
        return None

    def _undo(self, order: Order, remediation: Remediation) -> Remediation | None:
        if not self._is(remediation, RemediationState.VERIFIED, order):
            return None
        if self._parts.ledger.pause_in_force() is not None or self._under_way(remediation):
            return None  # the order stays open
        plan = self._swapped(order, remediation)
        if plan is None:
            return None
        try:
            self._parts.reverter.apply(plan)
        except TemporaryError:
            return None  # the order stays open
        except ActionError as error:
            self._settle(order, f"could not be undone: {error}")
            return None
        with self._writer.transaction():
            undone = self._remediator.advance(
                remediation, RemediationState.UNDONE, f"undone by {order.actor}: {order.reason}"
            )
            self._settle(order, "undone")
        return undone

    def _swapped(self, order: Order, remediation: Remediation) -> Plan | None:
        """What is left to do of the plan the other way round; None while that, or what to do it to, cannot be told."""
        seen = self._parts.observer.look(remediation.urn)
        if isinstance(seen, Unread) or remediation.plan is None:
            return None
        if isinstance(seen, Absent):
            self._settle(order, "could not be undone: the entity does not exist any more")
            return None
        changes = [change.undo() for change in reversed(remediation.plan.changes)]
        if {split(path)[0] for path in seen.unread} & {change.path for change in changes}:
            return None
        left = tuple(each for each in changes if digest(seen.properties.get(each.path)) != digest(each.after))
        return Plan(remediation.urn, left, seen.digest(), remediation.plan.permissions)

    def _under_way(self, remediation: Remediation) -> bool:
        found = self._parts.ledger.remediations(scope=self._parts.settings.scope, states=UNDER_WAY, urn=remediation.urn)
        return bool(found)

    def _is(self, remediation: Remediation, state: RemediationState, order: Order) -> bool:
        if remediation.state is state:
            return True
        self._settle(order, f"nothing done: remediation {remediation.id} is {remediation.state}, not {state}")
        return False

    def _settle(self, order: Order, outcome: str) -> None:
        self._writer.settle_order(order, outcome, self._parts.clock.now())
