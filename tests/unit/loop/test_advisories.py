"""How advisories are kept up to date beside the heartbeat."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest

from setpoint.errors import InputError, LedgerError
from setpoint.loop.advisories import AdvisoryUpdates
from setpoint.observe.interface import SourceRead

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
WELL, BROKEN = SourceRead("OSV PyPI", taken=1, new=1), SourceRead("KEV", failure="no whole answer came")


class Feeds:
    def __init__(self) -> None:
        self.told: Iterable[SourceRead] = (WELL,)
        self.rounds = 0
        self.asked = threading.Event()

    def read(self) -> Iterator[SourceRead]:
        self.rounds += 1
        self.asked.set()
        yield from self.told

    def updates(self, *, is_on: bool = True) -> AdvisoryUpdates:
        return AdvisoryUpdates(self.read, every=3600.0, is_on=is_on, now=lambda: NOW)


def test_what_was_read_is_read_again_at_its_time() -> None:
    updates = Feeds().updates()
    assert updates.health().measures == {"advisories_read_at": None, "advisories_failing": 0}
    assert updates.update() == 3600.0
    assert updates.health().measures == {"advisories_read_at": NOW.isoformat(), "advisories_failing": 0}
    assert not updates.health().problems


def test_what_fails_is_asked_later_and_later_and_is_told_from_the_second_time_on() -> None:
    feeds = Feeds()
    updates = feeds.updates()
    feeds.told = (WELL, BROKEN)
    assert updates.update() == 60.0
    assert not updates.health().problems
    assert [updates.update() for _ in range(7)] == [120.0, 240.0, 480.0, 960.0, 1920.0, 3600.0, 3600.0]
    assert updates.health().problems == ("KEV cannot be read: no whole answer came",)
    assert updates.health().measures["advisories_failing"] == 1

    feeds.told = (WELL,)
    assert updates.update() == 3600.0
    assert not updates.health().problems


def test_a_ledger_or_a_library_that_is_missing_ends_nothing() -> None:
    for error, told in (
        (LedgerError("it is full", where="/secret/path"), "it is full"),
        (InputError("httpx is missing"), "httpx is missing"),
    ):

        def read(error: Exception = error) -> Iterator[SourceRead]:
            raise error

        updates = AdvisoryUpdates(read, every=3600.0, is_on=True)
        assert updates.update() == 60.0
        updates.update()
        assert updates.health().problems == (f"advisories cannot be read: {told}",)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_nobody_expected_is_told_by_its_health() -> None:
    stop, asked = threading.Event(), threading.Event()

    def read() -> Iterable[SourceRead]:
        asked.set()
        raise KeyError("events")

    updates = AdvisoryUpdates(read, every=3600.0, is_on=True)
    with updates.going_on(stop):
        assert asked.wait(10)
    assert updates.health().problems == ("advisories are read no more: KeyError ended it; start Setpoint again",)


def test_it_goes_on_until_the_stop() -> None:
    feeds, stop = Feeds(), threading.Event()
    with feeds.updates().going_on(stop):
        assert feeds.asked.wait(10)
    assert stop.is_set()
    assert feeds.rounds == 1
    assert "advisories" not in {each.name for each in threading.enumerate()}


def test_where_it_is_off_nothing_is_read_and_nothing_said() -> None:
    feeds, stop = Feeds(), threading.Event()
    updates = feeds.updates(is_on=False)
    with updates.going_on(stop):
        assert not feeds.asked.is_set()
    assert not stop.is_set()
    assert not updates.health().measures
