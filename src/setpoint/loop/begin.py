"""A remediation begins: what policy lets Setpoint revert is planned, what it may not is handed to a person.

Called by `loop.reconcile`, for an entity with nothing under way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from setpoint.loop.case import Case
from setpoint.loop.inquire import Inquirer
from setpoint.loop.parts import Parts
from setpoint.loop.recorder import Recorder
from setpoint.loop.restraint import Restraint
from setpoint.model.drift import Drift
from setpoint.model.finding import FindingRecord
from setpoint.model.policy import Effect
from setpoint.model.remediation import Change, Mode, NotRevertable, Plan, Remediation, RemediationState
from setpoint.model.wording import counted
from setpoint.store.interface import LedgerWriter

ENDED_BY_PEOPLE: Final = frozenset({RemediationState.ESCALATED})
REVERTED: Final = frozenset({RemediationState.VERIFIED, RemediationState.UNDONE})


@dataclass(frozen=True, slots=True)
class Fight:
    """Somebody sets again and again what Setpoint sets back."""

    paths: tuple[str, ...]
    since: datetime
    """When the first was found of those that were set back."""


@dataclass(frozen=True, slots=True)
class Futile:
    """Why a revert is not made that could be."""

    reason: str
    fight: Fight | None = None
    """None where it is known who wants it so."""


class Beginner:
    def __init__(
        self, parts: Parts, recorder: Recorder, restraint: Restraint, inquirer: Inquirer, writer: LedgerWriter
    ) -> None:
        self._parts = parts
        self._recorder = recorder
        self._restraint = restraint
        self._inquirer = inquirer
        self._writer = writer

    def begin(self, case: Case) -> Remediation | None:
        """Hand over what policy leaves to people, and plan what it lets Setpoint revert, at once or once approved.

        The remediation that is to be applied at once, if there is one.
        """
        self._escalate(case, case.drifts(Effect.ESCALATE), "policy leaves this to a person")
        if self._parts.settings.mode is not Mode.ENFORCE:
            return None
        if self._planned(case, case.drifts(Effect.REQUIRE_APPROVAL), RemediationState.AWAITING_APPROVAL):
            return None
        return self._planned(case, case.drifts(Effect.REMEDIATE), RemediationState.PLANNED)

    def was_held_back(self, case: Case) -> bool:
        """Whether something is to be reverted, and was not begun only because it may not be now."""
        if self._parts.settings.mode is not Mode.ENFORCE:
            return False
        wanted = [*case.drifts(Effect.REMEDIATE), *case.drifts(Effect.REQUIRE_APPROVAL)]
        return bool(wanted) and not self._is_with_a_person(case, wanted)

    # Planning

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
            self._escalate(case, drifts, futile.reason, futile.fight)
            return None
        # What waits for an approval changes nothing yet: it is held back when it is to be applied.
        if state is RemediationState.PLANNED and self._restraint.beginning(case.service):
            return None
        return self._write_plan(case, drifts, plan, state)

    def _futile(self, case: Case, plan: Plan) -> Futile | None:
        """Why reverting would be a fight: a person undid it, or somebody sets it again and again."""
        since = self._parts.clock.now() - timedelta(seconds=self._parts.settings.guard_window)
        before = self._parts.ledger.remediations(
            scope=self._parts.settings.scope, states=REVERTED, urn=case.conclusion.urn
        )
        same = [each for each in before if each.plan is not None and _share(each.plan.changes, plan.changes)]
        if same and same[-1].state is RemediationState.UNDONE:
            return Futile(
                f"remediation {same[-1].id} set this back and was undone ({same[-1].reason}): not reverted again"
            )
        recent = [each for each in same if each.updated_at >= since]
        if len(recent) + 1 >= self._parts.settings.guard_times:
            set_back = [change for each in recent if each.plan is not None for change in each.plan.changes]
            paths = tuple(change.path for change in plan.changes if _share(set_back, [change]))
            minutes = self._parts.settings.guard_window / 60
            times = counted(len(recent), "time")
            reason = f"{', '.join(paths)} was set back {times} within {minutes:g} minutes and is set again"
            return Futile(reason, Fight(paths, recent[0].detected_at))
        return None

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

    # Handing over

    def _escalate(self, case: Case, drifts: Sequence[Drift], reason: str, fight: Fight | None = None) -> None:
        """Hand differences to a person, once for as long as they are the same ones."""
        records = self._records(case, drifts)
        if not records or self._is_with_a_person(case, drifts):
            return
        inquiry = self._inquirer.begin(case.conclusion.urn, fight.paths, fight.since) if fight else None
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
                inquiry,
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
    aims = [(change.path, change.after) for change in one]
    return any((change.path, change.after) in aims for change in other)
