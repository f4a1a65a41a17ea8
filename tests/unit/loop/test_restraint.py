"""What holds Setpoint back, over a small world and a real ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from tests.unit.loop.outcomes import states

from setpoint.loop.restraint import DAYS, Freeze
from setpoint.model.drift import DriftKind
from setpoint.model.order import Order, OrderKind
from setpoint.model.policy import Effect
from setpoint.model.remediation import Mode, RemediationState

Start = Callable[..., Any]
MONDAY = datetime(2026, 5, 4, tzinfo=UTC)


def order(worker: Any, kind: OrderKind, remediation: int | None = None) -> Order:
    given = Order(0, kind, remediation, "me@here", "because", worker.world.now)
    kept: Order = worker.ledger.visitor().give_order(given)
    return kept


def break_both(world: Any) -> None:
    for name in ("one", "two"):
        world.actual[name]["Locked"] = False


def next_beat(worker: Any) -> Any:
    worker.world.pass_time(60)
    report = worker.heartbeat.beat()
    worker.settle()
    return report


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"limit_per_beat": 1}, "the limit of 1 revert a beat is reached"),
        ({"limit_per_service": 1}, "the limit of 1 revert a beat for what nobody owns is reached"),
    ],
)
def test_past_a_limit_nothing_more_happens_in_this_beat_and_it_says_so(
    world: Any, start: Start, limits: dict[str, int], why: str
) -> None:
    worker = start(**limits)
    break_both(world)
    report = next_beat(worker)
    assert len(world.written) == 1
    assert report.held == {why: 1}
    assert [each.title for each in world.alerts if each.kind == "held back"] == [f"1 revert is held back: {why}"]
    assert next_beat(worker).held == {}
    assert states(worker) == [RemediationState.VERIFIED, RemediationState.VERIFIED]


def test_the_limit_by_percent_is_of_what_is_declared(world: Any, start: Start) -> None:
    for number in range(30):
        world.declared[f"more-{number}"] = {"Locked": True}
        world.actual[f"more-{number}"] = {"Locked": False}
    report = next_beat(start(limit_percent=10.0))
    assert len(world.written) == 4, "10% of 32, rounded up"
    assert report.held == {"the limit of 10% of what is declared (4) is reached": 26}


def test_while_paused_nothing_is_changed_and_afterwards_it_is(world: Any, start: Start) -> None:
    worker = start()
    order(worker, OrderKind.PAUSE)
    break_both(world)
    report = next_beat(worker)
    assert (report.held, report.paused) == ({"paused by me@here: because": 2}, "by me@here: because")
    assert world.written == []
    order(worker, OrderKind.RESUME)
    assert next_beat(worker).paused == ""
    assert states(worker) == [RemediationState.VERIFIED, RemediationState.VERIFIED]


def test_while_the_tool_that_declares_is_at_work_setpoint_waits(world: Any, start: Start) -> None:
    worker = start()
    world.at_work = "stack payments is in UPDATE_IN_PROGRESS"
    break_both(world)
    (why,) = next_beat(worker).held
    assert why == "the tool that declares is at work: stack payments is in UPDATE_IN_PROGRESS"
    world.at_work = ""
    next_beat(worker)
    assert len(world.written) == 2


def test_in_a_freeze_nothing_is_changed(world: Any, start: Start) -> None:
    always = Freeze("quarter end", frozenset(), time(0), time(0))
    break_both(world)
    assert next_beat(start(freezes=(always,))).held == {"the freeze 'quarter end' is on": 2}
    assert world.written == []


def test_a_freeze_is_as_the_clock_on_the_wall_says(world: Any, start: Start) -> None:
    """Though the ledger's is ahead of it, because that one was ahead once."""
    today = Freeze("today", frozenset({f"{world.now:%a}".lower()}), time(0), time(0))
    worker = start(freezes=(today,))
    world.clock_ahead = 2 * 86400.0
    next_beat(worker)
    world.clock_ahead = 0.0
    break_both(world)
    assert next_beat(worker).held == {"the freeze 'today' is on": 2}


@pytest.mark.parametrize(
    ("days", "start", "end", "at", "holds"),
    [
        ("", time(9), time(17), MONDAY.replace(hour=9), True),
        ("", time(9), time(17), MONDAY.replace(hour=17), False),
        ("tue", time(9), time(17), MONDAY.replace(hour=10), False),
        ("mon", time(22), time(6), MONDAY.replace(hour=23), True),
        ("mon", time(22), time(6), MONDAY.replace(hour=5), False),
        ("mon", time(22), time(6), MONDAY + timedelta(days=1, hours=5), True),
        ("sun", time(22), time(6), MONDAY.replace(hour=5), True),
        ("sat sun", time(0), time(0), MONDAY.replace(hour=1), False),
    ],
)
def test_when_a_freeze_holds(days: str, start: time, end: time, at: datetime, *, holds: bool) -> None:
    assert set(days.split()) <= set(DAYS)
    assert Freeze("f", frozenset(days.split()), start, end).holds(at) is holds


