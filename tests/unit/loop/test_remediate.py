"""A remediation whose entity is not read in full, or whose changes are half made already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.unit.loop.outcomes import states

from setpoint.errors import TemporaryError
from setpoint.model.drift import Comparison, DriftKind, Gap, GapKind
from setpoint.model.order import Order, OrderKind
from setpoint.model.policy import Effect
from setpoint.model.remediation import Plan, RemediationState
from setpoint.model.resource import Resource

Start = Callable[..., Any]
THROTTLED = "s3:GetLock throttled"


@dataclass
class Curtain:
    """While it is drawn, the provider does not answer for one property."""

    path: str
    drawn: bool = False

    def hang(self, world: Any) -> None:
        look, compare = world.look, world.compare

        def looked(urn: Any) -> Any:
            seen = look(urn)
            if not self.drawn or not isinstance(seen, Resource):
                return seen
            told = {name: value for name, value in seen.properties.items() if name != self.path}
            return replace(seen, properties=told, unread={self.path: THROTTLED})

        def compared(intended: Resource | None, actual: Resource | None) -> Comparison:
            whole: Comparison = compare(intended, actual)
            unread = actual.unread if actual is not None else {}
            drifts = tuple(each for each in whole.drifts if each.path not in unread)
            gaps = tuple(Gap(whole.urn, path, GapKind.UNREAD, reason) for path, reason in unread.items())
            return Comparison(whole.urn, drifts, gaps)

        world.look, world.compare = looked, compared


@pytest.fixture
def curtain(world: Any) -> Curtain:
    curtain = Curtain("Locked")
    curtain.hang(world)
    return curtain


def draw_when_applied(world: Any, curtain: Curtain) -> None:
    def draw(_plan: Plan) -> None:
        curtain.drawn = True

    world.before_apply = draw


def test_what_could_not_be_read_again_is_not_verified(world: Any, start: Start, curtain: Curtain) -> None:
    draw_when_applied(world, curtain)
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    world.pass_time(5)
    worker.heartbeat.work()
    assert states(worker) == [RemediationState.VERIFYING]
    assert [each.finding.path for each in worker.ledger.findings()] == ["Locked"], "nobody saw that it is right again"
    curtain.drawn = False
    worker.settle()
    assert states(worker) == [RemediationState.VERIFIED]
    assert worker.ledger.findings() == []


def test_what_cannot_be_read_again_for_long_goes_to_a_person(world: Any, start: Start, curtain: Curtain) -> None:
    draw_when_applied(world, curtain)
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    worker.settle()
    world.pass_time(60)
    worker.heartbeat.beat()
    (remediation,) = worker.ledger.remediations()
    assert remediation.state is RemediationState.ESCALATED
    assert remediation.reason == f"changed, but 30 s later it could not be read again: {THROTTLED}"


def test_what_could_not_be_read_makes_no_approval_void(world: Any, start: Start, curtain: Curtain) -> None:
    world.effects[DriftKind.CHANGED] = Effect.REQUIRE_APPROVAL
    world.declared["one"]["Size"] = 1
    world.actual["one"]["Size"] = 2
    worker = start()
    worker.heartbeat.beat()
    curtain.drawn = True
    world.actual["one"]["Noise"] = "makes the heartbeat look again"
    world.pass_time(60)
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.AWAITING_APPROVAL]
    del world.actual["one"]["Noise"]
    curtain.drawn = False
    worker.ledger.visitor().give_order(Order(0, OrderKind.APPROVE, 1, "me@here", "because", world.now))
    worker.heartbeat.work()
    worker.settle()
    assert states(worker) == [RemediationState.VERIFIED]


def test_a_change_that_is_made_is_not_made_again(world: Any, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    apply = world.apply
    attempts: list[Plan] = []

    def half(plan: Plan) -> None:
        attempts.append(plan)
        if len(attempts) > 1:
            apply(plan)
            return
        apply(replace(plan, changes=plan.changes[:1]))
        raise TemporaryError("s3:PutSize throttled")

    monkeypatch.setattr(world, "apply", half)
    world.declared["one"]["Size"] = 1
    world.actual["one"] = {"Locked": False, "Size": 2}
    worker = start()
    worker.heartbeat.beat()
    worker.settle()
    assert states(worker) == [RemediationState.VERIFIED]
    assert world.actual["one"] == {"Locked": True, "Size": 1}
    made = [change.path for plan in world.written for change in plan.changes]
    assert made == ["Locked", "Size"]
