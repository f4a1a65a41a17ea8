"""An undo that is cut short is finished, or given to a person, before anything else is planned for the entity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from setpoint.act.interface import ActionError
from setpoint.errors import Error, TemporaryError
from setpoint.model.order import Order, OrderKind
from setpoint.model.remediation import Plan, RemediationState

START = datetime(2026, 1, 1, tzinfo=UTC)
Start = Callable[..., Any]
DRIFTED = {"Locked": False, "Size": 2}
DECLARED = {"Locked": True, "Size": 1}


@pytest.fixture
def reverted(world: Any, start: Start) -> Any:
    """A worker that set two properties of one entity back."""
    world.declared["one"] = dict(DECLARED)
    world.actual["one"] = dict(DRIFTED)
    worker = start(attempts=3)
    worker.heartbeat.beat()
    worker.settle()
    assert world.actual["one"] == DECLARED
    world.alerts.clear()
    world.written.clear()
    return worker


def order_undo(worker: Any) -> None:
    worker.ledger.visitor().give_order(Order(0, OrderKind.UNDO, 1, "me@here", "it was meant", worker.world.now))


def next_beat(worker: Any) -> None:
    worker.world.pass_time(60)
    worker.heartbeat.beat()
    worker.settle()


def ends(worker: Any) -> list[tuple[RemediationState, str]]:
    return [(each.state, each.reason) for each in worker.ledger.remediations()]


def told(world: Any) -> list[tuple[str, str]]:
    return [(each.kind, each.title) for each in world.alerts if each.kind in ("remediation", "escalated")]


def fails_half_way(world: Any, error: Error, times: int) -> None:
    """The provider makes the first of two changes, and then says this, so many times."""
    left = iter(range(times))

    def fail(plan: Plan) -> None:
        if next(left, None) is None:
            return
        if len(plan.changes) > 1:
            world.actual["one"][plan.changes[0].path] = plan.changes[0].after
        raise error

    world.before_apply = fail


def signals(worker: Any) -> list[str]:
    return [each.kind for each in worker.ledger.signals("", since=START)]


def test_an_undo_is_nothing_that_production_showed(world: Any, reverted: Any) -> None:
    worker, before = reverted, signals(reverted)
    order_undo(worker)
    next_beat(worker)
    assert world.actual["one"] == DRIFTED
    assert len(worker.ledger.findings()) == 2
    assert signals(worker) == before

    world.actual["one"] = dict(DECLARED)
    next_beat(worker)
    world.actual["one"] = dict(DRIFTED)
    next_beat(worker)
    assert len(signals(worker)) == len(before) + 2, "what came back by itself after that counts"


def test_an_undo_that_met_trouble_half_way_is_finished_first(world: Any, reverted: Any) -> None:
    fails_half_way(world, TemporaryError("throttled"), times=1)
    order_undo(reverted)
    reverted.heartbeat.work()
    assert world.actual["one"] not in (DECLARED, DRIFTED)
    reverted.heartbeat.beat()
    assert (len(reverted.ledger.open_orders()), len(reverted.ledger.remediations())) == (1, 1)
    reverted.settle()
    assert world.actual["one"] == DRIFTED
    assert ends(reverted)[0] == (RemediationState.UNDONE, "undone by me@here: it was meant")
    assert ("remediation", "undone by me@here: it was meant") in told(world)
    next_beat(reverted)
    assert world.actual["one"] == DRIFTED


def test_whoever_comes_after_a_crash_finishes_the_undo_first(world: Any, start: Start, reverted: Any) -> None:
    order_undo(reverted)
    world.actual["one"]["Size"] = 2  # as far as the worker got
    reverted.stop(cleanly=False)
    world.pass_time(3600)
    after = start()
    after.heartbeat.beat()
    after.settle()
    assert world.actual["one"] == DRIFTED
    assert [plan.changes[0].path for plan in world.written] == ["Locked"]


@pytest.mark.parametrize(
    ("error", "times", "reason"),
    [
        (TemporaryError("throttled"), 3, "gave up after 3 tries: throttled"),
        (ActionError("denied"), 1, "denied"),
    ],
)
def test_a_half_undone_revert_goes_to_a_person_and_is_not_made_again(
    world: Any, reverted: Any, error: Error, times: int, reason: str
) -> None:
    world.declared["one"]["Kind"] = world.actual["one"]["Kind"] = "a"
    fails_half_way(world, error, times)
    order_undo(reverted)
    reverted.heartbeat.work()
    reverted.settle()
    assert reverted.ledger.open_orders() == []
    next_beat(reverted)
    (first, *others) = ends(reverted)
    assert first == (RemediationState.UNDONE, f"undone in part only by me@here: {reason}")
    assert {state for state, _ in others} == {RemediationState.ESCALATED}
    assert ("escalated", f"undone in part only: {reason}") in told(world)
    assert world.written == [], "nothing was reverted again"


def test_an_undo_of_which_nothing_was_done_leaves_the_revert_as_it_is(world: Any, reverted: Any) -> None:
    def refuse(_plan: Plan) -> None:
        raise ActionError("denied")

    world.before_apply = refuse
    order_undo(reverted)
    reverted.heartbeat.work()
    reverted.settle()
    assert [state for state, _ in ends(reverted)] == [RemediationState.VERIFIED]
    assert told(world) == [("escalated", "could not be undone: denied")]
    next_beat(reverted)
    assert told(world) == [("escalated", "could not be undone: denied")], "once"


def test_an_undo_waits_while_nothing_may_be_changed(world: Any, reverted: Any) -> None:
    reverted.ledger.visitor().give_order(Order(0, OrderKind.PAUSE, None, "me@here", "a fire", world.now))
    order_undo(reverted)
    next_beat(reverted)
    assert world.actual["one"] == DECLARED
    reverted.ledger.visitor().give_order(Order(0, OrderKind.RESUME, None, "me@here", "it is out", world.now))
    next_beat(reverted)
    assert world.actual["one"] == DRIFTED
