"""Writes conclusions with everything that follows from them in one transaction, then tells people what is new.

What people elsewhere are to be told is written in that same transaction, for `loop.deliver` to send.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from setpoint.act.interface import Alert
from setpoint.loop.parts import Parts
from setpoint.model.attribution import RecordedChange
from setpoint.model.conclusion import Conclusion
from setpoint.model.decision import Decision, Verdict
from setpoint.model.exceptions import BASELINE
from setpoint.model.finding import Finding, FindingChanges, FindingSource
from setpoint.model.policy import Effect, Severity
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.urn import Urn
from setpoint.store.interface import LedgerWriter, Parcel

GONE: Final = "it is neither declared nor there any more"


@dataclass(slots=True)
class Tally:
    """How many findings came and went."""

    opened: int = 0
    closed: int = 0


class Recorder:
    def __init__(self, parts: Parts, writer: LedgerWriter) -> None:
        self._parts = parts
        self._writer = writer
        self._told: list[Alert] = []
        """In the step under way."""
        self._in_step = False
        self.tally = Tally()

    @contextmanager
    def step(self) -> Iterator[None]:
        """One transaction with the alerts that tell of it: kept to be sent with it, shown here once it is kept.

        Inside another step, a part of that.
        """
        if self._in_step:
            yield
            return
        self._in_step, self._told = True, []
        try:
            with self._writer.transaction():
                yield
                self._keep_for_sending(self._told)
        finally:
            self._in_step = False
        for alert in self._told:
            self._parts.notifier.notify(alert)

    def record(self, conclusions: Sequence[Conclusion]) -> None:
        """Remember conclusions, their findings, and what these say of the services' thresholds."""
        now = self._parts.clock.now()
        services = {each.urn: each.service for each in conclusions}
        made = {
            (each.urn, decision.path): decision
            for each in conclusions
            for decision in each.decisions
            if decision.verdict is Verdict.REFUSE
        }
        with self.step():
            changes = self._writer.record(conclusions, now)
            for urn, change in changes.items():
                signals = self._parts.assessor.signals(services[urn], change.opened, change.reopened, now)
                self._writer.add_signals(signals)
            matched = {waiver for each in conclusions for made in each.decisions for waiver in made.waivers}
            self._writer.note_waiver_matches(sorted(matched - {BASELINE}), now)
            for change in changes.values():
                self._tell_findings(change, made)
        for change in changes.values():
            self.tally.opened += len(change.opened) + len(change.reopened)
            self.tally.closed += len(change.closed)

    def forget(self, urns: Sequence[Urn], reason: str) -> None:
        """What was found of these entities is closed, without anybody having seen that it was put right."""
        changes = self._writer.forget(urns, self._parts.clock.now(), reason)
        self.tally.closed += sum(len(change.closed) for change in changes.values())

    def tell_end(self, remediation: Remediation) -> None:
        """Alert people to how a remediation ended."""
        if remediation.state is RemediationState.ESCALATED:
            self.tell_person(remediation, remediation.why)
            return
        verified = remediation.state is RemediationState.VERIFIED
        severity = Severity.INFO if verified else Severity.MEDIUM
        title = "reverted, and verified by reading again" if verified else remediation.reason
        helps = _command("remediations", remediation.service)
        self._tell(self._about(remediation, severity, "remediation", title, helps))

    def tell_person(self, remediation: Remediation, title: str) -> None:
        """Alert whoever has to go on with it."""
        helps = _command("remediations", remediation.service)
        self._tell(self._about(remediation, Severity.HIGH, "escalated", title, helps))

    def tell_waiting(self, remediation: Remediation) -> None:
        """Ask people for an approval."""
        helps = f"setpoint approve {remediation.id}"
        self._tell(self._about(remediation, Severity.HIGH, "approval", remediation.reason, helps))

    def _about(self, remediation: Remediation, severity: Severity, kind: str, title: str, helps: str) -> Alert:
        answer = remediation.inquiry.answer if remediation.inquiry else None
        named = {"set_again_by": answer.principal} if isinstance(answer, RecordedChange) else {}
        return Alert(
            at=self._parts.clock.now(),
            severity=severity,
            kind=kind,
            subject=remediation.urn,
            service=remediation.service,
            title=title,
            details={"remediation": remediation.id, "findings": list(remediation.findings), **named},
            helps=helps,
        )

    def tell_held(self, reason: str, times: int) -> None:
        """Say that reverts are held back, and why."""
        self._tell(
            Alert(
                at=self._parts.clock.now(),
                severity=Severity.MEDIUM,
                kind="held back",
                subject=None,
                service="",
                title=f"{times} reverts are held back: {reason}",
                helps="setpoint remediations",
            )
        )

    def _tell(self, alert: Alert) -> None:
        with self.step():
            self._told.append(alert)

    def _keep_for_sending(self, alerts: Iterable[Alert]) -> None:
        courier = self._parts.courier
        if courier is None:
            return
        parcels = [
            Parcel(channel, f"{alert.kind}/{alert.service}", alert.document())
            for alert in alerts
            for channel in courier.channels_for(alert)
        ]
        hold = timedelta(seconds=self._parts.settings.delivery.group_for)
        self._writer.enqueue(parcels, self._parts.clock.now(), hold)

    def _tell_findings(self, change: FindingChanges, made: Mapping[tuple[Urn, str], Decision]) -> None:
        for finding in (*change.opened, *change.reopened):
            decision = made.get((finding.urn, finding.path))
            if decision is not None and decision.effect is Effect.NONE:
                continue  # an override says that nobody is to be told
            self._tell(self._alert(finding, decision, again=finding in change.reopened))

    def _alert(self, finding: Finding, decision: Decision | None, *, again: bool) -> Alert:
        effect = decision.effect if decision else Effect.ALERT
        guardrail = (finding.rule,) if finding.source is FindingSource.GUARDRAIL else ()
        reasons = (reason.policy for reason in decision.reasons) if decision else ()
        return Alert(
            at=self._parts.clock.now(),
            severity=finding.severity,
            kind="drift" if finding.source is FindingSource.DRIFT else "guardrail",
            subject=finding.urn,
            service=finding.service,
            title=f"{finding.title} (again)" if again else finding.title,
            details={"finding": finding.id, "rule": finding.rule, "path": finding.path, "effect": str(effect)},
            helps=_command("findings", finding.service),
            policies=tuple(dict.fromkeys((*guardrail, *finding.policies, *reasons))),
        )


def _command(name: str, service: str) -> str:
    """To be pasted into a shell; a service is named by a tag, which anyone who may tag a resource writes."""
    return shlex.join(["setpoint", name, *(["--service", service] if service else [])])
