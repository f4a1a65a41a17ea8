"""Admission: what of production a gate must know before it may be sure, and what it does without the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError, LedgerError, TemporaryError
from setpoint.loop.admission import Admission, WhatIf
from setpoint.loop.heartbeat import Heartbeat
from setpoint.model.circumstances import Circumstances
from setpoint.model.decision import Decision, Verdict
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.service import Exposure, Release, Service, Signal, SignalKind, Threshold, Tier
from setpoint.model.snapshot import Extent
from setpoint.store.thresholds import SignedThresholds

RELEASE = Release("payments", "1.0")
PAYMENTS = Service("payments", Tier.CRITICAL, Exposure.INTERNET)
DAY = 86400.0


@dataclass
class Frank:
    """A gate that admits unless something is not known and tells what it saw; an assessor of the simplest kind."""

    memory: timedelta = timedelta(days=100)
    seen: list[tuple[Service, Circumstances, Sequence[str]]] = field(default_factory=list)

    def signals(self, *_found: Any) -> tuple[Signal, ...]:
        return ()

    def threshold(self, service: Service, signals: Sequence[Signal], now: datetime) -> Threshold:
        """Each signal halves it, until it is a day old."""
        load = float(sum((now - each.at).total_seconds() < DAY for each in signals))
        return Threshold(service.name, 8.0, 8.0 / 2**load, load, (), now)

    def decide(
        self,
        release: Release,
        stage: Stage,
        service: Service,
        _resources: Any,
        circumstances: Circumstances,
        *,
        without: Sequence[str] = (),
    ) -> Decision:
        self.seen.append((service, circumstances, without))
        limit = circumstances.threshold
        verdict = Verdict.UNKNOWN if circumstances.unknowns or limit is None else Verdict.ADMIT
        value = limit.value if limit else None
        return Decision(release.urn, release.service, stage, verdict, Effect.NONE, threshold=value)


class Gatekeeper:
    """Admission on the worker's ledger, which can be taken away."""

    def __init__(self, world: Any, worker: Any, folder: Path) -> None:
        self.frank = Frank()
        self.keeper = SignedThresholds(folder / "t.json", folder / "t.key", valid_for=2 * DAY)
        self.world, self.worker = world, worker
        parts = replace(worker.parts, assessor=self.frank, services={"payments": PAYMENTS}, keeper=self.keeper)
        self.heartbeat = Heartbeat(parts, worker.lease, worker.writer)
        self.trouble: Exception | None = None
        gate: Any = self.frank
        self.admission = Admission(
            intent=world,
            gate=gate,
            assessor=gate,
            open_ledger=self._open,
            open_reader=self._open,
            keeper=self.keeper,
            settings=worker.parts.settings,
            services={"payments": PAYMENTS},
            actor="ann@desk",
            clock=lambda _floor: world.clock(),
        )

    @contextmanager
    def _open(self) -> Iterator[Any]:
        if self.trouble is not None:
            raise self.trouble
        yield self.worker.ledger

    def beat(self) -> None:
        """A heartbeat that keeps the thresholds."""
        assert self.heartbeat.beat().not_kept == ""

    def decide(self) -> Decision:
        return self.admission.decide(RELEASE, Stage.DEPLOY)

    def unknowns(self) -> list[str]:
        self.decide()
        return list(self.frank.seen[-1][1].unknowns)

    def signal(self) -> None:
        signal = Signal("payments", SignalKind.DRIFT, 1.0, self.world.now, "drift")
        self.worker.writer.add_signals([signal])


@pytest.fixture
def keep(world: Any, start: Callable[..., Any], tmp_path: Path) -> Callable[..., Gatekeeper]:
    return lambda **settings: Gatekeeper(world, start(**settings), tmp_path)


def test_a_gate_is_sure_after_a_beat_that_read_everything(world: Any, keep: Callable[..., Gatekeeper]) -> None:
    gatekeeper = keep()
    assert gatekeeper.unknowns() == ["production was never looked at: no heartbeat is recorded"]
    gatekeeper.beat()
    assert gatekeeper.unknowns() == []
    world.pass_time(2 * DAY)
    assert gatekeeper.unknowns() == ["the last heartbeat was 2d ago"]


