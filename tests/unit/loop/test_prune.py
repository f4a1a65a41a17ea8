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