def test_the_third_revert_of_the_same_value_within_an_hour_goes_to_a_person(world: Any, start: Start) -> None:
    worker = start()
    for _ in range(3):
        world.actual["one"]["Locked"] = False
        next_beat(worker)
    assert states(worker) == [RemediationState.VERIFIED, RemediationState.VERIFIED, RemediationState.ESCALATED]
    assert "Locked was set back 2 times within 60 minutes and is set again" in worker.ledger.remediations()[-1].reason
    assert world.actual["one"] == {"Locked": False}


def test_the_same_value_may_be_reverted_again_when_the_window_has_passed(world: Any, start: Start) -> None:
    worker = start()
    for _ in range(3):
        world.actual["one"]["Locked"] = False
        next_beat(worker)
        world.pass_time(3600)
        next_beat(worker)
    assert states(worker) == [RemediationState.VERIFIED] * 3


def test_an_approval_is_waited_for_and_then_applied(world: Any, start: Start) -> None:
    world.effects[DriftKind.CHANGED] = Effect.REQUIRE_APPROVAL
    worker = start()
    world.actual["one"]["Locked"] = False
    next_beat(worker)
    assert states(worker) == [RemediationState.AWAITING_APPROVAL]
    assert [each.helps for each in world.alerts if each.kind == "approval"] == ["setpoint approve 1 --reason WHY"]
    assert next_beat(worker).examined == 0, "it waits, and costs nothing"
    order(worker, OrderKind.APPROVE, 1)
    next_beat(worker)
    assert states(worker) == [RemediationState.VERIFIED]
    assert worker.ledger.open_orders() == []


def test_a_rejection_leaves_it_to_people(world: Any, start: Start) -> None:
    world.effects[DriftKind.CHANGED] = Effect.REQUIRE_APPROVAL
    worker = start()
    world.actual["one"]["Locked"] = False
    next_beat(worker)
    order(worker, OrderKind.REJECT, 1)
    next_beat(worker)
    next_beat(worker)
    assert states(worker) == [RemediationState.ESCALATED]
    assert worker.ledger.remediations()[0].reason == "rejected by me@here: because"
    assert world.written == []


def test_an_approval_of_a_state_that_is_no_longer_there_is_void(world: Any, start: Start) -> None:
    world.effects[DriftKind.CHANGED] = Effect.REQUIRE_APPROVAL
    worker = start()
    world.actual["one"]["Locked"] = False
    next_beat(worker)
    world.actual["one"]["Locked"] = "otherwise"
    next_beat(worker)
    assert states(worker) == [RemediationState.FAILED, RemediationState.AWAITING_APPROVAL]
    order(worker, OrderKind.APPROVE, 1)
    next_beat(worker)
    assert world.written == [], "what was approved is not what is there now"


def test_an_approval_that_nobody_gives_ends(world: Any, start: Start) -> None:
    world.effects[DriftKind.CHANGED] = Effect.REQUIRE_APPROVAL
    worker = start()
    world.actual["one"]["Locked"] = False
    next_beat(worker)
    world.pass_time(86400)
    next_beat(worker)
    assert states(worker) == [RemediationState.ESCALATED]
    assert worker.ledger.remediations()[0].reason == "nobody approved it within 24 hours"


def test_an_undone_revert_is_not_made_again(world: Any, start: Start) -> None:
    worker = start()
    world.actual["one"]["Locked"] = False
    next_beat(worker)
    order(worker, OrderKind.UNDO, 1)
    next_beat(worker)
    next_beat(worker)
    assert world.actual["one"] == {"Locked": False}
    assert states(worker) == [RemediationState.UNDONE, RemediationState.ESCALATED]
    assert "was undone (undone by me@here: because): not reverted again" in worker.ledger.remediations()[1].reason


@pytest.mark.parametrize("kind", [OrderKind.APPROVE, OrderKind.REJECT, OrderKind.UNDO])
def test_an_order_that_makes_no_sense_is_answered_and_changes_nothing(
    world: Any, start: Start, kind: OrderKind
) -> None:
    worker = start()
    del world.actual["one"]
    next_beat(worker)
    assert states(worker) == [RemediationState.ESCALATED]
    order(worker, kind, 1)
    next_beat(worker)
    assert worker.ledger.open_orders() == []
    assert states(worker) == [RemediationState.ESCALATED]


def test_an_order_about_another_scopes_remediation_is_left_to_its_own_worker(world: Any, start: Start) -> None:
    theirs = start(scope="theirs")
    world.actual["one"]["Locked"] = False
    next_beat(theirs)
    given = order(theirs, OrderKind.UNDO, 1)
    next_beat(start(scope="ours"))
    assert theirs.ledger.open_orders() == [given]
    next_beat(theirs)
    assert theirs.ledger.open_orders() == []


def test_in_mode_audit_nothing_is_planned(world: Any, start: Start) -> None:
    world.effects[DriftKind.CHANGED] = Effect.REQUIRE_APPROVAL
    worker = start(Mode.AUDIT)
    world.actual["one"]["Locked"] = False
    next_beat(worker)
    assert states(worker) == []