def test_a_gate_is_not_sure_of_what_the_last_beat_did_not_read(world: Any, keep: Callable[..., Gatekeeper]) -> None:
    world.extent, world.reasons = Extent.PARTIAL, ("s3:GetBucketPolicy denied",)
    gatekeeper = keep()
    gatekeeper.beat()
    told = ["the last heartbeat did not read all of AWS::S3::Bucket: s3:GetBucketPolicy denied"]
    assert gatekeeper.unknowns() == told
    gatekeeper.trouble = LedgerError("gone")
    assert gatekeeper.unknowns() == told


def test_the_beat_of_another_scope_says_nothing(keep: Callable[..., Gatekeeper]) -> None:
    keep(scope="theirs").beat()
    gatekeeper = keep()
    assert gatekeeper.unknowns() == ["production was never looked at: no heartbeat is recorded"]
    gatekeeper.trouble = LedgerError("gone")
    assert "are of scope 'theirs'; bring those of 'default'" in gatekeeper.unknowns()[1]


def test_a_decision_is_recorded_with_who_asked(keep: Callable[..., Gatekeeper]) -> None:
    gatekeeper = keep()
    gatekeeper.beat()
    decision = gatekeeper.decide()
    ledger = gatekeeper.worker.ledger
    assert [each for _, each in ledger.gate_decisions("payments")] == [decision]
    assert [row.actor for row in ledger.audit() if row.subject == RELEASE.urn] == ["ann@desk"]


def test_a_decision_is_recorded_with_what_belongs_to_it_or_not_at_all(keep: Callable[..., Gatekeeper]) -> None:
    gatekeeper, told = keep(), list[Decision]()
    decided = gatekeeper.admission.decide(RELEASE, Stage.DEPLOY, told.append)
    assert told == [decided]

    def fail(_decision: Decision) -> None:
        raise RuntimeError("answered before")

    with pytest.raises(RuntimeError):
        gatekeeper.admission.decide(Release("payments", "2.0"), Stage.DEPLOY, fail)
    assert [each for _, each in gatekeeper.worker.ledger.gate_decisions("payments")] == [decided]


@pytest.mark.parametrize("trouble", [LedgerError("there is no ledger here"), TemporaryError("it is locked")])
def test_while_the_ledger_is_out_of_reach_the_last_threshold_decides(
    world: Any, keep: Callable[..., Gatekeeper], trouble: Exception
) -> None:
    gatekeeper = keep()
    gatekeeper.signal()
    gatekeeper.beat()
    with_ledger = gatekeeper.decide()
    gatekeeper.trouble = trouble
    world.pass_time(3600)
    decision = gatekeeper.decide()
    assert (decision.verdict, decision.threshold) == (Verdict.ADMIT, 4.0)
    assert (with_ledger.verdict, with_ledger.threshold) == (Verdict.ADMIT, 4.0)
    (remark,) = gatekeeper.frank.seen[-1][1].remarks
    assert remark == (
        f"the ledger cannot be reached ({trouble}): the threshold is the one signed after the heartbeat of "
        "2026-05-01T12:00:00+00:00; nothing is recorded, and no component of it is judged"
    )
    assert len(gatekeeper.worker.ledger.gate_decisions("payments")) == 1


def test_a_last_threshold_that_expired_decides_nothing(world: Any, keep: Callable[..., Gatekeeper]) -> None:
    gatekeeper = keep(stale_after=9 * DAY)
    gatekeeper.beat()
    gatekeeper.trouble = LedgerError("it is damaged")
    world.pass_time(2 * DAY)
    decision = gatekeeper.decide()
    assert (decision.verdict, decision.threshold) == (Verdict.UNKNOWN, None)
    ledger, last = gatekeeper.frank.seen[-1][1].unknowns
    assert ledger == "the ledger cannot be reached (it is damaged)"
    assert "the last thresholds expired at 2026-05-03T12:00:00+00:00" in last


