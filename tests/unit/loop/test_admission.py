"""Admission: what of production a gate must know before it may be sure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from setpoint.loop.admission import Admission
from setpoint.model.decision import Decision, Verdict
from setpoint.model.policy import Effect, Stage
from setpoint.model.service import Release, Service
from setpoint.model.snapshot import Extent

RELEASE = Release("payments", "1.0")


@dataclass
class Doubtful:
    """A gate and an assessor that admit unless something is not known."""

    unknowns: list[str] = field(default_factory=list)

    def threshold(self, *_about: Any) -> None:
        return None

    def decide(self, release: Release, stage: Stage, *_about: Any, unknowns: Sequence[str], **_more: Any) -> Decision:
        self.unknowns = list(unknowns)
        verdict = Verdict.UNKNOWN if unknowns else Verdict.ADMIT
        return Decision(release.urn, release.service, stage, verdict, Effect.NONE)


def _unknowns(world: Any, worker: Any) -> list[str]:
    gate: Any = Doubtful()
    services = {"payments": Service("payments")}
    Admission(world, gate, gate, worker.ledger, world.clock(), worker.parts.settings, services, half_life=1.0).decide(
        RELEASE, Stage.DEPLOY
    )
    told: list[str] = gate.unknowns
    return told


def test_a_gate_is_sure_after_a_beat_that_read_everything(world: Any, start: Callable[..., Any]) -> None:
    worker = start()
    assert _unknowns(world, worker) == ["production was never looked at: no heartbeat is recorded"]
    worker.heartbeat.beat()
    assert _unknowns(world, worker) == []
    world.pass_time(2 * 86400)
    assert _unknowns(world, worker) == ["the last heartbeat was 48.0 h ago"]


def test_a_gate_is_not_sure_of_what_the_last_beat_did_not_read(world: Any, start: Callable[..., Any]) -> None:
    world.extent, world.reasons = Extent.PARTIAL, ("s3:GetBucketPolicy denied",)
    worker = start()
    worker.heartbeat.beat()
    assert _unknowns(world, worker) == [
        "the last heartbeat did not read all of AWS::S3::Bucket: s3:GetBucketPolicy denied"
    ]


def test_the_beat_of_another_scope_says_nothing(world: Any, start: Callable[..., Any]) -> None:
    start(scope="theirs").heartbeat.beat()
    assert _unknowns(world, start()) == ["production was never looked at: no heartbeat is recorded"]
