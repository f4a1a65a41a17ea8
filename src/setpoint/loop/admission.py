"""Admission: may this release of a service go on? As numbered steps; called by `setpoint gate`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from setpoint.decide.interface import Assessor, Gate
from setpoint.errors import InputError
from setpoint.intent.interface import IntentReader
from setpoint.loop.clock import Clock
from setpoint.loop.intended import IntendedState
from setpoint.loop.ownership import Ownership
from setpoint.loop.settings import LoopSettings
from setpoint.model.decision import Decision
from setpoint.model.policy import Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Release, Service
from setpoint.model.snapshot import doubts
from setpoint.store.interface import Ledger


@dataclass(frozen=True, slots=True)
class Admission:
    intent: IntentReader
    gate: Gate
    assessor: Assessor
    ledger: Ledger
    clock: Clock
    settings: LoopSettings
    services: dict[str, Service]
    """Those that the configuration describes."""
    half_life: float
    """Seconds; signals older than 64 of them weigh nothing that a float can hold beside 1."""

    def decide(self, release: Release, stage: Stage) -> Decision:
        """The decision, recorded with every factor."""
        # 1. What does the service declare?
        intended = IntendedState(self.intent, self.settings.owner_tag)
        intended.refresh()
        resources = self._declared_by(release.service, intended)
        service = self.services.get(release.service) or Service(release.service)

        # 2. What did production show of it?
        now = self.clock.now()
        signals = self.ledger.signals(release.service, since=now - timedelta(seconds=64 * self.half_life))
        threshold = self.assessor.threshold(service, signals, now)

        # 3. What can not be told?
        unknowns = self._unknowns(intended)

        # 4. Decide, and write it down.
        found = self.ledger.findings(scope=self.settings.scope, service=release.service)
        known = {each.finding.id: each.first_seen for each in found}
        decision = self.gate.decide(
            release, stage, service, resources, threshold, unknowns=unknowns, first_seen=known, now=now
        )
        writer = self.ledger.visitor()
        with writer.transaction():
            writer.put_release(release, now)
            writer.put_decision(decision, now)
        return decision

    def _declared_by(self, name: str, intended: IntendedState) -> list[Resource]:
        ownership = Ownership(intended, self.settings.owner_tag)
        owners = {urn: ownership.owner(urn) for urn in intended}
        known = {*self.services, *filter(None, owners.values())}
        if name not in known:
            raise InputError(
                f"there is no service {name!r}",
                remedy=f"known are: {', '.join(sorted(known))}"
                if known
                else "name one under services: in setpoint.yaml",
            )
        resources = (intended.get(urn) for urn, owner in owners.items() if owner == name)
        return [resource for resource in resources if resource is not None]

    def _unknowns(self, intended: IntendedState) -> list[str]:
        """Why nobody can be sure of what production shows, a clause each."""
        unknowns = [
            f"what is declared of {doubt.area} was read {doubt.extent}: {'; '.join(doubt.reasons)}"
            for doubt in intended.coverage.doubts()
        ]
        last = next(iter(self.ledger.beats(scope=self.settings.scope, limit=1)), None)
        if last is None:
            return [*unknowns, "production was never looked at: no heartbeat is recorded"]
        age = (self.clock.now() - last.ended_at).total_seconds()
        if age > self.settings.stale_after:
            unknowns.append(f"the last heartbeat was {age / 3600:.1f} h ago")
        unread = doubts(last.coverage)
        if unread:
            types = sorted({each.area.type for each in unread})
            reasons = sorted({reason for each in unread for reason in each.reasons})
            unknowns.append(f"the last heartbeat did not read all of {', '.join(types)}: {'; '.join(reasons)}")
        return unknowns
