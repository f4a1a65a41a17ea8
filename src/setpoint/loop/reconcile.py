"""One entity, looked at again and moved one step towards what was declared. Safe to repeat; a crash loses nothing.

A restarted worker finds the state that a remediation was in, looks at the entity afresh, and goes on from what it sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from setpoint.loop.begin import Beginner
from setpoint.loop.case import Case
from setpoint.loop.conclude import Concluder, pending
from setpoint.loop.intended import IntendedState
from setpoint.loop.parts import Parts
from setpoint.loop.patience import Patience
from setpoint.loop.recorder import GONE, Recorder
from setpoint.loop.remediate import UNDER_WAY, Remediator
from setpoint.loop.undo import Undoer
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.resource import Absent, Unread
from setpoint.model.urn import Urn


class Reconciler:
    def __init__(
        self,
        parts: Parts,
        intended: IntendedState,
        concluder: Concluder,
        recorder: Recorder,
        beginner: Beginner,
        remediator: Remediator,
        undoer: Undoer,
        patience: Patience,
    ) -> None:
        self._parts = parts
        self._intended = intended
        self._concluder = concluder
        self._recorder = recorder
        self._beginner = beginner
        self._remediator = remediator
        self._undoer = undoer
        self._patience = patience
        self.unread: dict[Urn, str] = {}
        """What was looked at and could not be read → why, until it is read."""

    def reconcile(self, urn: Urn) -> datetime | None:
        """When to look again; None when nothing is left to do here."""
        # 1. Look: the state decides, never the event that led here.
        seen = self._parts.observer.look(urn)
        self.unread.pop(urn, None)
        if isinstance(seen, Unread):
            self.unread[urn] = seen.reason
            return self._patience.again(urn)
        actual = None if isinstance(seen, Absent) else seen
        under_way = self._under_way(urn)
        if actual is None and urn not in self._intended and not self._intended.doubt(urn):
            self._let_go(urn, under_way)
            return None

        # 2. Conclude, and write it down: under no key while it still has to be acted on.
        case = Case(self._concluder.conclude(urn, actual), self._intended.get(urn), actual)
        self._recorder.record([pending(case.conclusion, self._parts.settings.mode)])

        # 3. Go on with what is under way, or begin.
        due = self._remediator.carry_on(under_way[-1], case) if under_way else None
        still_under_way = self._under_way(urn)
        if not still_under_way and not self._undoer.is_ordered(urn):
            planned = self._beginner.begin(case)
            due = self._remediator.apply(planned, planned.plan) if planned and planned.plan else None
            still_under_way = self._under_way(urn)

        # 4. Once a remediation remembers what is to be done, or nothing is, the conclusion may rest.
        if still_under_way or not self._beginner.was_held_back(case):
            self._recorder.record([case.conclusion])
        if due is None:
            self._patience.forget(urn)
        return due

    def _under_way(self, urn: Urn) -> Sequence[Remediation]:
        return self._parts.ledger.remediations(scope=self._parts.settings.scope, states=UNDER_WAY, urn=urn)

    def _let_go(self, urn: Urn, under_way: Sequence[Remediation]) -> None:
        """What neither side knows any more has nothing that could be compared, or put right."""
        for remediation in under_way:
            reason = f"void: {GONE}"
            self._remediator.end(remediation, RemediationState.FAILED, reason)
        self._recorder.forget([urn], GONE)
        self._patience.forget(urn)
