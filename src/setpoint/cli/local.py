"""Everything that commands ask, answered from the configuration and the ledger of this machine; see `source`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from setpoint.cli.actor import actor
from setpoint.cli.beats import last_beat
from setpoint.cli.local_identities import LocalIdentities
from setpoint.cli.local_inside import LocalInside
from setpoint.cli.local_inventory import LocalInventory
from setpoint.cli.policies import find_policy
from setpoint.decide.replayed import ReplayQuestion, ReplayReport
from setpoint.errors import CouldNotTellError, LedgerError, TemporaryError
from setpoint.loop import instructions
from setpoint.loop.admission import WhatIf
from setpoint.loop.explain import explain
from setpoint.loop.known_services import expect_known
from setpoint.loop.risk import ServiceRisk, risk_of
from setpoint.loop.standing import Standing, standing
from setpoint.loop.taking import release_meant
from setpoint.loop.together import all_waivers, message_counts
from setpoint.model.access import Token, TokenRequest
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
from setpoint.model.service import Release, Service
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.settings import Settings, load_settings
from setpoint.status import read_status
from setpoint.store.interface import AuditCheck, AuditRow, BeatRow, Delivery, DeliveryState, IssuedToken, LedgerReader
from setpoint.wiring.alerting import try_channel
from setpoint.wiring.examine import examine
from setpoint.wiring.gate import admission
from setpoint.wiring.judging import assessor, explainer, scan_taker
from setpoint.wiring.parts import Wiring
from setpoint.wiring.permissions import permissions_needed
from setpoint.wiring.replay import replay_past
from setpoint.wiring.stores import open_existing_ledger, open_first_ledger, open_reader, open_tokens


class LocalSource:
    """Reads its configuration when it is first asked something, and opens the ledger when something stands there."""

    def __init__(self, config: Path, held: ExitStack) -> None:
        """`held` closes what is opened."""
        self._config = config
        self._held = held

    @cached_property
    def _settings(self) -> Settings:
        return load_settings(self._config)

    @cached_property
    def _reader(self) -> LedgerReader:
        return self._held.enter_context(open_reader(self._settings))

    @property
    def _scope(self) -> str:
        return self._settings.loop.scope

    @property
    def tokens(self) -> LocalTokens:
        return LocalTokens(self._settings)

    @property
    def inside(self) -> LocalInside:
        return LocalInside(lambda: self._reader, lambda: open_existing_ledger(self._settings), self.status, self._known)

    @property
    def inventory(self) -> LocalInventory:
        return LocalInventory(
            lambda: self._reader,
            lambda: open_first_ledger(self._settings),
            lambda: self._settings.services,
            self._known,
            lambda: self._scope,
        )

    @property
    def identities(self) -> LocalIdentities:
        return LocalIdentities(lambda: self._reader, lambda: self._settings, self._known)

    def last_beat(self) -> BeatRow:
        return last_beat(self._reader, self._scope)

    def standing(self) -> Standing:
        return standing(self._reader, self._settings.loop, instructions.time_of(self._reader))

    def comparisons(self, service: str | None = None, *, everything: bool = False) -> Iterator[Comparison]:
        return self._reader.comparisons(self._scope, service=self._known(service), everything=everything)

    def folded(self, service: str | None) -> Folded:
        return Folded.of(self.comparisons(service, everything=True))

    def explain(self, urn: Urn, path: str) -> Sequence[Explanation]:
        return explain(self._reader, self._scope, explainer(self._settings), urn, path)

    def findings(
        self, service: str | None, *, include_closed: bool, include_accepted: bool = False
    ) -> Sequence[FindingRecord]:
        return self._reader.findings(
            scope=self._scope,
            service=self._known(service),
            include_closed=include_closed,
            include_accepted=include_accepted,
        )

    def remediations(self, service: str | None) -> Sequence[Remediation]:
        return self._reader.remediations(scope=self._scope, service=self._known(service))

    def risk(self, service: str) -> ServiceRisk:
        settings, ledger = self._settings, self._reader
        described, now = settings.service(service), instructions.time_of(ledger)
        return risk_of(described, settings.services, ledger, assessor(settings), settings.loop, now)

    def decide(self, release: Release, stage: Stage, bringing: Bringing = NOTHING) -> Decision:
        return admission(self._settings, actor()).decide(release, stage, bringing=bringing)

    def suppose(
        self, release: Release, stage: Stage, what_if: WhatIf, bringing: Bringing = NOTHING
    ) -> tuple[Decision, Decision]:
        return admission(self._settings, actor()).suppose(release, stage, what_if, bringing=bringing)

    def take_scan(self, service: str, version: str, scan: Scan) -> TakenScan:
        with open_existing_ledger(self._settings) as ledger:
            return scan_taker(self._settings, actor()).take(ledger, service, version, scan)

    def approve(self, release: Release, reason: str) -> Grant:
        return admission(self._settings, actor()).approve(release, reason)

    def release(self, service: str, version: str) -> Release:
        return release_meant(self._reader, self._settings.services, service, version)

    def policy(self, identity: str, service: str | None) -> tuple[Policy, Service | None]:
        return find_policy((), self._config, identity, service)

    def permissions(self, *, enforce: bool) -> Json:
        return permissions_needed(self._settings, enforce=enforce)

    def examination(self) -> tuple[Examination, Examiner | None]:
        return examine(self._settings), None

    def replay(self, question: ReplayQuestion, progress: Callable[[ReplayReport], None]) -> ReplayReport:
        return replay_past(self._settings, question, progress)

    def status(self) -> Status:
        now = datetime.now(UTC)
        try:
            return read_status(self._settings.ledger, now)
        except CouldNotTellError as error:
            worker = ""
            with suppress(LedgerError, TemporaryError):
                worker = self._reader.worker(self._scope, now)
            if not worker:
                raise
            raise CouldNotTellError(
                f"{error.what}; but {worker}",
                where=error.where,
                remedy="see what it prints, or stop it and run all together: setpoint up",
            ) from error

    def channels(self) -> Mapping[str, Mapping[DeliveryState, int]]:
        return message_counts(self._settings.alerts.channels, self._scope, self._reader)

    def deliveries(self, state: DeliveryState, *, limit: int) -> Sequence[Delivery]:
        return self._reader.deliveries(self._scope, state=state, limit=limit)

    def waivers(self) -> Sequence[Waiver]:
        return all_waivers(self._settings.waivers, self._reader)

    def audit(self, *, after: int) -> Iterator[AuditRow]:
        return self._reader.audit(after=after)

    def check_audit(self) -> AuditCheck:
        return self._reader.check_audit()

    def order_about(self, number: int, kind: OrderKind, reason: str) -> Order:
        with open_existing_ledger(self._settings) as ledger:
            known = ledger.remediations(scope=self._scope)
            found = next((each for each in known if each.id == number), None)
            if found is None:
                raise instructions.no_such_remediation(number)
            return instructions.order_about(found, kind, actor(), reason, ledger, ledger.visitor())

    def pause(self, reason: str) -> Order:
        with open_existing_ledger(self._settings) as ledger:
            return instructions.pause(actor(), reason, ledger, ledger.visitor())

    def resume(self, reason: str) -> Order:
        with open_existing_ledger(self._settings) as ledger:
            return instructions.resume(actor(), reason, ledger, ledger.visitor())

    def waive(self, make: Callable[[datetime], Waiver]) -> Waiver:
        with open_existing_ledger(self._settings) as ledger:
            waiver = make(instructions.time_of(ledger))
            instructions.expect_rule(waiver.policy, [each.id for each in Wiring(self._settings).policies.policies])
            return instructions.waive(replace(waiver, actor=actor()), ledger.visitor())

    def end_waiver(self, identity: str) -> None:
        with open_existing_ledger(self._settings) as ledger:
            ledger.visitor().end_waiver(identity, actor(), instructions.time_of(ledger))

    def try_channel(self, channel: str) -> str:
        return try_channel(self._settings, channel)

    def _known(self, service: str | None) -> str | None:
        if service is not None:
            expect_known(service, self._settings.services, self._reader)
        return service


class LocalTokens:
    """The first one may be issued before there is a ledger."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def issue(self, make: Callable[[datetime], TokenRequest]) -> IssuedToken:
        now = datetime.now(UTC)
        request = make(now)
        with open_tokens(self._settings, create=True) as tokens:
            return tokens.issue(request, actor(), now)

    def listed(self) -> Sequence[Token]:
        with open_tokens(self._settings, read_only=True) as tokens:
            return tokens.tokens()

    def rotate(self, name_or_id: str, overlap: timedelta) -> IssuedToken:
        with open_tokens(self._settings) as tokens:
            return tokens.rotate(name_or_id, overlap, actor(), datetime.now(UTC))

    def revoke(self, name_or_id: str) -> Sequence[Token]:
        with open_tokens(self._settings) as tokens:
            return tokens.revoke(name_or_id, actor(), datetime.now(UTC))
