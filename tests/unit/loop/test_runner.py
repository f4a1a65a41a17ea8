"""The loop without an end: what a beat may run into, and what nothing may survive."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from setpoint.errors import CouldNotTellError, Error, InputError, LedgerError, TemporaryError
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
