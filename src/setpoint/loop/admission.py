"""Admission: may this release of a service go on? As numbered steps; called by `setpoint gate`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from setpoint.decide.interface import Assessor, Gate
from setpoint.errors import CouldNotTellError, Error, LedgerError, NotFoundError, TemporaryError
from setpoint.intent.interface import IntentReader
from setpoint.loop.clock import Clock
from setpoint.loop.code import CodeParts, Evidence, ShownCode, code_alone, missing_scans, shown_code
from setpoint.loop.coverage import unseen
from setpoint.loop.entry import EntryParts
from setpoint.loop.flaws import ComponentParts, MadeOf, made_of
from setpoint.loop.intended import IntendedState, read_afresh
from setpoint.loop.known_services import expect_known
from setpoint.loop.ownership import Ownership
from setpoint.loop.settings import LoopSettings
from setpoint.loop.shown import AT_ONCE, circumstances, recalled
from setpoint.loop.taking import ScanKeeper, ScanNoted, ScanTaker
from setpoint.model.admitting import NOTHING, Bringing, Grant
from setpoint.model.circumstances import Circumstances
from setpoint.model.code import TakenScan
from setpoint.model.decision import Decision
from setpoint.model.history import GateCase
from setpoint.model.policy import Stage
from setpoint.model.resource import Resource
from setpoint.model.scan import Scan, ScanKind
from setpoint.model.service import Exposure, Release, Service, Tier, check_release
from setpoint.model.waiver import Waiver
from setpoint.store.interface import Ledger, LedgerReader, LedgerWriter, ThresholdKeeper

NOTHING_DECLARED: Final = "nothing is declared: what is judged is what it is made of, and what production showed of it"

Recorded = Callable[[Decision], None]
"""What else belongs to the record of a decision."""

Noted = Callable[[Grant], None]
"""What else belongs to the record of an approval."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is supposed to be other than it is."""

    without: tuple[str, ...] = ()
    """Findings (by id) and policies that are left out."""
    later: timedelta = timedelta(0)
    """Quiet time that is supposed to have passed."""
    exposure: Exposure | None = None
    tier: Tier | None = None
    environment: str = ""

    def applied_to(self, service: Service) -> Service:
        return replace(
            service,
            exposure=self.exposure or service.exposure,
            tier=self.tier or service.tier,
            environment=self.environment or service.environment,
        )


