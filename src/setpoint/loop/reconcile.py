"""One entity, looked at again and moved one step towards what was declared. Safe to repeat; a crash loses nothing.

Whatever is done is written down before it is done: a restarted worker finds the state that a remediation was in, looks
at the entity afresh, and goes on from what it sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never

from setpoint.act.interface import ActionError
from setpoint.errors import TemporaryError
from setpoint.loop.conclude import Concluder, pending
from setpoint.loop.intended import IntendedState
from setpoint.loop.parts import Parts
from setpoint.loop.recorder import Recorder
from setpoint.model.conclusion import Conclusion
from setpoint.model.drift import Drift, DriftKind
from setpoint.model.finding import FindingRecord
from setpoint.model.paths import split
from setpoint.model.policy import Effect
from setpoint.model.remediation import (
    UNFINISHED,
    Mode,
    NotRevertable,
    Plan,
    Remediation,
    RemediationState,
)
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.urn import Urn
from setpoint.store.interface import LedgerWriter


class Reconciler:
    def __init__(
        self, parts: Parts, intended: IntendedState, concluder: Concluder, recorder: Recorder, writer: LedgerWriter
    ) -> None:
        self._parts = parts
        self._intended = intended
        self._concluder = concluder
        self._recorder = recorder
        self._writer = writer
        self._looks: dict[Urn, int] = {}
        """How often in a row an entity had to be looked at again."""

    def reconcile(self, urn: Urn) -> datetime | None:
        """When to look again; None when nothing is left to do here."""
        # 1. Look: the state decides, never the event that led here.
        seen = self._parts.observer.look(urn)
        if isinstance(seen, Unread):
            return self._again(urn)
        actual = None if isinstance(seen, Absent) else seen
        under_way = self._under_way(urn)
        if actual is None and urn not in self._intended and not self._intended.doubt(urn):
            self._let_go(urn, under_way)
            return None

        # 2. Conclude, and write it down: under no key while it still has to be acted on.
        conclusion = self._concluder.conclude(urn, actual)
        self._recorder.record([pending(conclusion, self._parts.settings.mode)])

        # 3. Go on with what is under way, or begin.
        if under_way:
            due = self._carry_on(under_way[-1], conclusion, actual)
            if due is not None or self._under_way(urn):
                return due
        due = self._begin(conclusion, actual)

        # 4. From here on the remediation remembers what is to be done, and the conclusion may rest.
        self._recorder.record([conclusion])
        if due is None:
            self._looks.pop(urn, None)
        return due

    def _under_way(self, urn: Urn) -> Sequence[Remediation]:
        return self._parts.ledger.remediations(scope=self._parts.settings.scope, states=UNFINISHED, urn=urn)

    def _let_go(self, urn: Urn, under_way: Sequence[Remediation]) -> None:
        """What neither side knows any more has nothing that could be compared, or put right."""
        for remediation in under_way:
            self._advance(remediation, RemediationState.FAILED, "void: it is neither declared nor there any more")
        self._recorder.forget([urn])
        self._looks.pop(urn, None)

    def _begin(self, conclusion: Conclusion, actual: Resource | None) -> datetime | None:
        """Escalate what policy leaves to people; plan and apply what it lets Setpoint revert."""
        self._escalate(conclusion, self._drifts(conclusion, Effect.ESCALATE), "policy leaves this to a person")
        to_revert = self._drifts(conclusion, Effect.REMEDIATE)
        if not to_revert or self._parts.settings.mode is not Mode.ENFORCE:
            return None
        if self._is_escalated(conclusion, to_revert):
            return None
        plan = self._planned(conclusion.urn, actual, to_revert)
        if isinstance(plan, NotRevertable):
            self._escalate(conclusion, to_revert, f"not revertable: {plan.reason}")
            return None
        return self._apply(self._plan(conclusion, to_revert, plan))

    def _planned(self, urn: Urn, actual: Resource | None, drifts: Sequence[Drift]) -> Plan | NotRevertable:
        intended = self._intended.get(urn)
        if intended is None:
            return NotRevertable(urn, "it was never declared, so there is nothing to set it back to")
        if actual is None:
            return NotRevertable(urn, "it does not exist; the tool that declared it has to create it again")
        return self._parts.reverter.plan(intended, actual, drifts)

    def _carry_on(self, remediation: Remediation, conclusion: Conclusion, actual: Resource | None) -> datetime | None:
        """The next step of a remediation; None when it has come to an end."""
        plan = remediation.plan
        if plan is None or actual is None:
            self._give_up(remediation, "the entity does not exist any more")
            return None
        left = _touched(conclusion.comparison.drifts, plan)
        void = self._void_because(remediation, plan, left, conclusion, actual) if left else ""
        if void:
            self._advance(remediation, RemediationState.FAILED, f"void: {void}")
            return None
        match remediation.state:
            case RemediationState.PLANNED:
                return self._take_up(remediation, left, still_as_planned=actual.digest() == plan.precondition)
            case RemediationState.APPLYING:
                return self._apply(remediation) if left else self._verify(remediation, left)
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

    def _void_because(
        self, remediation: Remediation, plan: Plan, left: Sequence[Drift], conclusion: Conclusion, actual: Resource
    ) -> str:
        """Why a plan is not to be carried on, though what it was to end is still there; empty while it is."""
        is_made = remediation.state is RemediationState.VERIFYING
        if self._parts.settings.mode is not Mode.ENFORCE:
            return "" if is_made else f"in mode {self._parts.settings.mode} nothing is changed"
        decided = self._drifts(conclusion, Effect.REMEDIATE)
        again = self._planned(remediation.urn, actual, [drift for drift in left if drift in decided])
        aims = {change.path: change.after for change in again.changes} if isinstance(again, Plan) else {}
        still_aims = [change for change in plan.changes if change.path in aims]
        if not still_aims or any(aims[change.path] != change.after for change in still_aims):
            return "what is declared, or what policy says of it, changed after it was planned"
        return ""

    def _take_up(self, remediation: Remediation, left: Sequence[Drift], *, still_as_planned: bool) -> datetime | None:
        """A plan that a stopped worker left behind."""
        if not left:
            self._end(remediation, RemediationState.VERIFIED, "the drift was gone before anything was changed")
        elif still_as_planned:
            return self._apply(remediation)
        else:
            self._advance(remediation, RemediationState.FAILED, "void: the state changed after it was planned")
        return None

    def _verify(self, remediation: Remediation, left: Sequence[Drift]) -> datetime | None:
        """Providers are eventually consistent: read again until the drift is gone or the deadline has passed."""
        if remediation.state is RemediationState.APPLYING:
            remediation = self._advance(remediation, RemediationState.VERIFYING, "the changes are seen to be made")
        if not left:
            self._end(remediation, RemediationState.VERIFIED, "read again: as declared")
            return None
        deadline = remediation.updated_at + timedelta(seconds=self._parts.settings.verify_for)
        if self._parts.clock.now() < deadline:
            return self._again(remediation.urn) or deadline
        paths = ", ".join(drift.path for drift in left)
        waited = f"{self._parts.settings.verify_for:g} s"
        self._give_up(remediation, f"{paths} still not as declared {waited} after the change")
        return None

    def _apply(self, remediation: Remediation) -> datetime | None:
        plan = remediation.plan
        if plan is None:
            return None
        if remediation.state is not RemediationState.APPLYING:
            changed = ", ".join(change.path for change in plan.changes)
            remediation = self._advance(remediation, RemediationState.APPLYING, f"setting {changed} back")
        try:
            self._parts.reverter.apply(plan)
        except TemporaryError as error:
            if self._looks.get(remediation.urn, 0) < self._parts.settings.attempts:
                return self._again(remediation.urn, at_least=error.delay)
            self._give_up(remediation, f"gave up after {self._parts.settings.attempts} tries: {error}")
            return None
        except ActionError as error:
            self._give_up(remediation, str(error))
            return None
        self._advance(remediation, RemediationState.VERIFYING, "changed; reading again")
        return self._parts.clock.now()

    def _plan(self, conclusion: Conclusion, drifts: Sequence[Drift], plan: Plan) -> Remediation:
        records = self._open_findings(conclusion, drifts)
        return self._writer.plan(
            conclusion.urn,
            conclusion.service,
            plan,
            RemediationState.PLANNED,
            f"{len(plan.changes)} of its properties to set back",
            [each.finding.id for each in records],
            min((each.opened_at for each in records), default=self._parts.clock.now()),
            self._parts.clock.now(),
        )

    def _escalate(self, conclusion: Conclusion, drifts: Sequence[Drift], reason: str) -> None:
        """Hand differences to a person, once for as long as they are the same ones."""
        records = self._open_findings(conclusion, drifts)
        if not records or self._is_escalated(conclusion, drifts):
            return
        remediation = self._writer.plan(
            conclusion.urn,
            conclusion.service,
            None,
            RemediationState.ESCALATED,
            reason,
            sorted(each.finding.id for each in records),
            min(each.opened_at for each in records),
            self._parts.clock.now(),
        )
        self._recorder.tell_end(remediation)

    def _is_escalated(self, conclusion: Conclusion, drifts: Sequence[Drift]) -> bool:
        """Whether a person already has all of these differences, since they were last found."""
        records = self._open_findings(conclusion, drifts)
        escalated = self._parts.ledger.remediations(
            scope=self._parts.settings.scope, states=frozenset({RemediationState.ESCALATED}), urn=conclusion.urn
        )
        handed_over = {(finding, each.updated_at) for each in escalated for finding in each.findings}
        return all(
            any(finding == each.finding.id and at >= each.opened_at for finding, at in handed_over) for each in records
        )

    def _give_up(self, remediation: Remediation, reason: str) -> None:
        with self._writer.transaction():
            if remediation.state is not RemediationState.PLANNED:
                remediation = self._advance(remediation, RemediationState.FAILED, reason)
                signal = self._parts.assessor.failed_remediation(remediation, self._parts.clock.now())
                self._writer.add_signals([signal] if signal else [])
            remediation = self._advance(remediation, RemediationState.ESCALATED, reason)
        self._recorder.tell_end(remediation)

    def _end(self, remediation: Remediation, state: RemediationState, reason: str) -> None:
        self._recorder.tell_end(self._advance(remediation, state, reason))

    def _advance(self, remediation: Remediation, state: RemediationState, reason: str) -> Remediation:
        return self._writer.advance(remediation, state, reason, self._parts.clock.now())

    def _again(self, urn: Urn, *, at_least: float = 0.0) -> datetime | None:
        """A time to look again, twice as far off each time; None when the next beat will do."""
        looks = self._looks.get(urn, 0)
        delay = max(at_least, self._parts.settings.retry_after * 2**looks)
        self._looks[urn] = looks + 1
        if delay > self._parts.settings.verify_for:
            del self._looks[urn]
            return None
        return self._parts.clock.now() + timedelta(seconds=delay)

    def _open_findings(self, conclusion: Conclusion, drifts: Sequence[Drift]) -> list[FindingRecord]:
        """What the ledger remembers of these differences."""
        paths = {(f"drift/{drift.kind}", drift.path) for drift in drifts}
        ids = {each.id for each in conclusion.findings if (each.rule, each.path) in paths}
        known = self._parts.ledger.findings(scope=self._parts.settings.scope, urn=conclusion.urn)
        return [each for each in known if each.finding.id in ids]

    @staticmethod
    def _drifts(conclusion: Conclusion, effect: Effect) -> list[Drift]:
        paths = {each.path for each in conclusion.decisions if each.effect is effect}
        return [drift for drift in conclusion.comparison.drifts if drift.path in paths]


def _touched(drifts: Sequence[Drift], plan: Plan) -> list[Drift]:
    """The differences that the plan was to end: what nobody declared, no plan takes away."""
    changed = {split(change.path)[0] for change in plan.changes}
    declared = [drift for drift in drifts if drift.kind is not DriftKind.UNDECLARED]
    return [drift for drift in declared if not drift.path or split(drift.path)[0] in changed]
