"""The loop without an end: what a beat may run into, and what nothing may survive."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from setpoint.errors import (
    CouldNotTellError,
    Error,
    FencedError,
    InputError,
    LeaseHeldError,
    LedgerError,
    TemporaryError,
)
from setpoint.loop.report import BeatReport
from setpoint.loop.runner import Runner

Start = Callable[..., Any]


class Skipping(threading.Event):
    """Waits by letting the world's time pass."""

    def __init__(self, world: Any) -> None:
        super().__init__()
        self._world = world

    def wait(self, timeout: float | None = None) -> bool:
        self._world.pass_time(timeout or 0.0)
        return self.is_set()


def run(world: Any, worker: Any, *, until: int) -> list[BeatReport | Error]:
    """What the loop reported, up to so many times."""
    worker.ledger.release(worker.lease)
    stop = Skipping(world)
    reports: list[BeatReport | Error] = []

    def take(report: BeatReport | Error) -> None:
        reports.append(report)
        if len(reports) == until:
            stop.set()

    Runner(replace(worker.parts, stopping=stop.is_set), stop).forever(take, lambda _report: None)
    return reports


@pytest.mark.parametrize("error", [InputError("this is not JSON", where="state:1"), CouldNotTellError("AWS is silent")])
def test_a_beat_that_came_to_nothing_is_followed_by_another(world: Any, start: Start, error: Error) -> None:
    fingerprints: Iterator[Error | str] = iter([error, "1", error, "2"])

    def fingerprint() -> str:
        told = next(fingerprints)
        if isinstance(told, Error):
            raise told
        return told

    world.fingerprint = fingerprint
    reports = run(world, start(), until=4)
    assert [each if isinstance(each, Error) else each.observed for each in reports] == [error, 2, error, 2]


def test_what_cannot_be_told_between_two_beats_is_taken_up_by_the_next(world: Any, start: Start) -> None:
    world.lag = 1
    world.actual["one"]["Locked"] = False
    error = TemporaryError("another process is writing to the ledger")
    look, looks = world.look, iter([None, None, error])

    def sometimes(urn: Any) -> Any:
        failure = next(looks, None)
        if failure is not None:
            raise failure
        return look(urn)

    world.look = sometimes
    reports = run(world, start(), until=3)
    assert error in reports
    last = reports[-1]
    assert isinstance(last, BeatReport)
    assert [each.state for each in last.remediations] == ["verified"]


def test_a_ledger_that_fails_ends_the_loop(world: Any, start: Start) -> None:
    def fail() -> str:
        raise LedgerError("the disk is full")

    world.fingerprint = fail
    with pytest.raises(LedgerError, match="the disk is full"):
        run(world, start(), until=1)


class Standby:
    """A loop beside the one that has the lease: what it said, and what happens before its next look."""

    def __init__(self, world: Any, parts: Any, between: Iterator[Callable[[], object]]) -> None:
        self.held: list[str] = []
        self.reports: list[BeatReport | Error] = []
        self._between = between
        self._stop = Skipping(world)
        Runner(replace(parts, stands_by=True), self._stop).forever(self._report, lambda _report: None, self._wait)

    def _wait(self, error: LeaseHeldError) -> None:
        self.held.append(error.what)
        self._go_on()

    def _report(self, report: BeatReport | Error) -> None:
        self.reports.append(report)
        self._go_on()

    def _go_on(self) -> None:
        happens = next(self._between, None)
        if happens is None:
            self._stop.set()
        else:
            happens()


def test_who_stands_by_goes_on_when_the_lease_is_free_and_never_goes_back_in_time(world: Any, start: Start) -> None:
    leader = start()
    ahead = leader.parts.clock.now() + timedelta(minutes=5)

    def end() -> None:
        leader.ledger.visitor().note("leader", "said", "its clock is ahead", {}, ahead)
        leader.ledger.release(leader.lease)

    standby = Standby(world, leader.parts, iter([lambda: None, end]))
    assert len(standby.held) == 2
    assert "works on" in standby.held[0]
    (report,) = standby.reports
    assert isinstance(report, BeatReport)
    assert report.started_at >= ahead


def test_who_lost_the_lease_stands_by(world: Any, start: Start) -> None:
    worker = start()
    worker.ledger.release(worker.lease)
    taken = []

    def take_over() -> None:
        far_ahead = worker.parts.clock.now() + timedelta(days=1)
        taken.append(worker.ledger.acquire(worker.parts.settings.scope, far_ahead, 1e6)[0])

    standby = Standby(world, worker.parts, iter([take_over, lambda: None]))
    assert [type(each) for each in standby.reports] == [BeatReport, FencedError]
    assert len(standby.held) == 1


def test_without_others_a_lease_that_is_held_ends_the_loop(world: Any, start: Start) -> None:
    worker = start()
    with pytest.raises(LeaseHeldError):
        Runner(worker.parts, Skipping(world)).forever(lambda _report: None, lambda _report: None)
