"""Orders that meet another state than the one they were given for, or were half carried out before a crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.loop.outcomes import states

from setpoint.errors import FencedError
from setpoint.model.drift import DriftKind
from setpoint.model.order import Order, OrderKind
from setpoint.model.policy import Effect
from setpoint.model.remediation import RemediationState

Start = Callable[..., Any]


def give(worker: Any, kind: OrderKind) -> None:
    worker.ledger.visitor().give_order(Order(0, kind, 1, "me@here", "because", worker.world.now))


def test_an_approval_counts_for_the_state_that_it_was_asked_for_only(world: Any, start: Start) -> None:
    world.effects[DriftKind.CHANGED] = Effect.REQUIRE_APPROVAL
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    world.actual["one"]["Locked"] = "otherwise"
    give(worker, OrderKind.APPROVE)
    worker.heartbeat.work()
    assert world.written == []
    assert states(worker) == [RemediationState.FAILED, RemediationState.AWAITING_APPROVAL]
    assert worker.ledger.open_orders() == []


def test_an_approval_waits_while_the_entity_cannot_be_read(world: Any, start: Start) -> None:
    world.effects[DriftKind.CHANGED] = Effect.REQUIRE_APPROVAL
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    world.unreadable.add("one")
    give(worker, OrderKind.APPROVE)
    worker.heartbeat.work()
    assert states(worker) == [RemediationState.AWAITING_APPROVAL]
    world.unreadable.clear()
    worker.heartbeat.work()
    worker.settle()
    assert states(worker) == [RemediationState.VERIFIED]


def test_an_undo_that_was_made_before_a_crash_is_not_made_again(world: Any, start: Start) -> None:
    world.declared["one"]["Size"] = 1
    world.actual["one"] = {"Locked": False, "Size": 2}
    worker = start()
    worker.heartbeat.beat()
    worker.settle()
    give(worker, OrderKind.UNDO)
    world.actual["one"]["Locked"] = False  # as far as the worker got
    world.written.clear()
    worker.heartbeat.work()
    assert [change.path for plan in world.written for change in plan.changes] == ["Size"]
    assert world.actual["one"] == {"Locked": False, "Size": 2}
    assert states(worker)[0] is RemediationState.UNDONE


def test_whoever_lost_the_lease_carries_out_no_order(world: Any, start: Start) -> None:
    world.actual["one"]["Locked"] = False
    old = start()
    old.heartbeat.beat()
    old.settle()
    give(old, OrderKind.UNDO)
    world.pass_time(old.parts.settings.lease_for + 1)
    start()
    with pytest.raises(FencedError):
        old.heartbeat.work()
    assert world.actual["one"] == {"Locked": True}


def ends_told(world: Any) -> list[tuple[str, str]]:
    return [(str(each.severity), each.title) for each in world.alerts if each.kind == "remediation"]


def test_a_plan_that_became_void_is_told_once(world: Any, start: Start) -> None:
    world.effects[DriftKind.CHANGED] = Effect.REQUIRE_APPROVAL
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    world.actual["one"]["Locked"] = "otherwise"
    for _ in range(3):
        worker.heartbeat.beat()
    assert ends_told(world) == [("medium", "void: the state changed after it was planned")]


def test_a_plan_for_what_has_gone_is_void_and_that_is_told(world: Any, start: Start) -> None:
    world.effects[DriftKind.CHANGED] = Effect.REQUIRE_APPROVAL
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    give(worker, OrderKind.APPROVE)
    del world.declared["one"], world.actual["one"]
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.FAILED]
    assert ends_told(world) == [("medium", "void: it is neither declared nor there any more")]


def test_an_undo_is_told_once(world: Any, start: Start) -> None:
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    worker.settle()
    give(worker, OrderKind.UNDO)
    worker.heartbeat.work()
    worker.heartbeat.beat()
    assert ends_told(world) == [
        ("info", "reverted, and verified by reading again"),
        ("medium", "undone by me@here: because"),
    ]
