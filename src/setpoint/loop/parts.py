"""What the loop is made of: the stages by their interfaces, put together by `wiring`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from setpoint.act.interface import Courier, Notifier, Reverter
from setpoint.compare.interface import Comparator, ConfinementCheck
from setpoint.decide.interface import Assessor, InsideJudge, Judge
from setpoint.intent.interface import IntentReader
from setpoint.loop.clock import Clock
from setpoint.loop.code import CodeParts
from setpoint.loop.flaws import ComponentParts
from setpoint.loop.hints import Hints
from setpoint.loop.identity_parts import IdentityParts
from setpoint.loop.settings import LoopSettings
from setpoint.model.exceptions import Baseline
from setpoint.model.service import Service
from setpoint.model.waiver import Waiver
from setpoint.observe.interface import ChangeRecord, ChangeTracer, InstanceObserver, Observer
from setpoint.store.interface import Ledger, ThresholdKeeper
from setpoint.telemetry import SILENT, Telemetry


@dataclass(frozen=True, slots=True)
class Parts:
    intent: IntentReader
    observer: Observer
    comparator: Comparator
    judge: Judge
    assessor: Assessor
    reverter: Reverter
    notifier: Notifier
    ledger: Ledger
    clock: Clock
    settings: LoopSettings
    stands_by: bool = False
    """Whether it waits while another has the lease, to go on where that one ends: others may share the ledger."""
    stopping: Callable[[], bool] = lambda: False
    """Whether the program was asked to stop: asked between two steps, never within one."""
    accepted: Callable[[], tuple[Sequence[Waiver], Baseline]] = lambda: ((), Baseline())
    """The waivers of the configuration, and the baseline: what was accepted in git."""
    services: Mapping[str, Service] = field(default_factory=dict)
    """Those that the configuration describes."""
    keeper: ThresholdKeeper | None = None
    """Where their thresholds are left for a gate that cannot reach the ledger."""
    courier: Courier | None = None
    """Brings alerts to people who are elsewhere."""
    changes: ChangeRecord | None = None
    """Knows who changed what."""
    tracer: ChangeTracer | None = None
    """Knows who made a difference, where an audit trail is read."""
    inside: InsideJudge | None = None
    """Says what it means that agents saw a service so from inside."""
    components: ComponentParts | None = None
    """Says what advisories mean for the components that services run."""
    code: CodeParts | None = None
    """Says what it means that scanners tell of weaknesses in the source of services."""
    identity: IdentityParts | None = None
    """Says what principals were meant to be allowed, and what they are."""
    instances: InstanceObserver | None = None
    """Reads what runs, where a provider says so."""
    hints: Hints = field(default_factory=Hints)
    """What somebody says to look at again before everything is."""
    confinement: ConfinementCheck | None = None
    """Says whether a quarantine lets nothing through."""
    telemetry: Telemetry = SILENT
    """Who is told how long each step takes."""
