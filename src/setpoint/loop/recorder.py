"""Writes conclusions with everything that follows from them in one transaction, then tells people what is new."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from setpoint.act.interface import Alert
from setpoint.loop.parts import Parts
from setpoint.model.conclusion import Conclusion
from setpoint.model.finding import Finding, FindingChanges, FindingSource
from setpoint.model.policy import Effect, Severity
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.urn import Urn
from setpoint.store.interface import LedgerWriter


@dataclass(slots=True)
class Tally:
    """How many findings came and went."""

    opened: int = 0
    closed: int = 0


class Recorder:
    def __init__(self, parts: Parts, writer: LedgerWriter) -> None:
        self._parts = parts
        self._writer = writer
        self.tally = Tally()

    def record(self, conclusions: Sequence[Conclusion]) -> None:
        """Remember conclusions, their findings, and what these say of the services' thresholds."""
        now = self._parts.clock.now()
        services = {each.urn: each.service for each in conclusions}
        with self._writer.transaction():
            changes = self._writer.record(conclusions, now)
            for urn, change in changes.items():
                signals = self._parts.assessor.signals(services[urn], change.opened, change.reopened, now)
                self._writer.add_signals(signals)
        effects = {(each.urn, made.path): made.effect for each in conclusions for made in each.decisions}
        for urn, change in changes.items():
            self._tell(urn, change, effects)

    def forget(self, urns: Sequence[Urn]) -> None:
        """Entities that are neither declared nor exist: what was found of them is closed."""
        changes = self._writer.forget(urns, self._parts.clock.now())
        self.tally.closed += sum(len(change.closed) for change in changes.values())

    def tell_end(self, remediation: Remediation) -> None:
        """Alert people to how a remediation ended."""
        verified = remediation.state is RemediationState.VERIFIED
        self._parts.notifier.notify(
            Alert(
                at=remediation.updated_at,
                severity=Severity.INFO if verified else Severity.HIGH,
                kind="remediation" if verified else "escalated",
                subject=remediation.urn,
                service=remediation.service,
                title="reverted, and verified by reading again" if verified else remediation.reason,
                details={"remediation": remediation.id, "findings": list(remediation.findings)},
                helps=_command("remediations", remediation.service),
            )
        )

    def tell_waiting(self, remediation: Remediation) -> None:
        """Ask people for an approval."""
        self._parts.notifier.notify(
            Alert(
                at=remediation.updated_at,
                severity=Severity.HIGH,
                kind="approval",
                subject=remediation.urn,
                service=remediation.service,
                title=remediation.reason,
                details={"remediation": remediation.id, "findings": list(remediation.findings)},
                helps=f"setpoint approve {remediation.id}",
            )
        )

    def tell_held(self, reason: str, times: int) -> None:
        """Say that reverts are held back, and why."""
        self._parts.notifier.notify(
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

    def _tell(self, urn: Urn, change: FindingChanges, effects: dict[tuple[Urn, str], Effect]) -> None:
        self.tally.opened += len(change.opened) + len(change.reopened)
        self.tally.closed += len(change.closed)
        for finding in (*change.opened, *change.reopened):
            effect = effects.get((urn, finding.path), Effect.ALERT)
            self._parts.notifier.notify(self._alert(finding, effect, again=finding in change.reopened))

    def _alert(self, finding: Finding, effect: Effect, *, again: bool) -> Alert:
        return Alert(
            at=self._parts.clock.now(),
            severity=finding.severity,
            kind="drift" if finding.source is FindingSource.DRIFT else "guardrail",
            subject=finding.urn,
            service=finding.service,
            title=f"{finding.title} (again)" if again else finding.title,
            details={"finding": finding.id, "rule": finding.rule, "path": finding.path, "effect": str(effect)},
            helps=_command("findings", finding.service),
        )


def _command(name: str, service: str) -> str:
    """To be pasted into a shell; a service is named by a tag, which anyone who may tag a resource writes."""
    return shlex.join(["setpoint", name, *(["--service", service] if service else [])])
