"""The real heartbeat with the real comparator, policies and ledger, over an estate that is served from memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.estate import ServedEstate
from setpoint.act.interface import Alert
from setpoint.compare.config.comparator import ConfigComparator
from setpoint.decide.policy.judge import PolicyJudge
from setpoint.decide.threshold import ReleaseAssessor
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.loop.clock import Clock
from setpoint.loop.heartbeat import Heartbeat
from setpoint.loop.parts import Parts
from setpoint.loop.settings import LoopSettings
from setpoint.model.drift import Drift
from setpoint.model.remediation import NotRevertable, Plan
from setpoint.model.resource import Resource
from setpoint.store.ledger.opening import open_ledger
from setpoint.wiring.policies import compile_folders, shipped_policies


class Bystander:
    """Reverts nothing and tells nobody: in mode audit nobody asks."""

    def plan(self, intended: Resource, actual: Resource, drifts: Sequence[Drift]) -> Plan | NotRevertable:  # noqa: ARG002
        return NotRevertable(intended.urn, "a benchmark changes nothing")

    def apply(self, plan: Plan) -> None:
        raise AssertionError(plan)

    def notify(self, alert: Alert) -> None:
        """Nobody listens."""


@contextmanager
def measured_heartbeat(estate: ServedEstate, folder: Path) -> Iterator[Heartbeat]:
    """A heartbeat on a new ledger in `folder`."""
    schemas = SchemaCatalogue()
    bystander, settings = Bystander(), LoopSettings()
    ledger = open_ledger(str(folder / "ledger.sqlite"))
    clock = Clock()
    parts = Parts(
        intent=estate,
        observer=estate,
        comparator=ConfigComparator(schemas.schema),
        judge=PolicyJudge(compile_folders([shipped_policies()], schemas)),
        assessor=ReleaseAssessor(),
        reverter=bystander,
        notifier=bystander,
        ledger=ledger,
        clock=clock,
        settings=settings,
    )
    try:
        lease, writer = ledger.acquire(settings.scope, clock.now(), settings.lease_for)
        heartbeat = Heartbeat(parts, lease, writer)
        yield heartbeat
        ledger.release(heartbeat.lease)
    finally:
        ledger.close()
