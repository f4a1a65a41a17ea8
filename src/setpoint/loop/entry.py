"""How a release gets in beside being admitted: approvals, canaries, and emergencies that are told to everybody at once.

Used by `admission`, within its transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from setpoint.act.interface import Alert, Notifier
from setpoint.decide.interface import EntryJudge
from setpoint.loop.recorder import command_line
from setpoint.loop.settings import EntrySettings
from setpoint.model.admitting import (
    BreakGlass,
    Bringing,
    Brought,
    ExtraKind,
    Grant,
    check_reason,
    check_share,
)
from setpoint.model.circumstances import Circumstances
from setpoint.model.decision import Decision, Verdict
from setpoint.model.policy import Severity, Stage
from setpoint.model.scan import Scan
from setpoint.model.service import Release
from setpoint.store.interface import LedgerReader, LedgerWriter, Parcel

ENTERING: Final = frozenset({Stage.DEPLOY, Stage.ADMIT})
"""Stages after which a release is in production."""

KIND: Final = "break-glass"
"""Of the alert."""


@dataclass(frozen=True, slots=True)
class EntryParts:
    judge: EntryJudge
    settings: EntrySettings = field(default_factory=EntrySettings)
    channels: Sequence[str] = ()
    """Every one: an emergency goes to all, whatever they are for otherwise."""
    notifier: Notifier | None = None
    """Tells people on this machine."""

    def check(self, bringing: Bringing) -> None:
        """Raises `BroughtError` for what could not be looked up later, or means nothing."""
        if bringing.canary_share is not None:
            check_share(bringing.canary_share)
        if bringing.break_glass is not None:
            self.settings.check_ticket(bringing.break_glass.ticket)
            check_reason(bringing.break_glass.reason, "break-glass")

    def new_grants(
        self, release: Release, stage: Stage, bringing: Bringing, actor: str, now: datetime
    ) -> tuple[Grant, ...]:
        if bringing.canary_share is None:
            return ()
        reason = f"said at the gate, at {stage}"
        return (self._grant(release, ExtraKind.CANARY, actor, reason, now, share=bringing.canary_share),)

    def approval(self, release: Release, actor: str, reason: str, now: datetime) -> Grant:
        check_reason(reason, "an approval")
        return self._grant(release, ExtraKind.APPROVAL, actor, reason, now)

    def asked(
        self,
        release: Release,
        stage: Stage,
        shown: Circumstances,
        scan: Scan | None,
        grants: Sequence[Grant] | None,
    ) -> Circumstances:
        """With what the load asks for, and what was brought of it; `grants` is None where only the ledger knows."""
        brought = Brought(scan, grants or (), are_grants_known=grants is not None)
        load = shown.threshold.load if shown.threshold else 0.0
        extras = self.judge.required(release, stage, load, brought)
        return replace(shown, extras=extras, approval=self.judge.approval(brought))

    def let_in(
        self, ledger: LedgerReader, release: Release, decision: Decision, bringing: Bringing, actor: str, now: datetime
    ) -> Decision:
        """As it is decided; or let in, for as long as an emergency lasts."""
        if decision.verdict is Verdict.ADMIT:
            return decision
        broken = self._asked(release, bringing, actor, now) or ledger.code().break_glass(release, now)
        if broken is None:
            return decision
        return replace(decision, verdict=Verdict.ADMIT, break_glass=broken, decided=decision.verdict)

    def record(
        self,
        writer: LedgerWriter,
        scope: str,
        release: Release,
        decision: Decision,
        grants: Sequence[Grant],
        now: datetime,
    ) -> Alert | None:
        """What was brought, and what follows; the alert that is to be told here once that is written."""
        code, broken = writer.code(), decision.break_glass
        for grant in grants:
            code.add_grant(grant)
        if broken is not None and decision.decided is not None and broken.at == now:
            alert = _alert(broken, release, decision)
            code.add_break_glass(broken, scope, self.judge.broken(broken, decision.decided))
            parcels = [Parcel(each, f"{KIND}/{release.service}", alert.document()) for each in self.channels]
            writer.alert(scope, parcels, now)
            return alert
        if decision.verdict is Verdict.ADMIT and broken is None and decision.stage in ENTERING:
            code.end_break_glass(scope, release, now)
        return None

    def tell(self, alert: Alert | None) -> None:
        if alert is not None and self.notifier is not None:
            self.notifier.notify(alert)

    def _asked(self, release: Release, bringing: Bringing, actor: str, now: datetime) -> BreakGlass | None:
        wanted = bringing.break_glass
        if wanted is None:
            return None
        until = now + timedelta(seconds=self.settings.break_glass_lasts)
        return BreakGlass(release.service, release.version, wanted.ticket, wanted.reason, actor, now, until)

    def _grant(
        self, release: Release, kind: ExtraKind, actor: str, reason: str, now: datetime, *, share: float = 0.0
    ) -> Grant:
        until = now + timedelta(seconds=self.settings.grants_last)
        return Grant(release.service, release.version, kind, actor, reason, now, until, share)


def _alert(broken: BreakGlass, release: Release, decision: Decision) -> Alert:
    return Alert(
        at=broken.at,
        severity=Severity.CRITICAL,
        kind=KIND,
        subject=release.urn,
        service=release.service,
        title=f"release {release.version} is let in at {decision.stage} by {broken.clause} (decided was: "
        f"{decision.decided})",
        details={
            "ticket": broken.ticket,
            "reason": broken.reason,
            "actor": broken.actor,
            "expires_at": broken.expires_at.isoformat(),
            "decided": decision.decided,
        },
        helps=command_line("risk", release.service, option=""),
    )
