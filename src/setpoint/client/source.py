"""Everything that commands ask, answered by a server: `cli.source` chooses it in the place of the ledger here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final
from urllib.parse import quote

from setpoint.client.connection import Connection, asked
from setpoint.client.identities import RemoteIdentities
from setpoint.client.inside import RemoteInside
from setpoint.client.inventory import RemoteInventory
from setpoint.client.tokens import RemoteTokens
from setpoint.decide.replayed import ReplayQuestion, ReplayReport
from setpoint.errors import CouldNotTellError, LedgerError
from setpoint.loop.admission import WhatIf
from setpoint.loop.risk import ServiceRisk
from setpoint.loop.standing import Standing
from setpoint.loop.taking import no_release
from setpoint.model.admitting import NOTHING, Bringing, Grant
from setpoint.model.canonical import Json
from setpoint.model.code import TakenScan
from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison, Explanation, Folded
from setpoint.model.examination import Examination, Examiner
from setpoint.model.finding import FindingRecord
from setpoint.model.health import Status
from setpoint.model.order import Order, OrderKind
from setpoint.model.policy import Policy, Stage
from setpoint.model.remediation import Remediation
from setpoint.model.scan import Scan
from setpoint.model.service import Release, Service, check_release
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.interface import AuditCheck, AuditRow, BeatRow, Delivery, DeliveryState
from setpoint.wire.audit import AuditCheckDocument, AuditRowDocument
from setpoint.wire.beat import LatestBeatDocument
from setpoint.wire.delivery import ChannelsDocument, ChannelTestDocument, DeliveryDocument
from setpoint.wire.drift import ComparisonDocument, ExplanationDocument, FoldedDocument
from setpoint.wire.examination import DoctorDocument
from setpoint.wire.finding import FindingDocument
from setpoint.wire.gate import ApprovalDocument, ApprovalRequest, GateAnswer, GateRequest
from setpoint.wire.order import OrderDocument, OrderRequest
from setpoint.wire.page import Page
from setpoint.wire.permission import PermissionsDocument
from setpoint.wire.policy import PolicyDocument, PolicyInForceDocument
from setpoint.wire.remediation import RemediationDocument
from setpoint.wire.replay import ReplayDocument, ReplayRequest
from setpoint.wire.service import ReleaseDocument, RiskDocument
from setpoint.wire.status import StatusDocument
from setpoint.wire.taken_scan import ScanRequest, TakenScanDocument
from setpoint.wire.waiver import WaiverDocument, WaiverRequest

WORK_WITHIN: Final = 330.0
"""Seconds: somewhat longer than a server lets such work go on."""

VERIFY_WITHIN: Final = 600.0
"""Seconds: the whole audit log is read, and a row takes some ten microseconds."""


class RemoteSource:
    """What is done is done in the name of whoever the token is for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def tokens(self) -> RemoteTokens:
        return RemoteTokens(self._connection)

    @property
    def inside(self) -> RemoteInside:
        return RemoteInside(self._connection)

    @property
    def inventory(self) -> RemoteInventory:
        return RemoteInventory(self._connection)

    @property
    def identities(self) -> RemoteIdentities:
        return RemoteIdentities(self._connection)

    def last_beat(self) -> BeatRow:
        return self.standing().beat

    def standing(self) -> Standing:
        return self._connection.get("/beats/latest", LatestBeatDocument).standing()

    def comparisons(self, service: str | None = None, *, everything: bool = False) -> Iterator[Comparison]:
        wanted = everything or None
        for each in self._connection.items("/drift", Page[ComparisonDocument], service=service, everything=wanted):
            yield each.model()

    def folded(self, service: str | None) -> Folded:
        return self._connection.get("/drift/folded", FoldedDocument, service=service).model()

    def explain(self, urn: Urn, path: str) -> Sequence[Explanation]:
        return self._connection.get("/drift/explanation", ExplanationDocument, urn=urn, path=path).model()

    def findings(
        self, service: str | None, *, include_closed: bool, include_accepted: bool = False
    ) -> Sequence[FindingRecord]:
        found = self._connection.items(
            "/findings",
            Page[FindingDocument],
            service=service,
            include_closed=include_closed,
            # A server of before has no accepted ones, and refuses to be asked for them.
            include_accepted=include_accepted or None,
        )
        return [each.model() for each in found]

    def remediations(self, service: str | None) -> Sequence[Remediation]:
        return [
            each.model() for each in self._connection.items("/remediations", Page[RemediationDocument], service=service)
        ]

    def risk(self, service: str) -> ServiceRisk:
        return self._connection.get(f"/services/{_segment(service)}/threshold", RiskDocument).model()

    def decide(self, release: Release, stage: Stage, bringing: Bringing = NOTHING) -> Decision:
        decision, _ = self._gate(release, stage, None, bringing)
        return decision

    def suppose(
        self, release: Release, stage: Stage, what_if: WhatIf, bringing: Bringing = NOTHING
    ) -> tuple[Decision, Decision]:
        would_be, as_it_is = self._gate(release, stage, what_if, bringing)
        if as_it_is is None:
            raise CouldNotTellError("the server did not say how it is without what is supposed")
        return as_it_is, would_be

    def approve(self, release: Release, reason: str) -> Grant:
        check_release(release)
        wanted = asked(lambda: ApprovalRequest.of(release, reason))
        return self._connection.post("/gate/approvals", wanted, ApprovalDocument).model()

    def take_scan(self, service: str, version: str, scan: Scan) -> TakenScan:
        wanted = asked(lambda: ScanRequest.of(service, version, scan))
        return self._connection.post("/scans", wanted, TakenScanDocument).model()

    def release(self, service: str, version: str) -> Release:
        if version:
            release = Release(service, version)
            check_release(release)
            return release
        path = f"/services/{_segment(service)}/releases"
        newest = next(iter(self._connection.items(path, Page[ReleaseDocument], most=1)), None)
        if newest is None:
            raise no_release(service)
        return Release(newest.service, newest.version)

    def policy(self, identity: str, service: str | None) -> tuple[Policy, Service | None]:
        if service is None:
            return self._connection.get("/policy", PolicyDocument, id=identity).model(), None
        found = self._connection.get("/policy/in-force", PolicyInForceDocument, id=identity, service=service)
        return found.model()

    def permissions(self, *, enforce: bool) -> Json:
        return self._connection.get("/permissions", PermissionsDocument, enforce=enforce).model()

    def examination(self) -> tuple[Examination, Examiner | None]:
        found = self._connection.get("/doctor", DoctorDocument, within=WORK_WITHIN)
        return found.model(self._connection.where, datetime.now(UTC))

    def replay(self, question: ReplayQuestion, _progress: Callable[[ReplayReport], None]) -> ReplayReport:
        wanted = asked(lambda: ReplayRequest.of(question))
        # Nothing is changed by it, and somebody waits for a long time: it is not asked for twice.
        found = self._connection.post("/policies/replay", wanted, ReplayDocument, once=False, within=WORK_WITHIN)
        return found.model()

    def status(self) -> Status:
        return self._connection.get("/status", StatusDocument).model()

    def channels(self) -> Mapping[str, Mapping[DeliveryState, int]]:
        return dict(each.model() for each in self._connection.get("/alerts/channels", ChannelsDocument).channels)

    def deliveries(self, state: DeliveryState, *, limit: int) -> Sequence[Delivery]:
        found = self._connection.items("/alerts", Page[DeliveryDocument], most=limit, state=state)
        return [each.model() for each in islice(found, limit)]

    def audit(self, *, after: int) -> Iterator[AuditRow]:
        for each in self._connection.items("/audit", Page[AuditRowDocument], after=after):
            yield each.model()

    def check_audit(self) -> AuditCheck:
        return self._connection.get("/audit/verify", AuditCheckDocument, within=VERIFY_WITHIN).model()

    def waivers(self) -> Sequence[Waiver]:
        found = self._connection.items("/waivers", Page[WaiverDocument], include_expired=True)
        return [each.model() for each in found]

    def waive(self, make: Callable[[datetime], Waiver]) -> Waiver:
        wanted = asked(lambda: WaiverRequest.of(make(datetime.now(UTC))))
        return self._connection.post("/waivers", wanted, WaiverDocument).model()

    def end_waiver(self, identity: str) -> None:
        self._connection.delete(f"/waivers/{_segment(identity)}", WaiverDocument)

    def try_channel(self, channel: str) -> str:
        path = f"/alerts/{_segment(channel)}/test"
        return self._connection.post(path, None, ChannelTestDocument, once=False).model()

    def order_about(self, number: int, kind: OrderKind, reason: str) -> Order:
        return self._order(f"/remediations/{number}/{kind}", reason)

    def pause(self, reason: str) -> Order:
        return self._order("/orders/pause", reason)

    def resume(self, reason: str) -> Order:
        return self._order("/orders/resume", reason)

    def _order(self, path: str, reason: str) -> Order:
        wanted = asked(lambda: OrderRequest(reason=reason))
        return self._connection.post(path, wanted, OrderDocument).model()

    def _gate(
        self, release: Release, stage: Stage, what_if: WhatIf | None, bringing: Bringing
    ) -> tuple[Decision, Decision | None]:
        check_release(release)
        wanted = asked(lambda: GateRequest.of(release, stage, what_if, bringing))
        try:
            return self._connection.post("/gate", wanted, GateAnswer).model()
        except LedgerError as error:
            # Where the ledger is out of reach, a gate's answer is that it could not tell.
            raise CouldNotTellError(error.what, where=error.where, remedy=error.remedy) from error


def _segment(name: str) -> str:
    """One part of a path."""
    return quote(name, safe="")
