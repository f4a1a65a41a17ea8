"""Writes conclusions with everything that follows from them in one transaction, then tells people what is new.

What people elsewhere are to be told is written in that same transaction, for `loop.deliver` to send.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from setpoint.act.interface import Alert
from setpoint.loop.flood import Flood
from setpoint.loop.parts import Parts
from setpoint.loop.tracing import Tracing
from setpoint.model.attribution import Attribution
from setpoint.model.conclusion import Conclusion
from setpoint.model.decision import Decision, Verdict
from setpoint.model.exceptions import BASELINE
from setpoint.model.finding import Finding, FindingChanges, FindingSource
from setpoint.model.policy import Effect, Severity
from setpoint.model.quarantine import QUARANTINE
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.urn import Urn
from setpoint.store.interface import LedgerWriter, Parcel

UNDONE: Final = frozenset({RemediationState.UNDONE})
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
        self._tracing = Tracing(parts)
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
        brought_back = self._brought_back(services)
        with self.step():
            changes = self._writer.record(conclusions, now)
            for urn, change in changes.items():
                recurring = [each for each in change.reopened if each.id not in brought_back]
                signals = self._parts.assessor.signals(services[urn], change.opened, recurring, now)
                self._writer.add_signals(signals)
            matched = {waiver for each in conclusions for made in each.decisions for waiver in made.waivers}
            self._writer.note_waiver_matches(sorted(matched - {BASELINE}), now)
            for change in changes.values():
                self.tell_findings(change, made)
        for change in changes.values():
            self.count(change)

    def _brought_back(self, urns: Container[Urn]) -> frozenset[str]:
        """Findings that were put right until a person took that back: when they open again, production showed nothing.

        Whatever is seen to be right after that, and comes back then, does so by itself.
        """
        ledger, scope = self._parts.ledger, self._parts.settings.scope
        return frozenset(
            record.finding.id
            for undone in ledger.remediations(scope=scope, states=UNDONE)
            if undone.urn in urns
            for record in ledger.findings(scope=scope, urn=undone.urn, include_closed=True)
            if record.finding.id in undone.findings and record.last_changed <= undone.updated_at
        )

    def count(self, change: FindingChanges) -> None:
        self.tally.opened += len(change.opened) + len(change.reopened) + len(change.resumed)
        self.tally.closed += len(change.closed) + len(change.accepted)

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
        is_quarantine = remediation.urn.type == QUARANTINE
        severity = Severity.INFO if verified and not is_quarantine else Severity.MEDIUM
        done = "quarantined: nothing is allowed to it any more" if is_quarantine else "reverted"
        title = f"{done}, and verified by reading again" if verified else remediation.reason
        helps = command_line("remediations", remediation.service)
        self.tell(self._about(remediation, severity, "remediation", title, helps))

    def tell_person(self, remediation: Remediation, title: str) -> None:
        """Alert whoever has to go on with it."""
        helps = command_line("remediations", remediation.service)
        self.tell(self._about(remediation, Severity.HIGH, "escalated", title, helps))

    def tell_waiting(self, remediation: Remediation) -> None:
        """Ask people for an approval."""
        helps = f"setpoint approve {remediation.id} --reason WHY"
        self.tell(self._about(remediation, Severity.HIGH, "approval", remediation.reason, helps))

    def _about(self, remediation: Remediation, severity: Severity, kind: str, title: str, helps: str) -> Alert:
        known = {"inquiry": remediation.inquiry.document()} if remediation.inquiry else {}
        return Alert(
            at=self._parts.clock.now(),
            severity=severity,
            kind=kind,
            subject=remediation.urn,
            service=remediation.service,
            title=title,
            details={"remediation": remediation.id, "findings": list(remediation.findings), **known},
            helps=helps,
        )

    def tell_held(self, reason: str, times: int) -> None:
        """Say that reverts are held back, and why."""
        self.tell(
            Alert(
                at=self._parts.clock.now(),
                severity=Severity.MEDIUM,
                kind="held back",
                subject=None,
                service="",
                title=f"{times} {'revert is' if times == 1 else 'reverts are'} held back: {reason}",
                helps="setpoint remediations",
            )
        )

    def tell(self, alert: Alert) -> None:
        """With the step under way, or in one of its own."""
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

    def tell_findings(self, change: FindingChanges, made: Mapping[tuple[Urn, str], Decision]) -> None:
        """What is new, in the step under way; `made` is what was decided of each entity and path."""
        for finding, remark in _new(change):
            decision = made.get((finding.urn, finding.path))
            if _is_told(decision):
                self.tell(self._alert(finding, decision, remark))

    def tell_worst(
        self,
        change: FindingChanges,
        made: Callable[[Finding], Decision | None],
        more: Callable[[int], str],
        flood: Flood | None = None,
    ) -> None:
        """What is new of one service, in the step under way: each of a few; of many, the worst, and how many `more`.

        With a `flood`, what was told of it lately counts.
        """
        told = [(finding, remark) for finding, remark in _new(change) if _is_told(made(finding))]
        told.sort(key=lambda each: (-each[0].severity.rank, each[0].path, each[0].rule))
        if not told:
            return
        worst, _ = told[0]
        first, rest = (flood or Flood()).admit(worst.service, [finding for finding, _ in told])
        for finding, remark in told[:first]:
            self.tell(self._alert(finding, made(finding), remark))
        if rest:
            worst, _ = told[first]
            self.tell_more(worst, rest, more)

    def tell_more(self, worst: Finding, count: int, more: Callable[[int], str]) -> None:
        """That there are so many new findings of a service; the worst of them stands for all."""
        self.tell(
            Alert(
                at=self._parts.clock.now(),
                severity=worst.severity,
                kind=str(worst.source),
                subject=worst.urn,
                service=worst.service,
                title=more(count),
                details={"more": count},
                helps=command_line("findings", worst.service),
            )
        )

    def _made_by(self, finding: Finding) -> Attribution | None:
        """Who made it so, where that is known already; else `loop.attribution` tells it once it is."""
        if self._parts.tracer is None or not _is_asked_about(finding):
            return None
        now = self._parts.clock.now()
        answer = self._tracing.answer(finding, now, now)
        return answer if isinstance(answer, Attribution) else None

    def _alert(self, finding: Finding, decision: Decision | None, remark: str) -> Alert:
        effect = decision.effect if decision else Effect.ALERT
        own = () if finding.source is FindingSource.DRIFT else (finding.rule,)
        reasons = (reason.policy for reason in decision.reasons) if decision else ()
        made_by = self._made_by(finding)
        return Alert(
            at=self._parts.clock.now(),
            severity=finding.severity,
            kind=str(finding.source),
            subject=finding.urn,
            service=finding.service,
            title=finding.title + remark + (f": {made_by.clause()}" if made_by else ""),
            details={
                "finding": finding.id,
                "rule": finding.rule,
                "path": finding.path,
                "effect": str(effect),
                **({"attribution": made_by.document()} if made_by else {}),
            },
            helps=command_line("findings", finding.service),
            policies=tuple(dict.fromkeys((*own, *finding.policies, *reasons))),
        )


def _is_asked_about(finding: Finding) -> bool:
    """What is inside of an application, no trail of its provider tells."""
    return finding.source in (FindingSource.DRIFT, FindingSource.GUARDRAIL, FindingSource.IDENTITY)


def _new(change: FindingChanges) -> Iterator[tuple[Finding, str]]:
    """Each with what is said beside its title."""
    for found, remark in (
        (change.opened, ""),
        (change.reopened, " (again)"),
        (change.resumed, " (no longer accepted)"),
    ):
        for finding in found:
            yield finding, remark


def _is_told(decision: Decision | None) -> bool:
    """False where an override says so, and of what is listed only."""
    return decision is None or decision.effect is not Effect.NONE


def command_line(name: str, service: str, *, option: str = "--service") -> str:
    """To be pasted into a shell; a service is named by a tag, which anyone who may tag a resource writes."""
    return shlex.join(["setpoint", name, *([*filter(None, (option, service))] if service else [])])
