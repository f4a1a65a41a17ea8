"""Whether the loop keeps its pace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from setpoint.errors import CouldNotTellError
from setpoint.loop.pace import Pace
from setpoint.loop.report import BeatReport

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Time:
    def __init__(self) -> None:
        self.now = START

        self.tick = 1000.0

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.tick += seconds

    def pace(self) -> Pace:
        return Pace(60.0, lambda: self.now, lambda: self.tick)


def beat(time: Time, pace: Pace, seconds: float) -> None:
    began = time.now
    time.pass_by(seconds)
    pace.ended(BeatReport(began, time.now))


def test_beats_in_time() -> None:
    time = Time()
    pace = time.pace()
    for _ in range(3):
        beat(time, pace, 5)
        time.pass_by(55)
    health = pace.health()
    assert health.problems == ()
    assert health.measures == {
        "interval_s": 60.0,
        "beats": 3,
        "last_beat_at": (time.now - timedelta(seconds=55)).isoformat(),
        "last_beat_s": 5.0,
        "overran": False,
        "paused": "",
    }


def test_a_beat_that_never_comes() -> None:
    time = Time()
    pace = time.pace()
    time.pass_by(130)
    assert pace.health().problems == ()
    time.pass_by(1)
    assert pace.health().problems == ("no beat has ended in 131 s, and the interval is 60 s",)
    beat(time, pace, 1)
    assert pace.health().problems == ()
    time.pass_by(200)
    assert pace.health().problems == ("the last beat ended 200 s ago, and the interval is 60 s",)


@pytest.mark.parametrize("hours", [-2, 48])
def test_a_clock_that_is_set_neither_hides_nor_makes_a_late_beat(hours: int) -> None:
    time = Time()
    pace = time.pace()
    beat(time, pace, 1)
    time.now += timedelta(hours=hours)
    assert pace.health().problems == ()
    time.pass_by(200)
    assert pace.health().problems == ("the last beat ended 200 s ago, and the interval is 60 s",)


def test_a_beat_that_took_too_long() -> None:
    time = Time()
    pace = time.pace()
    beat(time, pace, 75)
    health = pace.health()
    assert health.problems == ("the last beat took 75.0 s, and the interval is 60 s",)
    assert health.measures["overran"] is True


def test_a_beat_that_could_not_tell() -> None:
    time = Time()
    pace = time.pace()
    pace.ended(CouldNotTellError("AWS is silent"))
    assert pace.health().problems == ("the last beat could not tell: AWS is silent",)
    beat(time, pace, 1)
    assert pace.health().problems == ()


def test_a_pause_is_told_while_it_lasts() -> None:
    time = Time()
    pace = time.pace()
    pace.ended(BeatReport(time.now, time.now, paused="by me@here: because"))
    assert (pace.health().measures["paused"], pace.health().problems) == ("by me@here: because", ())
    pace.ended(BeatReport(time.now, time.now))
    assert pace.health().measures["paused"] == ""


def test_what_cannot_be_matched_is_a_problem_until_it_can() -> None:
    time = Time()
    pace = time.pace()
    pace.ended(BeatReport(time.now, time.now, not_matched="no library"))
    assert pace.health().problems == ("components cannot be matched against advisories: no library",)
    beat(time, pace, 5)
    assert not pace.health().problems


def test_who_stands_by_is_never_late() -> None:
    time = Time()
    pace = time.pace()
    pace.ended(CouldNotTellError("AWS is silent"))
    for _ in range(3):
        time.pass_by(100)
        pace.stands_by("a:7 works on 'default'")
    assert pace.health().problems == ()
    assert pace.health().measures["standing_by"] == "a:7 works on 'default'"
    beat(time, pace, 5)
    assert "standing_by" not in pace.health().measures
