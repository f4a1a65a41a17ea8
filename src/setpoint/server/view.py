"""What one caller sees and does: the only way from a route to the ledger.

A caller that is bound to a service sees that one only. It holds here, for every answer, so that no route can forget
it; what cannot be narrowed to one service is refused to such callers by the route itself (`api.routes`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from setpoint.errors import ConflictError, NotFoundError
from setpoint.loop import instructions
from setpoint.loop.admission import Noted, Recorded, WhatIf
from setpoint.loop.agents import derivation, heard_since, summary, switch_agents
from setpoint.loop.explain import explain
from setpoint.loop.known_services import expect_known
from setpoint.loop.risk import ServiceRisk, risk_of
from setpoint.loop.standing import Standing, standing
from setpoint.loop.taking import ScanNoted
from setpoint.loop.together import all_waivers, message_counts
from setpoint.model.access import AccessScope, Principal
from setpoint.model.admitting import NOTHING, Bringing, Grant
from setpoint.model.canonical import Json
from setpoint.model.code import TakenScan
from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison, Explanation, Folded
from setpoint.model.finding import FindingRecord, FindingSource
from setpoint.model.inside import Agent, AgentSwitch, Derivation, InsideSummary
from setpoint.model.order import Order, OrderKind
from setpoint.model.policy import Severity, Stage
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.scan import Scan
from setpoint.model.service import Release, Service, Signal
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.server.parts import ServerParts
from setpoint.store.interface import (
    AuditCheck,
    AuditRow,
    BeatRow,
    Delivery,
    DeliveryState,
    InsideReader,
    LedgerReader,
    LedgerWriter,
    ResourceRow,
)
from setpoint.wire.agent import SwitchRequest


@dataclass(frozen=True, slots=True)
class View:
    principal: Principal
    scope: AccessScope
    """What the route asks for, which the caller has."""
    parts: ServerParts

    def own(self, service: str | None) -> str | None:
        """The service that an answer is narrowed to; `ForbiddenError` for one that is not the caller's."""
        if service is None:
            return self.principal.service
        self.parts.authenticator.authorise(self.principal, self.scope, service=service)
        return service

    def narrowed(self, service: str | None) -> str | None:
        """As `own`; `NotFoundError` for one of which nothing is known, which would look as clean as can be."""
        own = self.own(service)
        if own is not None:
            with self._naming_no_others():
                expect_known(own, self.parts.described.services, self.parts.ledger)
        return own

    def services(self) -> list[Service]:
        """Those that the configuration describes or the ledger knows, by name."""
        known = {each.name: each for each in self.parts.ledger.services()} | dict(self.parts.described.services)
        return [each for name, each in sorted(known.items()) if self.principal.may_touch(name)]

    def service(self, name: str) -> Service:
        self.own(name)
        found = next((each for each in self.services() if each.name == name), None)
        if found is None:
            raise NotFoundError(f"there is no service {name!r}", remedy="list them with GET /v1/services")
        return found

    def risk(self, name: str) -> ServiceRisk:
        self.own(name)
        described, ledger = self.parts.described, self.parts.ledger
        now = instructions.time_of(ledger)
        with self._naming_no_others():
            return risk_of(
                described.service(name), described.services, ledger, self.parts.assessor, described.loop, now
            )

    def releases(
        self, name: str, before: tuple[datetime, str] | None, limit: int
    ) -> Sequence[tuple[Release, datetime]]:
        self.own(name)
        return self.parts.pages.releases(name, before=before, limit=limit)

    def signals(self, name: str, after: int, limit: int) -> Sequence[tuple[int, Signal]]:
        self.own(name)
        return self.parts.pages.signals(name, after=after, limit=limit)

    def resources(self, *, service: str | None, differs: bool | None, after: str, limit: int) -> Sequence[ResourceRow]:
        return self.parts.pages.resources(
            self._loop_scope, service=self.narrowed(service), differs=differs, after=after, limit=limit
        )

    def comparisons(self, *, service: str | None, everything: bool, after: str, limit: int) -> Sequence[Comparison]:
        return self.parts.pages.comparisons(
            self._loop_scope, service=self.narrowed(service), everything=everything, after=after, limit=limit
        )

    def folded(self, service: str | None) -> Folded:
        """Of everything, or of one service."""
        return Folded.of(
            self.parts.ledger.comparisons(self._loop_scope, service=self.narrowed(service), everything=True)
        )

    def explain(self, urn: Urn, path: str) -> Sequence[Explanation]:
        parts, may_see = self.parts, self.principal.may_touch
        return explain(parts.ledger, self._loop_scope, parts.explainer, urn, path, may_see=may_see)

    def findings(
        self,
        *,
        service: str | None,
        urn: str | None,
        rule: str | None,
        severity: Severity | None,
        source: FindingSource | None,
        include_closed: bool,
        include_accepted: bool = False,
        after: tuple[str, str, str],
        limit: int,
    ) -> Sequence[FindingRecord]:
        return self.parts.pages.findings(
            self._loop_scope,
            service=self.narrowed(service),
            urn=urn,
            rule=rule,
            severity=severity,
            source=source,
            include_closed=include_closed,
            include_accepted=include_accepted,
            after=after,
            limit=limit,
        )

    def decisions(
        self, *, service: str | None, subject: str | None, stage: Stage | None, before: int, limit: int
    ) -> Sequence[tuple[int, datetime, Decision]]:
        return self.parts.pages.decisions(
            service=self.narrowed(service), subject=subject, stage=stage, before=before, limit=limit
        )

    def remediations(
        self, *, service: str | None, urn: str | None, state: RemediationState | None, after: int, limit: int
    ) -> Sequence[Remediation]:
        return self.parts.pages.remediations(
            self._loop_scope, service=self.narrowed(service), urn=urn, state=state, after=after, limit=limit
        )

    def remediation(self, number: int) -> Remediation:
        """Another service's is answered like one that does not exist: nobody learns which numbers do."""
        found = self.parts.pages.remediation(self._loop_scope, number)
        if found is None or not self.principal.may_touch(found.service):
            raise instructions.no_such_remediation(number)
        return found

    def beats(self, before: int, limit: int) -> Sequence[BeatRow]:
        """Of everything: how many of what, and which areas were read, is nobody's secret."""
        return [self._beat(each) for each in self.parts.pages.beats(self._loop_scope, before=before, limit=limit)]

    def standing(self) -> Standing:
        """Raises `CouldNotTellError` where nothing was ever looked at."""
        ledger = self.parts.ledger
        now = standing(ledger, self.parts.described.loop, instructions.time_of(ledger))
        paused = "for a while" if now.paused and self.principal.service is not None else now.paused
        return replace(now, beat=self._beat(now.beat), paused=paused)

    def decide(self, release: Release, stage: Stage, recorded: Recorded, bringing: Bringing = NOTHING) -> Decision:
        """An emergency is for those who may operate."""
        self.own(release.service)
        if bringing.break_glass is not None:
            operate = AccessScope.OPERATE
            self.parts.authenticator.authorise(self.principal, operate, service=release.service)
        with self._naming_no_others():
            return self.parts.gatekeeper(self.principal.name).decide(release, stage, recorded, bringing=bringing)

    def suppose(
        self, release: Release, stage: Stage, what_if: WhatIf, bringing: Bringing = NOTHING
    ) -> tuple[Decision, Decision]:
        self.own(release.service)
        with self._naming_no_others():
            return self.parts.gatekeeper(self.principal.name).suppose(release, stage, what_if, bringing=bringing)

    def approve(self, release: Release, reason: str, noted: Noted) -> Grant:
        self.own(release.service)
        with self._naming_no_others():
            return self.parts.gatekeeper(self.principal.name).approve(release, reason, noted)

    def take_scan(self, service: str, version: str, scan: Scan, noted: ScanNoted) -> TakenScan:
        self.own(service)
        with self._naming_no_others():
            return self.parts.gatekeeper(self.principal.name).take_scan(service, version, scan, noted)

    def remediation_steps(self, remediation: Remediation) -> Sequence[tuple[datetime, RemediationState, str]]:
        return self.parts.pages.remediation_steps(remediation.id)

    def order_about(self, remediation: Remediation, kind: OrderKind, reason: str, writer: LedgerWriter) -> Order:
        self._expect_still_own(remediation)
        return instructions.order_about(remediation, kind, self.principal.name, reason, self.parts.ledger, writer)

    # What agents report, and what is wanted of them

    def agents(
        self, *, service: str | None, include_gone: bool, after: tuple[str, str, str], limit: int
    ) -> Sequence[Agent]:
        ledger = self.parts.ledger
        since = heard_since(instructions.time_of(ledger), include_gone=include_gone)
        return ledger.inside().agents(service=self.narrowed(service), since=since, after=after, limit=limit)

    def derivation(self) -> Derivation:
        return derivation(self.parts.ledger, self.parts.status)

    def inside(self, name: str) -> InsideReader:
        """For questions about this service alone."""
        self.narrowed(name)
        return self.parts.ledger.inside()

    def runtime(self, name: str) -> InsideSummary:
        return summary(self.inside(name), name, instructions.time_of(self.parts.ledger))

    def switch_for(self, service: str, instance: str) -> AgentSwitch | None:
        self.own(service)
        return self.parts.ledger.inside().switch_for(service, instance)

    def switch_agents(self, wanted: SwitchRequest, writer: LedgerWriter) -> AgentSwitch:
        self.narrowed(wanted.service)
        return switch_agents(
            wanted.service,
            wanted.instance or "",
            wanted.agent,
            wanted.reason,
            self.principal.name,
            self.parts.ledger,
            writer,
        )

    # What is about all services; the routes let no caller here that is bound to one

    def switch(
        self, give: Callable[[str, str, LedgerReader, LedgerWriter], Order], reason: str, writer: LedgerWriter
    ) -> Order:
        """Pause or resume."""
        return give(self.principal.name, reason, self.parts.ledger, writer)

    def pause_in_force(self) -> Order | None:
        return self.parts.ledger.pause_in_force()

    def open_orders(self) -> Sequence[Order]:
        return self.parts.ledger.open_orders()

    def waivers(self) -> list[Waiver]:
        return all_waivers(self.parts.described.waivers, self.parts.ledger)

    def audit(self, *, action: str | None, subject: str | None, after: int, limit: int) -> Sequence[AuditRow]:
        return self.parts.pages.audit(action=action, subject=subject, after=after, limit=limit)

    def check_audit(self) -> AuditCheck:
        return self.parts.ledger.check_audit()

    def deliveries(self, *, state: DeliveryState | None, before: int, limit: int) -> Sequence[Delivery]:
        return self.parts.pages.deliveries(self._loop_scope, state=state, before=before, limit=limit)

    def delivery_counts(self) -> Mapping[str, Mapping[DeliveryState, int]]:
        return message_counts(self.parts.described.channels, self._loop_scope, self.parts.ledger)

    def note(self, action: str, subject: str, details: Mapping[str, Json]) -> None:
        """In the audit log, in the caller's name."""
        ledger = self.parts.ledger
        ledger.visitor().note(self.principal.name, action, subject, details, instructions.time_of(ledger))

    def _beat(self, beat: BeatRow) -> BeatRow:
        """Why reverts were held back may name other services, and people."""
        return beat if self.principal.service is None else replace(beat, held={})

    # What is about the caller alone

    def expires_at(self) -> datetime | None:
        """When the caller's token does; None where it never does, or its identity provider alone knows."""
        stored = self.parts.tokens.find(self.principal.token) if self.principal.token is not None else None
        return stored.token.expires_at if stored is not None else None

    def _expect_still_own(self, remediation: Remediation) -> None:
        """What was planned for one service would change what is another's by now."""
        owner = self.parts.pages.owner(self._loop_scope, remediation.urn)
        if owner is not None and not self.principal.may_touch(owner):
            raise ConflictError(
                f"what remediation {remediation.id} is about does not belong to {remediation.service} any more",
                remedy="ask whoever it belongs to now",
            )

    @contextmanager
    def _naming_no_others(self) -> Iterator[None]:
        """What would do may be the name of another service, which is not for the eyes of a bound caller."""
        try:
            yield
        except NotFoundError as error:
            if self.principal.service is None:
                raise
            raise NotFoundError(error.what, where=error.where) from error

    @property
    def _loop_scope(self) -> str:
        return self.parts.described.loop.scope
