"""A small world for the loop: a provider in memory, stages of a few lines, and the real ledger in a temporary file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from setpoint.act.interface import Alert
from setpoint.decide.waiving import accept
from setpoint.loop.clock import Clock
from setpoint.loop.heartbeat import Heartbeat
from setpoint.loop.parts import Parts
from setpoint.loop.settings import LoopSettings
from setpoint.model.canonical import Json, digest
from setpoint.model.decision import Decision, Verdict
from setpoint.model.drift import Comparison, Drift, DriftKind
from setpoint.model.exceptions import Baseline, Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.remediation import Change, Mode, NotRevertable, Plan, Remediation
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.service import Service, Share, Signal, SignalKind, Threshold
from setpoint.model.snapshot import Area, AreaCoverage, Coverage, Extent, Snapshot
from setpoint.model.urn import Urn
from setpoint.observe.interface import NOTHING, Declared
from setpoint.store.ledger.opening import open_ledger

BUCKET = "AWS::S3::Bucket"
START = datetime(2026, 5, 1, 12, tzinfo=UTC)
State = dict[str, Json]


def urn_of(name: str, type_name: str = BUCKET) -> Urn:
    return Urn.aws("aws", "123456789012", "eu-west-1", type_name, name)


AREA = Area.of(urn_of("any"))


@dataclass
class World:
    """The provider, and every stage as a few lines over it."""

    declared: dict[str, State] = field(default_factory=dict)
    actual: dict[str, State] = field(default_factory=dict)
    extent: Extent = Extent.WHOLE
    reasons: tuple[str, ...] = ()
    unreadable: set[str] = field(default_factory=set)
    effects: dict[DriftKind, Effect] = field(
        default_factory=lambda: {
            DriftKind.CHANGED: Effect.REMEDIATE,
            DriftKind.MISSING: Effect.ESCALATE,
            DriftKind.UNMANAGED: Effect.ALERT,
        }
    )
    before_apply: Callable[[Plan], None] = lambda _plan: None
    lag: int = 0
    """How many looks after a write still see the old state."""
    now: datetime = START
    clock_ahead: float = 0.0
    """Seconds by which the machine's clock is."""
    policy_version: str = "1"
    policy_versions: dict[str, str] = field(default_factory=dict)
    """Of services for which the policies say something else."""
    baseline: Baseline = field(default_factory=Baseline)
    at_work: str = ""
    """What the tool that declares is doing."""
    alerts: list[Alert] = field(default_factory=list)
    written: list[Plan] = field(default_factory=list)
    scans: int = 0
    """How often everything was read."""
    looks: list[str] = field(default_factory=list)
    """What was looked at alone."""
    _old: dict[str, tuple[int, State]] = field(default_factory=dict)

    # intent
    def fingerprint(self) -> str:
        return digest(self.declared)

    def busy(self) -> str:
        return self.at_work

    def read(self) -> Snapshot:
        return Snapshot(
            {urn_of(name): self._resource(name, state) for name, state in self.declared.items()}, Coverage()
        )

    # observe
    def areas(self, _declared: Declared = NOTHING) -> list[Area]:
        return [AREA]

    def observe(
        self, _declared: Declared = NOTHING, only: Collection[Area] | None = None
    ) -> Iterator[Resource | AreaCoverage]:
        if only is not None and AREA not in only:
            return
        self.scans += 1
        for name in list(self.actual):
            if name not in self.unreadable:
                yield self._resource(name, self.actual[name])
        yield AreaCoverage(AREA, self.extent, self.reasons)

    def look(self, urn: Urn) -> Resource | Absent | Unread:
        name = urn.identifier
        self.looks.append(name)
        if name in self.unreadable:
            return Unread(urn, "s3:GetBucket denied")
        if name not in self.actual:
            return Absent(urn)
        looks, old = self._old.get(name, (0, {}))
        if looks > 0:
            self._old[name] = (looks - 1, old)
            return self._resource(name, old)
        return self._resource(name, self.actual[name])

    # compare
    def compare(self, intended: Resource | None, actual: Resource | None) -> Comparison:
        one = intended or actual
        assert one is not None
        if intended is None:
            return Comparison(one.urn, (Drift(one.urn, DriftKind.UNMANAGED, "", None, dict(one.properties)),))
        if actual is None:
            return Comparison(one.urn, (Drift(one.urn, DriftKind.MISSING, "", dict(one.properties), None),))
        return Comparison(
            one.urn,
            tuple(
                Drift(one.urn, DriftKind.CHANGED, path, value, actual.properties.get(path))
                for path, value in intended.properties.items()
                if actual.properties.get(path) != value
            ),
        )

    # decide
    def judge(
        self,
        comparison: Comparison,
        _intended: Resource | None,
        _actual: Resource | None,
        service: str,
        exceptions: Exceptions,
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
        findings = tuple(
            Finding(each.urn, service, FindingSource.DRIFT, f"drift/{each.kind}", each.path, Severity.HIGH, "drifted")
            for each in comparison.drifts
        )
        decisions = tuple(
            Decision(each.urn, service, Stage.RUNTIME, Verdict.REFUSE, self.effects[each.kind], each.path)
            for each in comparison.drifts
        )
        return accept(findings, decisions, exceptions)

    def version(self, _type_name: str, service: str = "") -> str:
        """Of both the comparator and the judge."""
        return self.policy_versions.get(service, self.policy_version)

    def signals(
        self, service: str, opened: Sequence[Finding], reopened: Sequence[Finding], at: datetime
    ) -> tuple[Signal, ...]:
        return tuple(Signal(service, SignalKind.DRIFT, 1.0, at, each.title) for each in (*opened, *reopened))

    def failed_remediation(self, remediation: Remediation, at: datetime) -> Signal | None:
        return Signal(remediation.service, SignalKind.FAILED_REMEDIATION, 2.0, at, remediation.reason)

    @property
    def memory(self) -> timedelta:
        return timedelta(days=100)

    @property
    def half_life(self) -> timedelta:
        return timedelta(days=7)

    def threshold(self, service: Service, signals: Sequence[Signal], now: datetime) -> Threshold:
        raise NotImplementedError

    def shares(self, signals: Sequence[Signal], now: datetime) -> Sequence[Share]:
        raise NotImplementedError

    def recovers_at(self, lowered: Threshold, level: float) -> datetime | None:
        raise NotImplementedError

    # act
    def plan(self, intended: Resource, actual: Resource, drifts: Sequence[Drift]) -> Plan | NotRevertable:
        if any(drift.path == "Frozen" for drift in drifts):
            return NotRevertable(intended.urn, "Frozen cannot be changed")
        changes = tuple(Change(drift.path, drift.actual, drift.intended) for drift in drifts)
        return Plan(intended.urn, changes, actual.digest(), ("s3:PutBucket",))

    def apply(self, plan: Plan) -> None:
        self.before_apply(plan)
        name = plan.urn.identifier
        self._old[name] = (self.lag, dict(self.actual[name]))
        self.written.append(plan)
        self.actual[name] |= {change.path: change.after for change in plan.changes}

    def notify(self, alert: Alert) -> None:
        self.alerts.append(alert)

    def _resource(self, name: str, state: State) -> Resource:
        return Resource(urn_of(name), dict(state), "world")

    # the loop
    def clock(self) -> Clock:
        return Clock(self.now, wall=lambda: self._seconds() + self.clock_ahead, monotonic=self._seconds)

    def _seconds(self) -> float:
        return self.now.timestamp()

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Worker:
    """One run of the program on the world: opens the ledger, takes the lease, beats."""

    def __init__(self, world: World, path: Path, settings: LoopSettings) -> None:
        self.world = world
        self.ledger = open_ledger(str(path))
        self.parts = Parts(
            intent=world,
            observer=world,
            comparator=world,
            judge=world,
            assessor=world,
            reverter=world,
            notifier=world,
            ledger=self.ledger,
            clock=world.clock(),
            settings=settings,
            accepted=lambda: ((), world.baseline),
        )
        self.lease, self.writer = self.ledger.acquire(settings.scope, world.now, settings.lease_for)
        self.heartbeat = Heartbeat(self.parts, self.lease, self.writer)

    def settle(self) -> None:
        """Let time pass until nothing is due any more."""
        while (due := self.heartbeat.work()) is not None:
            self.world.pass_time(max(0.0, (due - self.parts.clock.now()).total_seconds()))

    def stop(self, *, cleanly: bool = True) -> None:
        if cleanly:
            self.ledger.release(self.heartbeat.lease)
        self.ledger.close()


@pytest.fixture
def world() -> World:
    return World(
        declared={"one": {"Locked": True}, "two": {"Locked": True}},
        actual={"one": {"Locked": True}, "two": {"Locked": True}},
    )


@pytest.fixture
def start(world: World, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Starts a worker on the test's ledger; call it again for the next life of the program."""
    workers: list[Worker] = []

    def make(mode: Mode = Mode.ENFORCE, **settings: Any) -> Worker:
        usual = LoopSettings(mode=mode, retry_after=1.0, verify_for=30.0)
        workers.append(Worker(world, tmp_path / "ledger.sqlite", replace(usual, **settings)))
        return workers[-1]

    yield make
    for worker in workers:
        worker.ledger.close()