def test_a_last_threshold_can_be_stale_before_it_expires(world: Any, keep: Callable[..., Gatekeeper]) -> None:
    gatekeeper = keep(stale_after=3600.0)
    gatekeeper.beat()
    gatekeeper.trouble = LedgerError("gone")
    world.pass_time(7200)
    assert gatekeeper.unknowns() == ["the last heartbeat was 2h ago"]


def test_a_service_that_nobody_described_has_no_last_threshold(world: Any, keep: Callable[..., Gatekeeper]) -> None:
    world.declared["one"] = {"Tags": [{"Key": "service", "Value": "orders"}]}
    gatekeeper = keep()
    gatekeeper.beat()
    gatekeeper.trouble = LedgerError("gone")
    decision = gatekeeper.admission.decide(Release("orders", "1"), Stage.DEPLOY)
    assert (decision.verdict, decision.threshold) == (Verdict.UNKNOWN, None)


def test_without_the_ledger_findings_count_as_old_as_the_oldest_one(
    world: Any, keep: Callable[..., Gatekeeper], monkeypatch: pytest.MonkeyPatch
) -> None:
    gatekeeper = keep()

    def judge(comparison: Any, *_states: Any) -> tuple[tuple[Finding, ...], tuple[()]]:
        rules = ["open/early", *(["open/late"] if world.now > first else [])]
        source = FindingSource.GUARDRAIL
        return tuple(Finding(comparison.urn, "payments", source, rule, "", Severity.LOW, "open") for rule in rules), ()

    first = world.now
    monkeypatch.setattr(world, "judge", judge)
    gatekeeper.beat()
    world.pass_time(60)
    world.actual["one"]["Locked"] = False
    gatekeeper.beat()
    gatekeeper.trouble = LedgerError("gone")
    gatekeeper.decide()
    assert gatekeeper.frank.seen[-1][1].oldest_finding == first


def test_what_would_be_is_decided_and_nothing_recorded(world: Any, keep: Callable[..., Gatekeeper]) -> None:
    gatekeeper = keep()
    gatekeeper.signal()
    gatekeeper.beat()
    rows = gatekeeper.worker.ledger.audit_rows()
    what_if = WhatIf(("a/b",), timedelta(days=2), Exposure.INTERNAL, Tier.LOW)
    is_so, would_be = gatekeeper.admission.suppose(RELEASE, Stage.DEPLOY, what_if)
    assert (is_so.threshold, would_be.threshold) == (4.0, 8.0)
    (service, now, without), (other, later, left_out) = gatekeeper.frank.seen
    assert (service, without) == (PAYMENTS, ())
    assert (other, left_out) == (Service("payments", Tier.LOW, Exposure.INTERNAL), ("a/b",))
    assert later.now - now.now == timedelta(days=2)
    # That the loop goes on meanwhile is supposed, too.
    assert (would_be.verdict, later.unknowns) == (Verdict.ADMIT, ())
    assert gatekeeper.worker.ledger.audit_rows() == rows


def test_what_would_be_cannot_be_told_without_the_ledger(keep: Callable[..., Gatekeeper]) -> None:
    gatekeeper = keep()
    gatekeeper.beat()
    gatekeeper.trouble = LedgerError("there is no ledger here")
    with pytest.raises(LedgerError):
        gatekeeper.admission.suppose(RELEASE, Stage.DEPLOY, WhatIf())


def test_a_service_that_nobody_knows_is_told(keep: Callable[..., Gatekeeper]) -> None:
    with pytest.raises(InputError, match="there is no service 'paymnts'; known are: payments"):
        keep().admission.decide(Release("paymnts", "1"), Stage.DEPLOY)


def test_thresholds_that_cannot_be_kept_are_said_and_stop_nothing(
    keep: Callable[..., Gatekeeper], tmp_path: Path
) -> None:
    gatekeeper = keep()
    gatekeeper.beat()
    (tmp_path / "t.key").chmod(0o644)
    report = gatekeeper.heartbeat.beat()
    assert report.not_kept == f"{tmp_path / 't.key'}: others can read this key; let only its owner: chmod 600"
    assert len(gatekeeper.worker.ledger.beats()) == 2
