"""A clock is believed once it has gone evenly for an hour, whatever it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.loop.settled import LEAP, SETTLED_AFTER, SettledClock

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Machine:
    def __init__(self) -> None:
        self.wall, self.tick = START, 1000.0

    def pass_time(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.tick += seconds

    def clock(self, *, is_settled: bool = False) -> SettledClock:
        return SettledClock(lambda: self.wall, lambda: self.tick, is_settled=is_settled)


def test_it_has_to_go_evenly_first() -> None:
    machine = Machine()
    clock = machine.clock()
    assert clock.now() is None
    machine.pass_time(SETTLED_AFTER)
    assert clock.now() == machine.wall


@pytest.mark.parametrize("by", [-400 * 86400, -LEAP - 1, LEAP + 1, 400 * 86400])
def test_one_that_was_set_has_to_go_evenly_again(by: float) -> None:
    machine = Machine()
    clock = machine.clock(is_settled=True)
    assert clock.now() == START
    machine.wall += timedelta(seconds=by)
    assert clock.now() is None
    machine.pass_time(SETTLED_AFTER - 1)
    assert clock.now() is None
    machine.pass_time(1)
    assert clock.now() == machine.wall


def test_small_steps_add_up() -> None:
    machine = Machine()
    clock = machine.clock(is_settled=True)
    told = []
    for _ in range(10):
        machine.wall += timedelta(seconds=LEAP / 5)
        machine.pass_time(1)
        told.append(clock.now())
    assert None in told


@given(st.lists(st.tuples(st.floats(-1e7, 1e7), st.floats(0, 7200)), max_size=12))
def test_nothing_is_told_within_an_hour_of_a_leap(steps: list[tuple[float, float]]) -> None:
    machine = Machine()
    clock = machine.clock()
    quiet = 0.0
    for leap, seconds in steps:
        machine.wall += timedelta(seconds=leap)
        machine.pass_time(seconds)
        quiet = 0.0 if abs(leap) > 2 * LEAP else quiet + seconds
        told = clock.now()
        assert told in (None, machine.wall)
        assert told is None or quiet >= SETTLED_AFTER
