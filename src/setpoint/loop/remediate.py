"""A remediation, moved one step: begun, applied, verified, or given to a person. Called by `loop.reconcile`.

Whatever is done is written down before it is done, and nothing is begun or carried on that the restraints forbid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
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
from setpoint.model.finding import FindingRecord
from setpoint.model.policy import Effect
from setpoint.model.remediation import UNFINISHED, Change, Mode, NotRevertable, Plan, Remediation, RemediationState
from setpoint.store.interface import LedgerWriter

UNDER_WAY: Final = UNFINISHED | {RemediationState.AWAITING_APPROVAL}
"""Not at an end: an entity has at most one of these."""

WAITING: Final = frozenset({RemediationState.PLANNED, RemediationState.AWAITING_APPROVAL})
"""Nothing was changed yet."""

ENDED_BY_PEOPLE: Final = frozenset({RemediationState.ESCALATED})
REVERTED: Final = frozenset({RemediationState.VERIFIED, RemediationState.UNDONE})


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

    # Beginning

    def begin(self, case: Case) -> datetime | None:
        """Escalate what policy leaves to people, and plan what it lets Setpoint revert, at once or once approved."""
        self._escalate(case, case.drifts(Effect.ESCALATE), "policy leaves this to a person")
        if self._parts.settings.mode is not Mode.ENFORCE:
            return None
        for drifts, state in (
            (case.drifts(Effect.REQUIRE_APPROVAL), RemediationState.AWAITING_APPROVAL),
            (case.drifts(Effect.REMEDIATE), RemediationState.PLANNED),
        ):
            planned = self._planned(case, drifts, state)
            if planned is not None:
                return self._apply(planned, planned.plan) if state is RemediationState.PLANNED else None
        return None

    def _planned(self, case: Case, drifts: Sequence[Drift], state: RemediationState) -> Remediation | None:
        """The new remediation; None where there is nothing to do, nothing that can be done, or nothing that may be."""
        if not drifts or self._is_with_a_person(case, drifts):
            return None
        plan = case.plan(self._parts.reverter, drifts)
        if isinstance(plan, NotRevertable):
            self._escalate(case, drifts, f"not revertable: {plan.reason}")
            return None
        futile = self._futile(case, plan)
        if futile:
            self._escalate(case, drifts, futile)
            return None
        # What waits for an approval changes nothing yet: it is held back when it is to be applied.
        if state is RemediationState.PLANNED and self._restraint.beginning(case.service):
            return None
        return self._write_plan(case, drifts, plan, state)

    def was_held_back(self, case: Case) -> bool:
        """Whether something is to be reverted, and was not begun only because it may not be now."""
        if self._parts.settings.mode is not Mode.ENFORCE:
            return False
        wanted = [*case.drifts(Effect.REMEDIATE), *case.drifts(Effect.REQUIRE_APPROVAL)]
        return bool(wanted) and not self._is_with_a_person(case, wanted)

    def _futile(self, case: Case, plan: Plan) -> str:
        """Why reverting would be a fight: a person undid it, or somebody sets it again and again."""
        since = self._parts.clock.now() - timedelta(seconds=self._parts.settings.guard_window)
        before = self._parts.ledger.remediations(
            scope=self._parts.settings.scope, states=REVERTED, urn=case.conclusion.urn
        )
        same = [each for each in before if each.plan is not None and _share(each.plan.changes, plan.changes)]
        if same and same[-1].state is RemediationState.UNDONE:
            return f"remediation {same[-1].id} set this back and was undone ({same[-1].reason}): not reverted again"
        recent = [each for each in same if each.updated_at >= since]
        if len(recent) + 1 >= self._parts.settings.guard_times:
            paths = ", ".join(change.path for change in plan.changes)
            minutes = self._parts.settings.guard_window / 60
            return (
                f"{paths} was set back {len(recent)} times within {minutes:g} minutes and is set again; "
                "who does so is not known without an audit trail"
            )
        return ""

    def _write_plan(self, case: Case, drifts: Sequence[Drift], plan: Plan, state: RemediationState) -> Remediation:
        records = self._records(case, drifts)
        now = self._parts.clock.now()
        properties = ", ".join(change.path for change in plan.changes)
        waiting = state is RemediationState.AWAITING_APPROVAL
        with self._recorder.step():
            planned = self._writer.plan(
                plan.urn,
                case.service,
                plan,
                state,
                f"waits for an approval to set {properties} back" if waiting else f"to set {properties} back",
                [each.finding.id for each in records],
                min((each.opened_at for each in records), default=now),
                now,
            )
            if waiting:
                self._recorder.tell_waiting(planned)
        if not waiting:
            self._restraint.count(case.service)
        return planned

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
            self.advance(remediation, RemediationState.FAILED, f"void: {void}")
            return None
        return self._step(remediation, plan, case, left)

    def _step(self, remediation: Remediation, plan: Plan, case: Case, left: Sequence[Drift]) -> datetime | None:
        """Of a plan that holds as much as when it was made."""
        match remediation.state:
            case RemediationState.PLANNED | RemediationState.APPLYING:
                return None if self._restraint.changing() else self._apply(remediation, case.rest_of(plan))
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
        """Until then a change may take to show."""
        return remediation.updated_at + timedelta(seconds=self._parts.settings.verify_for)

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

    def _apply(self, remediation: Remediation, plan: Plan | None) -> datetime | None:
        if plan is None:
            return None
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

    # Handing over

    def _escalate(self, case: Case, drifts: Sequence[Drift], reason: str) -> None:
        """Hand differences to a person, once for as long as they are the same ones."""
        records = self._records(case, drifts)
        if not records or self._is_with_a_person(case, drifts):
            return
        with self._recorder.step():
            remediation = self._writer.plan(
                case.conclusion.urn,
                case.service,
                None,
                RemediationState.ESCALATED,
                reason,
                sorted(each.finding.id for each in records),
                min(each.opened_at for each in records),
                self._parts.clock.now(),
            )
            self._recorder.tell_end(remediation)

    def _is_with_a_person(self, case: Case, drifts: Sequence[Drift]) -> bool:
        """Whether a person already has all of these differences, since they were last found."""
        escalated = self._parts.ledger.remediations(
            scope=self._parts.settings.scope, states=ENDED_BY_PEOPLE, urn=case.conclusion.urn
        )
        handed_over = {(finding, each.updated_at) for each in escalated for finding in each.findings}
        return all(
            any(finding == each.finding.id and at >= each.opened_at for finding, at in handed_over)
            for each in self._records(case, drifts)
        )

    def _records(self, case: Case, drifts: Iterable[Drift]) -> list[FindingRecord]:
        """What the ledger remembers of these differences."""
        ids = case.findings_of(drifts)
        known = self._parts.ledger.findings(scope=self._parts.settings.scope, urn=case.conclusion.urn)
        return [each for each in known if each.finding.id in ids]


def _share(one: Iterable[Change], other: Iterable[Change]) -> bool:
    """Whether both set some property to the same value."""
    aims = {change.path: change.after for change in one}
    return any(change.path in aims and aims[change.path] == change.after for change in other)
