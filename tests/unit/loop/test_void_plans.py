"""Plans that were under way when what they go by changed: none of them is applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.loop.outcomes import open_rules, states

from setpoint.model.drift import DriftKind
from setpoint.model.policy import Effect
from setpoint.model.remediation import Mode, Plan, RemediationState

Start = Callable[..., Any]


def test_what_nobody_declares_any_more_and_has_gone_is_let_go(world: Any, start: Start) -> None:
    world.lag = 1000
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.VERIFYING]
    del world.actual["one"], world.declared["one"]
    worker.heartbeat.beat()
    worker.settle()
    (remediation,) = worker.ledger.remediations()
    assert remediation.state is RemediationState.FAILED
    assert remediation.reason == "void: it is neither declared nor there any more"
    assert open_rules(worker) == []
    signals = worker.ledger.signals("", since=world.clock().now().replace(year=2000))
    assert [each.kind for each in signals] == ["drift"], "nothing failed"


class _Killed(BaseException):
    """The worker dies here."""


def _left_while_applying(world: Any, start: Start) -> None:
    """A worker that died before its change was made."""

    def die(_plan: Plan) -> None:
        raise _Killed

    world.actual["one"]["Locked"] = False
    world.before_apply = die
    worker = start()
    with pytest.raises(_Killed):
        worker.heartbeat.beat()
    assert states(worker) == [RemediationState.APPLYING]
    worker.stop()
    world.before_apply = lambda _plan: None


def test_a_plan_is_void_once_something_else_is_declared(world: Any, start: Start) -> None:
    _left_while_applying(world, start)
    world.declared["one"]["Locked"] = "for people"
    worker = start()
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.FAILED, RemediationState.VERIFIED]
    assert [plan.changes[0].after for plan in world.written] == ["for people"]


def test_a_plan_is_void_once_nobody_declares_the_entity(world: Any, start: Start) -> None:
    _left_while_applying(world, start)
    del world.declared["one"]
    worker = start()
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.FAILED]
    assert world.written == []


def test_a_plan_is_void_once_policy_only_alerts(world: Any, start: Start) -> None:
    _left_while_applying(world, start)
    world.effects[DriftKind.CHANGED] = Effect.ALERT
    world.policy_version = "2"
    worker = start()
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.FAILED]
    assert world.written == []


def test_what_enforcing_left_behind_is_not_applied_in_audit(world: Any, start: Start) -> None:
    _left_while_applying(world, start)
    worker = start(Mode.AUDIT)
    worker.heartbeat.beat()
    worker.settle()
    assert world.written == []
    (remediation,) = worker.ledger.remediations()
    assert remediation.reason == "void: in mode audit nothing is changed"
    worker.stop()
    start(Mode.ENFORCE).heartbeat.beat()
    assert world.actual["one"] == {"Locked": True}
