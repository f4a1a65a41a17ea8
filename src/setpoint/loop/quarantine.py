"""A quarantine that a person asked for, led from step to step: denied, sessions ended, keys deactivated, read again.

Called by `loop.heartbeat`, and by `loop.quarantine_alone` where no loop runs. Each step is written down before it is
done, so that whoever comes after a crash finishes it; neither mode nor freezes hold it back, only a pause does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, assert_never

from setpoint.act.interface import ActionError
from setpoint.errors import TemporaryError
from setpoint.loop.parts import Parts
from setpoint.loop.patience import Patience
from setpoint.loop.recorder import Recorder
from setpoint.loop.remediate import Remediator
from setpoint.model.quarantine import POLICY_NAMES, QUARANTINE, arn_of, made_in_part, quarantine_plan, still_to_do
from setpoint.model.remediation import UNFINISHED, Plan, Remediation, RemediationState
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.urn import Urn
from setpoint.store.interface import LedgerWriter

ACTOR: Final = "setpoint"


class Quarantiner:
    def __init__(
        self, parts: Parts, recorder: Recorder, remediator: Remediator, patience: Patience, writer: LedgerWriter
    ) -> None:
        self._parts = parts
        self._recorder = recorder
        self._remediator = remediator
        self._patience = patience
        self._writer = writer
        self._tries: Counter[int] = Counter()
        """Of applying, by remediation."""

    def requested(self) -> list[Urn]:
        """Whom people asked to quarantine, and with whom nobody has begun though it may be done now."""
        if self._parts.ledger.pause_in_force() is not None:
            return []
        planned = frozenset({RemediationState.PLANNED})
        return [each.urn for each in self._of(planned) if each.urn.type == QUARANTINE]

    def carry_on(self, urn: Urn) -> datetime | None:
        """The next steps; when to look again, None where it is at its end or waits for something else than time."""
        remediation = next((each for each in self._of(UNFINISHED, urn)), None)
        if remediation is None or remediation.plan is None:
            return None
        seen = self._parts.observer.look(urn)
        if isinstance(seen, Unread) or (isinstance(seen, Resource) and seen.unread):
            return self._wait_to_read(remediation, seen)
        if isinstance(seen, Absent):
            self._fail(remediation, "it does not exist any more")
            return None
        match remediation.state:
            case RemediationState.PLANNED | RemediationState.APPLYING:
                return self._apply(remediation, remediation.plan, seen)
            case RemediationState.VERIFYING:
                return self._verify(remediation, remediation.plan, seen)
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

    def _apply(self, remediation: Remediation, plan: Plan, seen: Resource) -> datetime | None:
        if self._parts.ledger.pause_in_force() is not None:
            return None
        if remediation.state is RemediationState.PLANNED:
            if seen.digest() != plan.precondition:
                return self._plan_anew(remediation, plan, seen)
            remediation = self._remediator.advance(remediation, RemediationState.APPLYING, remediation.reason)
        self._tries[remediation.id] += 1
        try:
            failures = self._set(remediation, plan, seen)
        except TemporaryError as error:
            if self._tries[remediation.id] <= self._parts.settings.attempts:
                return self._patience.again(remediation.urn, at_least=error.delay)
            self._fail(remediation, f"gave up after {self._parts.settings.attempts} tries: {error}")
            return None
        if failures:
            self._fail(remediation, "; ".join(failures))
            return None
        self._remediator.advance(remediation, RemediationState.VERIFYING, remediation.reason)
        return self._parts.clock.now()

    def _set(self, remediation: Remediation, plan: Plan, seen: Resource) -> list[str]:
        """Why some of it cannot be set; the rest is set all the same, since each part confines by itself."""
        failures: list[str] = []
        for change in still_to_do(plan, seen):
            details = {"remediation": remediation.id, "sets": change.path}
            self._writer.note(ACTOR, "quarantine step", remediation.urn, details, self._parts.clock.now())
            try:
                self._parts.reverter.apply(replace(plan, changes=(change,)))
            except ActionError as error:
                failures.append(str(error))
        return list(dict.fromkeys(failures))

    def _plan_anew(self, remediation: Remediation, plan: Plan, seen: Resource) -> datetime:
        """What it was to be set back to would be wrong: a key was made, or another hand was there."""
        now = self._parts.clock.now()
        again = quarantine_plan(seen, now, plan.permissions, self._made_in_part(plan.urn))
        with self._recorder.step():
            self._remediator.advance(remediation, RemediationState.FAILED, "void: it changed after it was planned")
            self._writer.plan(
                plan.urn, remediation.service, again, RemediationState.PLANNED, remediation.reason, (), now, now
            )
        return now

    def _made_in_part(self, urn: Urn) -> Plan | None:
        return made_in_part(self._parts.ledger.remediations(scope=self._parts.settings.scope, urn=urn))

    def _verify(self, remediation: Remediation, plan: Plan, seen: Resource) -> datetime | None:
        left = ", ".join(change.path for change in still_to_do(plan, seen))
        escape = "" if left else self._escape(remediation.urn, seen)
        if not left and not escape:
            self._remediator.end(remediation, RemediationState.VERIFIED, remediation.reason)
            self._patience.forget(remediation.urn)
            return None
        if self._parts.clock.now() < self._deadline(remediation):
            return self._patience.again(remediation.urn) or self._deadline(remediation)
        self._fail(remediation, f"{left} is not as it was set" if left else escape)
        return None

    def _escape(self, urn: Urn, seen: Resource) -> str:
        """By the engine: what AWS returns has to deny everything, whatever else may allow it."""
        if self._parts.confinement is None:
            return "nothing here can tell whether it holds"
        policies = [seen.properties[name] for name in POLICY_NAMES if name in seen.properties]
        return self._parts.confinement.escape(arn_of(urn), policies)

    def _wait_to_read(self, remediation: Remediation, seen: Resource | Unread) -> datetime | None:
        """Nothing follows from what was not read; the deadline is that of what was set and is to be read again."""
        if remediation.state is RemediationState.VERIFYING and self._parts.clock.now() >= self._deadline(remediation):
            why = seen.reason if isinstance(seen, Unread) else "; ".join(dict.fromkeys(seen.unread.values()))
            self._fail(remediation, f"set, but it could not be read again: {why}")
            return None
        return self._patience.again(remediation.urn)

    def _fail(self, remediation: Remediation, reason: str) -> None:
        """A person has it. What was done stays done, and a lift takes it back."""
        with self._recorder.step():
            told = reason if remediation.state is RemediationState.PLANNED else f"may be made in part: {reason}"
            remediation = self._remediator.advance(remediation, RemediationState.FAILED, told)
            self._recorder.tell_person(remediation, f"quarantine failed: {remediation.reason}")

    def _deadline(self, remediation: Remediation) -> datetime:
        return remediation.updated_at + timedelta(seconds=self._parts.settings.verify_for)

    def _of(self, states: frozenset[RemediationState], urn: Urn | None = None) -> list[Remediation]:
        ledger, scope = self._parts.ledger, self._parts.settings.scope
        return list(ledger.remediations(scope=scope, states=states, urn=urn))
