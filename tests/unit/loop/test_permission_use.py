"""How counting goes on beside the heartbeat."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from setpoint.errors import CouldNotTellError, Error, LedgerError
from setpoint.loop.permission_use import TrailUpdates
from setpoint.observe.interface import TrailRead

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def updates(read: Callable[[], Iterator[TrailRead]], *, is_on: bool = True) -> TrailUpdates:
    return TrailUpdates(read, every=60.0, is_on=is_on, now=lambda: NOW)


def two_pieces() -> Iterator[TrailRead]:
    yield TrailRead("s3://trail/", logs=1, events=10)
    yield TrailRead("s3://trail/", logs=2, events=5, gaps=1, refused=2, first_refused=("why",))


def test_what_was_read_is_told() -> None:
    trail = updates(two_pieces)
    assert trail.update() == 60.0
    assert trail.health().measures == {
        "trail_read_at": NOW.isoformat(),
        "trail_events": 15,
        "trail_gaps": 1,
        "trail_refused": 2,
    }
    assert trail.health().problems == ()


def test_a_stop_comes_between_two_pieces() -> None:
    trail = updates(two_pieces)
    assert trail.update(lambda: True) == 0.0
    assert trail.health().measures["trail_events"] == 10


@pytest.mark.parametrize("error", [CouldNotTellError("s3:ListBucket denied"), LedgerError("it is full", where="/x")])
def test_what_fails_is_tried_later_and_later_and_told_from_the_second_time_on(error: Error) -> None:
    def read() -> Iterator[TrailRead]:
        raise error

    trail = updates(read)
    assert trail.update() == 60.0
    assert trail.health().problems == ()
    assert [trail.update() for _ in range(5)] == [120.0, 240.0, 480.0, 600.0, 600.0]
    assert trail.health().problems == (f"the logs of CloudTrail cannot be read: {error.what}",)


def test_it_goes_on_until_it_is_stopped() -> None:
    asked, stop = threading.Event(), threading.Event()

    def read() -> Iterator[TrailRead]:
        asked.set()
        return iter(())

    with updates(read).going_on(stop):
        assert asked.wait(10.0)
    assert stop.is_set()


def test_without_a_trail_nothing_is_read() -> None:
    stop = threading.Event()
    trail = updates(two_pieces, is_on=False)
    with trail.going_on(stop):
        assert not trail.health().measures
    assert not stop.is_set()