@dataclass(frozen=True, slots=True)
class _Case:
    """A release with what its service declares."""

    release: Release
    stage: Stage
    service: Service
    resources: tuple[Resource, ...]
    unknowns: tuple[str, ...]
    """What of it could not be read, a clause each."""
    bringing: Bringing
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Judged:
    """All that the gate is given, and what else is to be recorded with its decision."""

    case: GateCase
    bringing: Bringing
    grants: tuple[Grant, ...] = ()
    """New ones."""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    intent: IntentReader
    gate: Gate
    assessor: Assessor
    open_ledger: Callable[[], AbstractContextManager[Ledger]]
    """Raises `LedgerError` or `TemporaryError` where it is out of reach."""
    open_reader: Callable[[], AbstractContextManager[LedgerReader]]
    keeper: ThresholdKeeper
    """What to go by then."""
    settings: LoopSettings
    services: Mapping[str, Service]
    """Those that the configuration describes."""
    actor: str
    """Who asks."""
    waivers: Sequence[Waiver] = ()
    components: ComponentParts | None = None
    """Says what advisories mean for what a release is made of."""
    """Those of the configuration; the ledger's are added while it can be reached."""
    environment: str = ""
    """Of a service that the configuration does not describe."""
    read_intent: Callable[[IntentReader, str], IntendedState] = read_afresh
    """What is declared now, with the owners that a tag names."""
    code: CodeParts | None = None
    """Says what it means that scanners tell of weaknesses in the source."""
    entry: EntryParts | None = None
    """Says what releases need beside, and lets them in without."""
    clock: Callable[[datetime | None], Clock] = Clock
    """Makes one that starts no earlier than a time."""

    def decide(
        self,
        release: Release,
        stage: Stage,
        recorded: Recorded = lambda _decision: None,
        *,
        bringing: Bringing = NOTHING,
    ) -> Decision:
        """The decision with every factor, recorded; while the ledger is out of reach, by what was last known.

        `recorded` is called within the transaction that records it, and takes all back where it raises.
        """
        # 1. What does the service declare, and what does the release bring?
        case = self._case(release, stage, bringing)
        try:
            with self.open_ledger() as ledger:
                # 2. What did production show of it?
                now = self._now(ledger)
                judged = self._shown(case, ledger, now)

                # 3. Decide; whatever that is, an emergency lets it in.
                decision = self._decide(judged.case)
                if self.entry is not None:
                    decision = self.entry.let_in(ledger, release, decision, bringing, self.actor, now)

                # 4. Write it down.
                self._record(ledger, judged, decision, now, recorded)
        except (LedgerError, TemporaryError) as error:
            if bringing.break_glass is not None:
                raise not_recorded(error) from error
            # 5. Without the ledger, decide by what was last known, and say so.
            because = f"the ledger cannot be reached ({error.diagnostics()})"
            decision = self._decide(self._last_known(case, because))
        return decision

    def suppose(
        self, release: Release, stage: Stage, what_if: WhatIf, *, bringing: Bringing = NOTHING
    ) -> tuple[Decision, Decision]:
        """What is decided, and what would be; neither is recorded."""
        case = self._case(release, stage, bringing)
        supposed = replace(case, service=what_if.applied_to(case.service))
        with self.open_reader() as ledger:
            now = self._now(ledger)
            is_so = self._shown(case, ledger, now)
            would_be = self._shown(supposed, ledger, now, later=what_if.later)
        return self._decide(is_so.case), self._decide(would_be.case, what_if)

    def decide_away(self, release: Release, stage: Stage, error: Error, *, bringing: Bringing = NOTHING) -> Decision:
        """By what was last known, because the control plane, which knows more, cannot be asked."""
        because = f"the control plane cannot be asked ({error.diagnostics()})"
        return self._decide(self._last_known(self._case(release, stage, bringing), because))

    def approve(self, release: Release, reason: str, noted: Noted = lambda _grant: None) -> Grant:
        """Somebody answers for a release of a tightened service; recorded, and good for a while."""
        check_release(release)
        if self.entry is None:
            raise CouldNotTellError("nothing here takes approvals")
        with self.open_ledger() as ledger:
            expect_known(release.service, self.services, ledger)
            grant = self.entry.approval(release, self.actor, reason, self._now(ledger))
            writer = ledger.visitor()
            with writer.transaction():
                writer.code().add_grant(grant)
                noted(grant)
        return grant

    def take_scan(self, service: str, version: str, scan: Scan, noted: ScanNoted = lambda _taken: None) -> TakenScan:
        """A scan that comes without a question: of the newest release, where no version is named."""
        if self.code is None:
            raise CouldNotTellError("nothing here takes scans")
        taker = ScanTaker(ScanKeeper(self.code, self.settings.scope, self.actor), self.services, self.waivers)
        with self.open_ledger() as ledger:
            return taker.take(ledger, service, version, scan, noted)

    def _case(self, release: Release, stage: Stage, bringing: Bringing) -> _Case:
        check_release(release)
        if self.entry is not None:
            self.entry.check(bringing)
        intended = self.read_intent(self.intent, self.settings.owner_tag)
        unknowns = tuple(
            f"what is declared of {doubt.area} was read {doubt.extent}: {'; '.join(doubt.reasons)}"
            for doubt in intended.coverage.doubts()
        )
        service = self.services.get(release.service) or Service(release.service, environment=self.environment)
        remarks = () if len(intended) or intended.coverage.areas else (NOTHING_DECLARED,)
        return _Case(release, stage, service, self._declared_by(release.service, intended), unknowns, bringing, remarks)

    def _declared_by(self, name: str, intended: IntendedState) -> tuple[Resource, ...]:
        ownership = Ownership(intended, self.settings.owner_tag)
        owners = {urn: ownership.owner(urn) for urn in intended}
        known = {*self.services, *filter(None, owners.values())}
        if name not in known:
            raise NotFoundError(
                f"there is no service {name!r}",
                remedy=f"known are: {', '.join(sorted(known))}; describe others under services: in setpoint.yaml"
                if known
                else "name one under services: in setpoint.yaml",
            )
        resources = (intended.get(urn) for urn, owner in owners.items() if owner == name)
        return tuple(resource for resource in resources if resource is not None)

    def _shown(self, case: _Case, ledger: LedgerReader, now: datetime, *, later: timedelta = AT_ONCE) -> _Judged:
        """With what production showed of it, and with what the release is made of."""
        shown = circumstances(case.service, ledger, self.assessor, self.settings, now, later=later)
        beats = ledger.beats(scope=self.settings.scope, limit=1)
        remarks = [each for beat in beats for each in unseen(case.resources, beat.coverage)]
        bill = made_of(ledger.inventory(), self.components, case.release) if self.components else MadeOf()
        evidence, code = None, ShownCode()
        if self.code is not None:
            evidence = Evidence(ledger, case.service.name, shown.seen)
            code = shown_code(ledger, self.code, case.release, case.bringing.scan, evidence)
        new: tuple[Grant, ...] = ()
        grants: Sequence[Grant] | None = None
        if self.entry is not None:
            new = self.entry.new_grants(case.release, case.stage, case.bringing, self.actor, now)
            grants = (*new, *ledger.code().grants(case.release, now))
        shown = replace(shown, components=bill.flaws, remarks=(*shown.remarks, *case.remarks, *remarks, *bill.remarks))
        case = replace(case, resources=(*case.resources, *bill.bill))
        return _Judged(self._facing(case, shown, code, grants), case.bringing, new, evidence)

    def _facing(self, case: _Case, shown: Circumstances, code: ShownCode, grants: Sequence[Grant] | None) -> GateCase:
        """All that the gate is given."""
        missing: Sequence[str] = ()
        if self.entry is not None:
            missing = tuple(missing_scans(self.entry.settings.kinds_for(case.service), code.scan))
            shown = self.entry.asked(case.release, case.stage, shown, code.scan, grants)
        known = replace(
            shown,
            unknowns=(*case.unknowns, *shown.unknowns, *code.unknowns, *missing),
            remarks=(*shown.remarks, *code.remarks),
            waivers=(*self.waivers, *shown.waivers),
        )
        resources = (*case.resources, *code.resources)
        return GateCase(case.release, case.stage, case.service, resources, known, self.settings.scope)

    def _decide(self, case: GateCase, what_if: WhatIf | None = None) -> Decision:
        return self.gate.decide(
            case.release,
            case.stage,
            case.service,
            case.resources,
            case.circumstances,
            without=what_if.without if what_if else (),
        )

    def _record(self, ledger: Ledger, judged: _Judged, decision: Decision, now: datetime, recorded: Recorded) -> None:
        writer, release = ledger.visitor(), judged.case.release
        alert = None
        with writer.transaction():
            writer.put_release(release, now)
            if judged.bringing.scan is not None:
                self._record_scan(writer, judged, judged.bringing.scan, now)
            writer.put_decision(decision, now, self.actor, case=judged.case)
            if self.entry is not None:
                alert = self.entry.record(writer, self.settings.scope, release, decision, judged.grants, now)
            recorded(decision)
        if self.entry is not None:
            self.entry.tell(alert)

    def _record_scan(self, writer: LedgerWriter, judged: _Judged, scan: Scan, now: datetime) -> None:
        if self.code is None or judged.evidence is None:
            return
        keeper = ScanKeeper(self.code, self.settings.scope, self.actor)
        keeper.keep(writer, judged.case.release, scan, judged.evidence, judged.case.circumstances.waivers, now)

    def _last_known(self, case: _Case, because: str) -> GateCase:
        now, scan = self.clock(None).now(), case.bringing.scan
        code = code_alone(self.code, scan) if self.code is not None else ShownCode()
        try:
            known = self.keeper.recall(self.settings.scope, now)
        except CouldNotTellError as doubt:
            shown = Circumstances(now, threshold=None, unknowns=(because, doubt.diagnostics()))
        else:
            has_scan = not any(missing_scans((ScanKind.SAST,), scan))
            shown = recalled(known, case.service.name, self.settings, now, because=because, has_scan=has_scan)
        return self._facing(case, shown, code, None)

    def _now(self, ledger: LedgerReader) -> datetime:
        return self.clock(ledger.latest_time()).now()


def not_recorded(error: Error) -> CouldNotTellError:
    """An emergency that nobody would hear of is none."""
    return CouldNotTellError(
        f"break-glass can neither be recorded nor told to anybody ({error.diagnostics()})",
        where="--break-glass",
        remedy="ask again once the ledger can be reached, or let people who may do without Setpoint decide",
    )
