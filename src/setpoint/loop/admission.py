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
from setpoint.loop.coverage import unseen
from setpoint.loop.flaws import ComponentParts, MadeOf, made_of
from setpoint.loop.intended import IntendedState, read_afresh
from setpoint.loop.ownership import Ownership
from setpoint.loop.settings import LoopSettings
from setpoint.loop.shown import AT_ONCE, circumstances, recalled
from setpoint.model.circumstances import Circumstances
from setpoint.model.decision import Decision
from setpoint.model.history import GateCase
from setpoint.model.policy import Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Exposure, Release, Service, Tier, check_release
from setpoint.model.waiver import Waiver
from setpoint.store.interface import Ledger, LedgerReader, ThresholdKeeper

NOTHING_DECLARED: Final = "nothing is declared: what is judged is what it is made of, and what production showed of it"

Recorded = Callable[[Decision], None]
"""What else belongs to the record of a decision."""


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
    remarks: tuple[str, ...] = ()


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
    clock: Callable[[datetime | None], Clock] = Clock
    """Makes one that starts no earlier than a time."""

    def decide(self, release: Release, stage: Stage, recorded: Recorded = lambda _decision: None) -> Decision:
        """The decision with every factor, recorded; while the ledger is out of reach, by what was last known.

        `recorded` is called within the transaction that records it, and takes all back where it raises.
        """
        # 1. What does the service declare?
        case = self._case(release, stage)
        try:
            with self.open_ledger() as ledger:
                # 2. What did production show of it?
                now = self._now(ledger)
                judged = self._shown(case, ledger, now)

                # 3. Decide, and write it down.
                decision = self._decide(judged)
                self._record(ledger, judged, decision, now, recorded)
        except (LedgerError, TemporaryError) as error:
            # 4. Without the ledger, decide by what was last known, and say so.
            decision = self._decide(self._facing(case, self._last_known(release.service, error)))
        return decision

    def suppose(self, release: Release, stage: Stage, what_if: WhatIf) -> tuple[Decision, Decision]:
        """What is decided, and what would be; neither is recorded."""
        case = self._case(release, stage)
        supposed = replace(case, service=what_if.applied_to(case.service))
        with self.open_reader() as ledger:
            now = self._now(ledger)
            is_so = self._shown(case, ledger, now)
            would_be = self._shown(supposed, ledger, now, later=what_if.later)
        return self._decide(is_so), self._decide(would_be, what_if)

    def _case(self, release: Release, stage: Stage) -> _Case:
        check_release(release)
        intended = self.read_intent(self.intent, self.settings.owner_tag)
        unknowns = tuple(
            f"what is declared of {doubt.area} was read {doubt.extent}: {'; '.join(doubt.reasons)}"
            for doubt in intended.coverage.doubts()
        )
        service = self.services.get(release.service) or Service(release.service, environment=self.environment)
        remarks = () if len(intended) or intended.coverage.areas else (NOTHING_DECLARED,)
        return _Case(release, stage, service, self._declared_by(release.service, intended), unknowns, remarks)

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

    def _shown(self, case: _Case, ledger: LedgerReader, now: datetime, *, later: timedelta = AT_ONCE) -> GateCase:
        """With what production showed of it, and with what the release is made of."""
        shown = circumstances(case.service, ledger, self.assessor, self.settings, now, later=later)
        beats = ledger.beats(scope=self.settings.scope, limit=1)
        remarks = [each for beat in beats for each in unseen(case.resources, beat.coverage)]
        bill = made_of(ledger.inventory(), self.components, case.release) if self.components else MadeOf()
        shown = replace(shown, components=bill.flaws, remarks=(*shown.remarks, *case.remarks, *remarks, *bill.remarks))
        return self._facing(replace(case, resources=(*case.resources, *bill.bill)), shown)

    def _facing(self, case: _Case, shown: Circumstances) -> GateCase:
        """All that the gate is given."""
        known = replace(shown, unknowns=(*case.unknowns, *shown.unknowns), waivers=(*self.waivers, *shown.waivers))
        return GateCase(case.release, case.stage, case.service, case.resources, known, self.settings.scope)

    def _decide(self, case: GateCase, what_if: WhatIf | None = None) -> Decision:
        return self.gate.decide(
            case.release,
            case.stage,
            case.service,
            case.resources,
            case.circumstances,
            without=what_if.without if what_if else (),
        )

    def _record(self, ledger: Ledger, case: GateCase, decision: Decision, now: datetime, recorded: Recorded) -> None:
        writer = ledger.visitor()
        with writer.transaction():
            writer.put_release(case.release, now)
            writer.put_decision(decision, now, self.actor, case=case)
            recorded(decision)

    def _last_known(self, service: str, error: Error) -> Circumstances:
        because = f"the ledger cannot be reached ({error.diagnostics()})"
        now = self.clock(None).now()
        try:
            known = self.keeper.recall(self.settings.scope, now)
        except CouldNotTellError as doubt:
            return Circumstances(now, threshold=None, unknowns=(because, doubt.diagnostics()))
        return recalled(known, service, self.settings, now, because=because)

    def _now(self, ledger: LedgerReader) -> datetime:
        return self.clock(ledger.latest_time()).now()
