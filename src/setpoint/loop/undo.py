"""Takes a verified revert back, as a person ordered. Called by `loop.orders`.

An undo may be cut short when half of it is done, by a crash or by the provider. While its order is open nothing is
planned for the entity, since that would revert the half; it is tried again until all of it is done, or a person has it.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final

from setpoint.act.interface import ActionError
from setpoint.errors import TemporaryError
from setpoint.loop.parts import Parts
from setpoint.loop.patience import Patience
from setpoint.loop.recorder import Recorder
from setpoint.loop.remediate import UNDER_WAY, Remediator
from setpoint.model.canonical import digest
from setpoint.model.order import Order, OrderKind
from setpoint.model.paths import split
from setpoint.model.remediation import Change, Plan, Remediation, RemediationState
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.urn import Urn
from setpoint.store.interface import LedgerWriter

UNDOABLE: Final = frozenset({RemediationState.VERIFIED})


class Undoer:
    def __init__(self, parts: Parts, remediator: Remediator, recorder: Recorder, writer: LedgerWriter) -> None:
        self._parts = parts
        self._remediator = remediator
        self._recorder = recorder
        self._writer = writer
        self._patience = Patience(parts.clock, parts.settings)
        self._tries: Counter[int] = Counter()
        """By order."""
        self._not_before: dict[int, datetime] = {}
        """By order: when to try again what did not help now."""

    def is_ordered(self, urn: Urn) -> bool:
        """Whether a revert of the entity is to be undone, and that has not come to an end."""
        ordered = {order.remediation for order in self._parts.ledger.open_orders() if order.kind is OrderKind.UNDO}
        return any(each.id in ordered for each in self._remediations(urn, UNDOABLE))

    def next_due(self) -> datetime | None:
        """When the next undo is to be tried again; None where none waits for that."""
        return min(self._not_before.values(), default=None)

    def undo(self, order: Order, remediation: Remediation) -> bool:
        """Whether the entity is to be looked at because of it."""
        now = self._parts.clock.now()
        if now < self._not_before.get(order.id, now):
            return False
        self._not_before.pop(order.id, None)
        if self._parts.ledger.pause_in_force() is not None:
            return False
        plan = self._swapped(order, remediation)
        if plan is None or self._remediations(remediation.urn, UNDER_WAY):
            return False
        self._tries[order.id] += 1
        try:
            self._parts.reverter.apply(plan)
        except TemporaryError as error:
            return self._try_again(order, remediation, error)
        except ActionError as error:
            self._give_up(order, remediation, str(error))
            return True
        with self._recorder.step():
            self._remediator.end(remediation, RemediationState.UNDONE, f"undone by {order.actor}: {order.reason}")
            self._settle(order, "undone")
        return True

    def _try_again(self, order: Order, remediation: Remediation, error: TemporaryError) -> bool:
        attempts = self._parts.settings.attempts
        if self._tries[order.id] >= attempts:
            self._give_up(order, remediation, f"gave up after {attempts} tries: {error}")
            return True
        again = self._patience.again(f"order {order.id}", at_least=error.delay)
        if again is not None:
            self._not_before[order.id] = again
        return False

    def _give_up(self, order: Order, remediation: Remediation, reason: str) -> None:
        """A person has it. What is half undone counts as undone: it is not reverted again."""
        with self._recorder.step():
            if self._is_half_undone(remediation):
                outcome = f"undone in part only: {reason}"
                self._remediator.advance(
                    remediation, RemediationState.UNDONE, f"undone in part only by {order.actor}: {reason}"
                )
            else:
                outcome = f"could not be undone: {reason}"
            self._settle(order, outcome)
            self._recorder.tell_person(remediation, outcome)

    def _is_half_undone(self, remediation: Remediation) -> bool:
        """Where that cannot be told, it may be."""
        seen = self._parts.observer.look(remediation.urn)
        if isinstance(seen, Absent):
            return False
        changes = remediation.plan.changes if remediation.plan else ()
        return isinstance(seen, Unread) or any(_is_unread(seen, each) or _is_to_make(seen, each) for each in changes)

    def _swapped(self, order: Order, remediation: Remediation) -> Plan | None:
        """What is left to do of the plan the other way round; None while that, or what to do it to, cannot be told."""
        seen = self._parts.observer.look(remediation.urn)
        if isinstance(seen, Unread) or remediation.plan is None:
            return None
        if isinstance(seen, Absent):
            self._give_up(order, remediation, "the entity does not exist any more")
            return None
        changes = [change.undo() for change in reversed(remediation.plan.changes)]
        if any(_is_unread(seen, each) for each in changes):
            return None
        left = tuple(each for each in changes if _is_to_make(seen, each))
        return Plan(remediation.urn, left, seen.digest(), remediation.plan.permissions)

    def _remediations(self, urn: Urn, states: frozenset[RemediationState]) -> list[Remediation]:
        return list(self._parts.ledger.remediations(scope=self._parts.settings.scope, states=states, urn=urn))

    def _settle(self, order: Order, outcome: str) -> None:
        self._tries.pop(order.id, None)
        self._not_before.pop(order.id, None)
        self._writer.settle_order(order, outcome, self._parts.clock.now())


def _is_unread(seen: Resource, change: Change) -> bool:
    return change.path in {split(path)[0] for path in seen.unread}


def _is_to_make(seen: Resource, change: Change) -> bool:
    return digest(seen.properties.get(change.path)) != digest(change.after)
