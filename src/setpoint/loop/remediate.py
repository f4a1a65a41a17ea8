"""A remediation, moved one step: applied, verified, or given to a person. Called by `loop.reconcile`.

Whatever is done is written down before it is done, and nothing is carried on that the restraints forbid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, assert_never

from setpoint.act.interface import ActionError
from setpoint.errors import TemporaryError
from setpoint.loop.case import Case
from setpoint.loop.parts import Parts
from setpoint.loop.patience import Patience
from setpoint.loop.recorder import Recorder
from setpoint.loop.restraint import Restraint
from setpoint.model.drift import Drift
from setpoint.model.policy import Effect
from setpoint.model.remediation import UNFINISHED, Mode, Plan, Remediation, RemediationState
from setpoint.store.interface import LedgerWriter

UNDER_WAY: Final = UNFINISHED | {RemediationState.AWAITING_APPROVAL}
"""Not at an end: an entity has at most one of these."""

WAITING: Final = frozenset({RemediationState.PLANNED, RemediationState.AWAITING_APPROVAL})
"""Nothing was changed yet."""


class Remediator:
    def __init__(
        self, parts: Parts, recorder: Recorder, restraint: Restraint, patience: Patience, writer: LedgerWriter
    ) -> None:
        self._parts = parts
        self._recorder = recorder
        self._restraint = restraint
        self._patience = patience
        self._writer = writer
        self._tries: Counter[int] = Counter()
        """Of applying, by remediation."""

    # Carrying on

    def carry_on(self, remediation: Remediation, case: Case) -> datetime | None:
        """The next step of a remediation; None when it has come to an end, or waits for something else than time."""
        plan = remediation.plan
        if plan is None or case.actual is None:
            self.give_up(remediation, "the entity does not exist any more")
            return None
        unread = self._unread(remediation, plan, case)
        if unread:
            return self._wait_to_read(remediation, unread)
        left = case.left_of(plan)
        if not left and remediation.state is not RemediationState.VERIFYING:
            self._gone_by_itself(remediation)
            return None
        void = self._void_because(remediation, plan, left, case) if left else ""
        if void:
            self.end(remediation, RemediationState.FAILED, f"void: {void}")
            return None
        return self._step(remediation, plan, case, left)

    def _step(self, remediation: Remediation, plan: Plan, case: Case, left: Sequence[Drift]) -> datetime | None:
        """Of a plan that holds as much as when it was made."""
        match remediation.state:
            case RemediationState.PLANNED | RemediationState.APPLYING:
                return None if self._restraint.changing() else self.apply(remediation, case.rest_of(plan))
            case RemediationState.VERIFYING:
                return self._verify(remediation, left)
            case (
                RemediationState.AWAITING_APPROVAL
                | RemediationState.VERIFIED
                | RemediationState.FAILED
                | RemediationState.UNDONE
                | RemediationState.ESCALATED
            ):
                return None
            case _:
                assert_never(remediation.state)

    def _unread(self, remediation: Remediation, plan: Plan, case: Case) -> str:
        """Why the next step cannot be told, though the entity was looked at; empty where it can."""
        unread = case.unread_of(plan)
        if not unread and remediation.state in WAITING and case.actual is not None:
            # What was not read is part of what the plan was made for: it may be as it was.
            unread = [] if case.actual.digest() == plan.precondition else [*case.actual.unread.values()]
        return "; ".join(dict.fromkeys(unread))

    def _wait_to_read(self, remediation: Remediation, unread: str) -> datetime | None:
        """Nothing follows from what was not read: not that it is as declared, and not that it is not."""
        if remediation.state is RemediationState.AWAITING_APPROVAL:
            return None
        if remediation.state is RemediationState.VERIFYING and self._parts.clock.now() >= self._deadline(remediation):
            waited = f"{self._parts.settings.verify_for:g} s"
            self.give_up(remediation, f"changed, but {waited} later it could not be read again: {unread}")
            return None
        return self._patience.again(remediation.urn)

    def _deadline(self, remediation: Remediation) -> datetime:
        """Until then a change may take to show, which a leap of the clock does not make it do any sooner."""
        since = max(remediation.updated_at, self._parts.clock.leap.at)
        return since + timedelta(seconds=self._parts.settings.verify_for)

    def _gone_by_itself(self, remediation: Remediation) -> None:
        if remediation.state is RemediationState.APPLYING:
            verifying = self.advance(remediation, RemediationState.VERIFYING, "the changes are seen to be made")
            self.end(verifying, RemediationState.VERIFIED, "read again: as declared")
        else:
            self.end(remediation, RemediationState.VERIFIED, "the drift was gone before anything was changed")

    def _void_because(self, remediation: Remediation, plan: Plan, left: Sequence[Drift], case: Case) -> str:
        """Why a plan is not to be carried on, though what it was to end is still there; empty while it is."""
        if remediation.state is RemediationState.VERIFYING:
            return "" if self._parts.settings.mode is not Mode.ENFORCE else self._aims_elsewhere(plan, left, case)
        if self._parts.settings.mode is not Mode.ENFORCE:
            return f"in mode {self._parts.settings.mode} nothing is changed"
        if remediation.state in WAITING and case.actual is not None and case.actual.digest() != plan.precondition:
            return "the state changed after it was planned"
        return self._aims_elsewhere(plan, left, case)

    def _aims_elsewhere(self, plan: Plan, left: Sequence[Drift], case: Case) -> str:
        decided = [*case.drifts(Effect.REMEDIATE), *case.drifts(Effect.REQUIRE_APPROVAL)]
        again = case.plan(self._parts.reverter, [drift for drift in left if drift in decided])
        aims = {change.path: change.after for change in again.changes} if isinstance(again, Plan) else {}
        still_aims = [change for change in plan.changes if change.path in aims]
        if not still_aims or any(aims[change.path] != change.after for change in still_aims):
            return "what is declared, or what policy says of it, changed after it was planned"
        return ""

    def apply(self, remediation: Remediation, plan: Plan) -> datetime | None:
        """Make what is to be made of its plan; when to look at what came of it."""
        if remediation.state is not RemediationState.APPLYING:
            changed = ", ".join(change.path for change in plan.changes)
            remediation = self.advance(remediation, RemediationState.APPLYING, f"setting {changed} back")
        self._tries[remediation.id] += 1
        try:
            self._parts.reverter.apply(plan)
        except TemporaryError as error:
            if self._tries[remediation.id] <= self._parts.settings.attempts:
                return self._patience.again(remediation.urn, at_least=error.delay)
            self.give_up(remediation, f"gave up after {self._parts.settings.attempts} tries: {error}")
            return None
        except ActionError as error:
            self.give_up(remediation, str(error))
            return None
        self.advance(remediation, RemediationState.VERIFYING, "changed; reading again")
        return self._parts.clock.now()

    def _verify(self, remediation: Remediation, left: Sequence[Drift]) -> datetime | None:
        """Providers are eventually consistent: read again until the drift is gone or the deadline has passed."""
        if not left:
            self.end(remediation, RemediationState.VERIFIED, "read again: as declared")
            return None
        deadline = self._deadline(remediation)
        if self._parts.clock.now() < deadline:
            return self._patience.again(remediation.urn) or deadline
        paths = ", ".join(drift.path for drift in left)
        waited = f"{self._parts.settings.verify_for:g} s"
        self.give_up(remediation, f"{paths} still not as declared {waited} after the change")
        return None

    # Ending

    def give_up(self, remediation: Remediation, reason: str) -> None:
        """Failed, where something was tried; then a person has it."""
        with self._recorder.step():
            if remediation.state in (RemediationState.APPLYING, RemediationState.VERIFYING):
                remediation = self.advance(remediation, RemediationState.FAILED, reason)
                signal = self._parts.assessor.failed_remediation(remediation, self._parts.clock.now())
                self._writer.add_signals([signal] if signal else [])
            remediation = self.advance(remediation, RemediationState.ESCALATED, reason)
            self._recorder.tell_end(remediation)

    def end(self, remediation: Remediation, state: RemediationState, reason: str) -> None:
        with self._recorder.step():
            self._recorder.tell_end(self.advance(remediation, state, reason))

    def advance(self, remediation: Remediation, state: RemediationState, reason: str) -> Remediation:
        return self._writer.advance(remediation, state, reason, self._parts.clock.now())
