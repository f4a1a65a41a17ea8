"""Between two full scans only what somebody pointed at is read, and nothing is said that was not seen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.loop.outcomes import open_rules

from setpoint.errors import InputError
from setpoint.loop.hints import Hints
from setpoint.model.remediation import Mode, RemediationState
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver

Start = Callable[..., Any]


def urn_of(name: str) -> Urn:
    return Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", name)


AREA = Area.of(urn_of("any"))


def started(start: Start, mode: Mode = Mode.AUDIT, every: float = 600.0) -> Any:
    """A worker after its first beat, which reads everything."""
    worker = start(mode, full_scan_every=every)
    assert worker.heartbeat.beat().observed == 2
    worker.world.looks.clear()
    return worker


def test_by_default_every_beat_reads_everything(world: Any, start: Start) -> None:
    worker = start()
    worker.heartbeat.beat()
    worker.heartbeat.beat()
    assert world.scans == 2


def test_without_a_hint_nothing_is_read_until_the_next_scan_is_due(world: Any, start: Start) -> None:
    worker = started(start)
    world.actual["two"]["Locked"] = False
    between = worker.heartbeat.beat()
    assert (between.observed, between.examined, world.looks) == (0, 0, [])
    assert not between.could_not_tell()
    assert between.observed_areas == [AreaCoverage(AREA, Extent.WHOLE)]
    assert worker.ledger.beats()[0].coverage == (AreaCoverage(AREA, Extent.WHOLE),)
    world.pass_time(600)
    assert worker.heartbeat.beat().observed == 2
    assert open_rules(worker) == [("two", "drift/changed")]


def test_only_what_was_hinted_at_is_looked_at(world: Any, start: Start) -> None:
    worker = started(start)
    world.actual["two"]["Locked"] = False
    worker.parts.hints.look_again(urn_of("two"), urn_of("two"))
    worker.heartbeat.beat()
    assert (world.looks, world.scans) == (["two"], 1)
    assert open_rules(worker) == [("two", "drift/changed")]
    world.actual["two"]["Locked"] = True
    worker.parts.hints.look_again(urn_of("two"))
    worker.heartbeat.work()
    assert open_rules(worker) == []


def test_a_hint_brings_forth_a_revert(world: Any, start: Start) -> None:
    worker = started(start, Mode.ENFORCE)
    world.actual["two"]["Locked"] = False
    worker.parts.hints.look_again(urn_of("two"))
    worker.heartbeat.beat()
    worker.settle()
    assert world.actual["two"]["Locked"] is True
    assert [each.state for each in worker.ledger.remediations()] == [RemediationState.VERIFIED]
    assert world.scans == 1


def test_a_hint_tells_of_what_came_up_and_of_what_is_gone(world: Any, start: Start) -> None:
    worker = started(start)
    world.actual["new"] = {"Locked": False}
    del world.actual["one"]
    worker.parts.hints.look_again(urn_of("new"), urn_of("one"))
    worker.heartbeat.beat()
    assert open_rules(worker) == [("new", "drift/unmanaged"), ("one", "drift/missing")]
    del world.actual["new"]
    worker.parts.hints.look_again(urn_of("new"))
    worker.heartbeat.beat()
    assert open_rules(worker) == [("one", "drift/missing")]


def test_a_hint_at_an_area_reads_all_of_it(world: Any, start: Start) -> None:
    worker = started(start)
    world.actual["new"] = {"Locked": False}
    del world.actual["one"]
    worker.parts.hints.look_again(AREA)
    assert worker.heartbeat.beat().observed == 2
    assert open_rules(worker) == [("new", "drift/unmanaged"), ("one", "drift/missing")]


def test_of_a_hinted_area_others_hear_before_it_is_read() -> None:
    hints = Hints()
    hints.look_again(AREA, AREA)
    assert hints.new_areas() == [AREA]
    assert hints.new_areas() == []
    assert hints.take_areas() == {AREA}
    hints.look_again(AREA)
    assert hints.new_areas() == [AREA]


def test_a_hint_at_what_is_not_read_is_left_alone(world: Any, start: Start) -> None:
    worker = started(start)
    elsewhere = Urn.aws("aws", "210987654321", "eu-west-1", "AWS::S3::Bucket", "two")
    worker.parts.hints.look_again(elsewhere, Area.of(elsewhere))
    assert not worker.heartbeat.beat().could_not_tell()
    assert world.looks == []


def test_what_was_hinted_at_and_cannot_be_read_is_in_doubt_until_it_can(world: Any, start: Start) -> None:
    worker = started(start)
    world.unreadable.add("two")
    worker.parts.hints.look_again(urn_of("two"))
    assert worker.heartbeat.beat().observed_areas == [AreaCoverage(AREA, Extent.PARTIAL, ("s3:GetBucket denied",))]
    assert worker.heartbeat.beat().could_not_tell()
    world.unreadable.clear()
    worker.parts.hints.look_again(urn_of("two"))
    assert not worker.heartbeat.beat().could_not_tell()


def test_a_full_scan_ends_the_doubt(world: Any, start: Start) -> None:
    worker = started(start)
    world.unreadable.add("two")
    worker.parts.hints.look_again(urn_of("two"))
    worker.heartbeat.beat()
    world.unreadable.clear()
    world.pass_time(600)
    assert not worker.heartbeat.beat().could_not_tell()


def test_an_area_of_which_nothing_could_be_read_is_asked_for_again(world: Any, start: Start) -> None:
    world.extent, world.reasons = Extent.NONE, ("s3:ListBuckets denied",)
    worker = started(start)
    world.extent, world.reasons = Extent.WHOLE, ()
    assert not worker.heartbeat.beat().could_not_tell()
    assert world.scans == 2


def test_what_is_declared_anew_is_compared_at_once(world: Any, start: Start) -> None:
    worker = started(start)
    world.declared["two"] = {"Locked": False}
    worker.heartbeat.beat()
    assert open_rules(worker) == [("two", "drift/changed")]


def test_a_waiver_counts_from_the_beat_after_it_was_entered_until_it_expires(world: Any, start: Start) -> None:
    world.actual["two"]["Locked"] = False
    worker = started(start, every=86400.0)
    assert open_rules(worker)
    now = world.now
    waiver = Waiver("w1", "*:two", "*", "*", "known", "me", "T-1", now, now + timedelta(hours=1), "me")
    worker.ledger.visitor().add_waiver(waiver)
    worker.heartbeat.beat()
    assert open_rules(worker) == []
    world.pass_time(3601)
    worker.heartbeat.beat()
    assert open_rules(worker) == [("two", "drift/changed")]


def test_a_beat_that_came_to_nothing_is_followed_by_one_that_reads_everything(world: Any, start: Start) -> None:
    worker = started(start)
    read = world.read
    world.declared["three"] = {}
    world.read = _fail
    with pytest.raises(InputError):
        worker.heartbeat.beat()
    world.read = read
    del world.declared["three"]
    assert worker.heartbeat.beat().observed == 2


def _fail() -> None:
    raise InputError("this is no template")


def test_hints_may_come_from_any_thread_and_each_is_taken_once() -> None:
    hints = Hints()
    names = [urn_of(str(number)) for number in range(200)]
    threads = [threading.Thread(target=lambda: hints.look_again(*names, AREA)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(hints.take_urns()) == sorted(names)
    assert hints.take_areas() == frozenset({AREA})
    assert (hints.take_urns(), hints.take_areas()) == ([], frozenset())


def test_a_worker_that_starts_anew_reads_everything_first(start: Start) -> None:
    worker = started(start)
    worker.stop()
    assert start(Mode.AUDIT, full_scan_every=600.0).heartbeat.beat().observed == 2
