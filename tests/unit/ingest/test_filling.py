"""The lake follows the journal, whatever happens to either."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from setpoint.ingest import filling as module
from setpoint.ingest.deriving import Deriving
from setpoint.ingest.filling import Filling
from setpoint.ingest.health import IngestHealth
from setpoint.ingest.lake_door import LakeDoor
from setpoint.loop.settled import SETTLED_AFTER
from setpoint.model.event import Event
from setpoint.store.journal.journal import FileJournal

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def running(filling: Filling, monkeypatch: pytest.MonkeyPatch) -> Iterator[Filling]:
    for name in ("LOOK_EVERY", "GATHER_FOR", "FIRST_PAUSE", "LONGEST_PAUSE"):
        monkeypatch.setattr(module, name, 0.01)
    thread = threading.Thread(target=filling.run)
    thread.start()
    yield filling
    filling.stop()
    thread.join()


def _append(journal: FileJournal, first: int, count: int) -> None:
    events = [Event("ci", str(number), "t", NOW, "", "", b"{}") for number in range(first, first + count)]
    journal.append(events, NOW)


def _eventually(condition: Callable[[], Any]) -> None:
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError


def test_everything_gets_into_the_lake_once(running: Filling, journal: FileJournal, lake: Any) -> None:
    for start in range(0, 1000, 100):
        _append(journal, start, 100)
        running.wake()
    _eventually(lambda: running.taken == 1000)
    assert [each.offset for each in lake.entries] == list(range(1, 1001))
    assert running.failure == ""


def test_it_goes_on_where_the_lake_is(journal: FileJournal, lake: Any, door: LakeDoor) -> None:
    _append(journal, 0, 10)
    lake.entries = list(journal.read(0, 4))
    filling = Filling(journal, door, lambda: NOW, days=30)
    assert filling.taken == 4
    filling._take()
    assert [each.offset for each in lake.entries] == list(range(1, 11))


def test_a_lake_that_fails_is_opened_again(
    running: Filling, journal: FileJournal, lake: Any, door: LakeDoor, deriving: Deriving
) -> None:
    health = IngestHealth(journal, door, running, deriving)
    _eventually(lambda: running._retain_at > 0)
    lake.broken = True
    _append(journal, 0, 10)
    _eventually(lambda: running.failure)
    assert health.report().problems == ("the lake is broken",)
    assert (health.report().measures["lag"], running.taken) == (10, 0)
    lake.broken = False
    _eventually(lambda: running.taken == 10 and not running.failure)
    assert lake.opened == 2
    assert health.report().problems == ("the lake began anew",)
    assert health.report().measures["lag"] == 0


def test_what_the_lake_lost_is_taken_again(running: Filling, journal: FileJournal, lake: Any) -> None:
    _append(journal, 0, 10)
    _eventually(lambda: running.taken == 10)
    lake.entries = []
    _eventually(lambda: [each.offset for each in lake.entries] == list(range(1, 11)))


def test_a_shut_lake_answers_nobody(door: LakeDoor, lake: Any) -> None:
    from setpoint.errors import LakeError

    door.shut()
    with pytest.raises(LakeError, match="opened again in a moment"):
        door.use()
    lake.broken = True
    with pytest.raises(LakeError, match="is broken"):
        door.open()
    lake.broken = False
    assert door.open() is door.use()
    lake.broken = True
    door.shut()
    door.shut()


class Machine:
    def __init__(self) -> None:
        self.now, self.tick = NOW, 1000.0

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.tick += seconds


def test_nothing_goes_for_its_age_by_a_clock_that_may_be_wrong(journal: FileJournal, lake: Any, door: LakeDoor) -> None:
    machine = Machine()
    filling = Filling(journal, door, lambda: machine.now, days=30, tick=lambda: machine.tick)

    def gone_by() -> int:
        lake.days = 0
        filling._retain()
        return int(lake.days)

    _append(journal, 0, 10)
    filling._take()
    assert gone_by() == 0, "it has just begun"
    machine.pass_time(SETTLED_AFTER)
    assert gone_by() == 30
    machine.now += timedelta(days=2000)
    machine.pass_time(120)
    assert gone_by() == 0
    machine.now -= timedelta(days=2000)
    machine.pass_time(120)
    assert gone_by() == 0
    assert journal.size().first_offset == 1
    machine.pass_time(SETTLED_AFTER)
    assert gone_by() == 30
