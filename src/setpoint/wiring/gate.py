"""What the gate is made of."""

from __future__ import annotations

from setpoint.decide.extras import ReleaseExtras
from setpoint.decide.gate import ReleaseGate
from setpoint.decide.guardrails import ComponentGuardrails
from setpoint.loop.admission import Admission
from setpoint.loop.entry import EntryParts
from setpoint.settings import Settings
from setpoint.wiring.alerting import notifiers
from setpoint.wiring.judging import assessor, code_parts, component_parts
from setpoint.wiring.parts import Wiring, check_intent
from setpoint.wiring.stores import open_existing_ledger, open_reader, signed_thresholds


def admission(settings: Settings, actor: str, wiring: Wiring | None = None) -> Admission:
    """What the gate is made of; `actor` is who asks. Its ledger must exist: a gate does not begin one."""
    wiring = wiring or Wiring(settings)
    gate, intent = ReleaseGate(wiring.policies, settings.overrides), wiring.intent
    check_intent(intent)
    return Admission(
        intent=intent,
        gate=gate,
        assessor=assessor(settings),
        open_ledger=lambda: open_existing_ledger(settings),
        open_reader=lambda: open_reader(settings),
        keeper=signed_thresholds(settings),
        settings=settings.loop,
        services=settings.services,
        environment=settings.environment,
        actor=actor,
        waivers=settings.waivers,
        components=component_parts(ComponentGuardrails(wiring.policies, settings.overrides, settings.service)),
        code=code_parts(),
        entry=entry_parts(settings),
    )


def entry_parts(settings: Settings) -> EntryParts:
    """What releases need beside being admitted; an emergency is told through every channel."""
    gate = settings.gate
    return EntryParts(ReleaseExtras(gate.extras), gate.entry, sorted(settings.alerts.channels), notifiers(settings))
