"""The clock never goes back, whatever the machine's does."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from setpoint.loop.clock import Clock

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Machine:
    """A machine whose wall clock can be set, and whose monotonic clock cannot."""

    def __init__(self) -> None:
        self.wall_now = START.timestamp()
        self.tick = 1000.0

    def pass_time(self, seconds: float) -> None:
        self.wall_now += seconds
        self.tick += seconds

    def clock(self, floor: datetime | None = None) -> Clock:
        return Clock(floor, wall=lambda: self.wall_now, monotonic=lambda: self.tick)


def test_follows_the_wall_clock_while_that_moves_forward() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.pass_time(5)
    assert clock.now() == START + timedelta(seconds=5)
    assert clock.behind() is None


def test_a_clock_that_jumps_back_is_carried_on_and_told() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall_now -= 3600
    machine.pass_time(10)
    assert clock.now() == START + timedelta(seconds=10)
    assert clock.behind() == timedelta(hours=1)


def test_time_starts_no_earlier_than_what_the_ledger_knows() -> None:
    machine = Machine()
    clock = machine.clock(floor=START + timedelta(days=2))
    machine.pass_time(1)
    assert clock.now() == START + timedelta(days=2, seconds=1)
    assert clock.behind() == timedelta(days=2)


def test_a_clock_that_leaps_ahead_is_followed_and_told() -> None:
    machine = Machine()
    clock = machine.clock(floor=START - timedelta(days=1))
    machine.pass_time(3600)
    clock.now()
    assert clock.leap.by == timedelta(0)
    machine.wall_now += 7200
    machine.pass_time(10)
    assert clock.now() == START + timedelta(seconds=3600 + 7200 + 10)
    assert (clock.leap.at, clock.leap.by) == (clock.now(), timedelta(hours=2))
    machine.wall_now -= 7200
    machine.pass_time(10)
    assert clock.machine() == START + timedelta(seconds=3620)
    assert clock.now() == clock.leap.at + timedelta(seconds=10)


def test_a_small_step_back_is_smoothed_over() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall_now -= 0.5
    assert clock.now() == START
    assert clock.behind() is None


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e4)), max_size=20))
def test_never_goes_back(steps: list[tuple[float, float]]) -> None:
    machine = Machine()
    clock = machine.clock()
    told = [clock.now()]
    for jump, passed in steps:
        machine.wall_now += jump
        machine.pass_time(passed)
        told.append(clock.now())
    assert told == sorted(told)


def test_time_can_be_told_to_start_later_and_never_earlier() -> None:
    clock = Clock(wall=lambda: 1000.0, monotonic=lambda: 0.0)
    now = clock.now()
    clock.start_from(now + timedelta(seconds=90))
    clock.start_from(now)
    clock.start_from(None)
    assert clock.now() == now + timedelta(seconds=90)
