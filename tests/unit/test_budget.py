"""The budget of calls: with a clock that the test turns, nothing sleeps and everything is exact."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.budget import BACK_OFF, RECOVERY, SETTLES, SLOWEST, CallBudget


class Time:
    """Goes on by itself only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds


def budget(most: float) -> tuple[CallBudget, Time]:
    time = Time()
    return CallBudget(most, clock=time.clock, sleep=time.sleep), time


def seconds_of(budget: CallBudget, time: Time, calls: int) -> float:
    began = time.now
    for _ in range(calls):
        budget.take()
    return time.now - began


@given(st.floats(0.5, 1000.0), st.integers(1, 200))
def test_calls_are_never_faster_than_the_settings_say(most: float, calls: int) -> None:
    paced, time = budget(most)
    assert seconds_of(paced, time, calls) == pytest.approx((calls - 1) / most)
    assert paced.calls == calls


def test_time_in_which_nothing_was_called_is_not_saved_up() -> None:
    paced, time = budget(10.0)
    paced.take()
    time.now += 100.0
    assert seconds_of(paced, time, 11) == pytest.approx(1.0)


def test_it_slows_down_at_once_and_recovers_slowly() -> None:
    paced, time = budget(100.0)
    paced.throttled()
    assert paced.rate == pytest.approx(100.0 * BACK_OFF)
    time.now += 1.0
    assert paced.rate == pytest.approx(100.0 * (BACK_OFF + RECOVERY))
    time.now += 3600.0
    assert paced.rate == 100.0


def test_calls_after_a_refusal_are_spread_by_the_lower_rate() -> None:
    paced, time = budget(100.0)
    paced.take()
    paced.throttled()
    assert seconds_of(paced, time, 51) > 0.9


def test_answers_to_calls_that_were_on_their_way_already_count_once() -> None:
    paced, time = budget(100.0)
    for _ in range(8):
        paced.throttled()
    assert paced.rate == pytest.approx(50.0)
    time.now += SETTLES
    paced.throttled()
    assert paced.rate == pytest.approx((50.0 + 100.0 * RECOVERY * SETTLES) * BACK_OFF)


@given(st.lists(st.booleans(), max_size=60), st.floats(1.0, 500.0))
def test_the_rate_stays_between_its_bounds(answers: list[bool], most: float) -> None:
    paced, time = budget(most)
    for throttled in answers:
        paced.take()
        time.now += 0.7
        if throttled:
            paced.throttled()
        assert most * SLOWEST <= paced.rate <= most


def test_threads_share_one_rate() -> None:
    paced, time = budget(50.0)
    threads = [threading.Thread(target=lambda: seconds_of(paced, time, 25)) for _ in range(4)]
    began = time.now
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert paced.calls == 100
    assert time.now - began >= 99 / 50.0 - 1e-6
