"""The past is kept for so long, and not looked through at every beat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from setpoint.loop.settings import HistorySettings
from setpoint.model.remediation import Mode

HOUR = 3600.0
Start = Callable[..., Any]


@pytest.fixture
def worker(start: Start) -> Any:
    """Keeps three hours."""
    return start(Mode.AUDIT, history=HistorySettings(keep=3 * HOUR))


def _past(worker: Any) -> list[tuple[str, bool]]:
    """Every state that is kept, the oldest first: of whom, and whether it was locked."""
    reach = worker.ledger.reach("default")
    states = worker.ledger.past_states("default", reach.since, None)
    return [(each.urn.identifier, each.grounds.actual.properties["Locked"]) for each in states]


def test_a_beat_records_what_changed_and_nothing_else(world: Any, worker: Any) -> None:
    worker.heartbeat.beat()
    assert _past(worker) == [("one", True), ("two", True)]
    world.pass_time(60)
    world.actual["one"]["Locked"] = False
    worker.heartbeat.beat()
    worker.heartbeat.beat()
    assert _past(worker) == [("one", True), ("two", True), ("one", False)]


def test_what_is_neither_declared_nor_there_is_past(world: Any, worker: Any) -> None:
    worker.heartbeat.beat()
    world.pass_time(60)
    del world.declared["one"], world.actual["one"]
    worker.heartbeat.beat()
    states = worker.ledger.past_states("default", world.now, None)
    assert [each.urn.identifier for each in states] == ["two"]


def test_what_was_over_for_long_goes_and_what_holds_stays(world: Any, worker: Any) -> None:
    for locked in (True, False, True):
        world.actual["one"]["Locked"] = locked
        worker.heartbeat.beat()
        world.pass_time(2 * HOUR)
    assert _past(worker) == [("one", True), ("two", True), ("one", False), ("one", True)]
    worker.heartbeat.beat()
    assert _past(worker) == [("two", True), ("one", False), ("one", True)]


def test_nothing_goes_by_a_clock_that_may_be_wrong(world: Any, worker: Any) -> None:
    worker.heartbeat.beat()
    world.pass_time(60)
    world.actual["one"]["Locked"] = False
    worker.heartbeat.beat()
    before = _past(worker)
    world.clock_ahead = 48 * HOUR
    worker.heartbeat.beat()
    assert _past(worker) == before
    world.pass_time(HOUR)
    worker.heartbeat.beat()
    assert _past(worker) == before[1:]


def test_a_leap_that_is_put_right_costs_nothing_however_long_ago(world: Any, worker: Any) -> None:
    """The ledger's time stays ahead from then on, and everything would be old by it."""
    for locked in (True, False, True):
        world.actual["one"]["Locked"] = locked
        worker.heartbeat.beat()
        world.pass_time(HOUR / 2)
    before = _past(worker)
    world.clock_ahead = 400 * 24 * HOUR
    worker.heartbeat.beat()
    world.pass_time(600)
    world.clock_ahead = 0.0
    for _ in range(4):
        worker.heartbeat.beat()
        assert _past(worker) == before
        world.pass_time(HOUR / 2)


def test_a_restart_does_not_forget_a_leap(world: Any, worker: Any, start: Start) -> None:
    for locked in (True, False):
        world.actual["one"]["Locked"] = locked
        worker.heartbeat.beat()
        world.pass_time(HOUR)
    before = _past(worker)
    world.clock_ahead = 400 * 24 * HOUR
    for _ in range(2):
        worker.heartbeat.beat()
        world.pass_time(600)
        worker.stop()
        worker = start(Mode.AUDIT, history=HistorySettings(keep=3 * HOUR))
    worker.heartbeat.beat()
    assert _past(worker) == before
    world.pass_time(HOUR)
    worker.heartbeat.beat()
    assert _past(worker) == before[1:]


@pytest.mark.parametrize(("rest", "goes"), [(1.0, True), (2 * HOUR, True), (20 * HOUR, True), (72 * HOUR, False)])
def test_single_beats_let_go_too_if_they_come_often(world: Any, start: Start, rest: float, goes: bool) -> None:
    history = HistorySettings(keep=3 * HOUR)
    for locked in (True, False, True):
        world.actual["one"]["Locked"] = locked
        worker = start(Mode.AUDIT, history=history)
        worker.heartbeat.beat()
        worker.stop()
        world.pass_time(2 * HOUR)
    world.pass_time(rest)
    worker = start(Mode.AUDIT, history=history)
    worker.heartbeat.beat()
    assert (("one", True) not in _past(worker)[:1]) is goes


def test_it_is_looked_through_once_an_hour_whoever_beats(world: Any, worker: Any, start: Start) -> None:
    worker.heartbeat.beat()
    begun = worker.ledger.reach("default").pruned_at
    world.pass_time(HOUR / 2)
    worker.stop()
    second = start(Mode.AUDIT)
    second.heartbeat.beat()
    assert second.ledger.reach("default").pruned_at == begun
    world.pass_time(HOUR)
    second.heartbeat.beat()
    assert second.ledger.reach("default").pruned_at == world.now
