"""A place is watched closely until it has long been quiet; one at which something is found, always."""

from __future__ import annotations

import pytest

from setpoint_agent.looks import AT_FIRST, LATER, MOST, RAREST, Looks


def test_a_quiet_place_is_looked_at_now_and_then() -> None:
    looks = Looks()
    assert sum(looks.is_due("place") for _ in range(AT_FIRST)) == AT_FIRST
    assert sum(looks.is_due("place") for _ in range(AT_FIRST - 1)) == AT_FIRST // LATER
    assert looks.is_due("another")


def test_the_longer_it_is_quiet_the_rarer_the_looks() -> None:
    looks = Looks()
    counts = [sum(looks.is_due("place") for _ in range(AT_FIRST * RAREST)) for _ in range(4)]
    assert counts[0] > 2 * counts[1]
    assert all(each == pytest.approx(AT_FIRST / LATER, abs=1) for each in counts[1:])


def test_of_calls_that_take_turns_none_is_left_out() -> None:
    looks = Looks()
    due = [number % 2 for number in range(AT_FIRST * 40) if looks.is_due("place")]
    assert set(due[-4:]) == {0, 1}


def test_a_place_at_which_something_is_found_is_watched_closely() -> None:
    looks = Looks()
    for _ in range(AT_FIRST * 2):
        looks.is_due("place")
    looks.found("place")
    for _ in range(AT_FIRST * 10):
        assert looks.is_due("place")
        looks.found("place")


def test_places_without_end_are_forgotten() -> None:
    looks = Looks()
    for number in range(MOST * 3):
        assert looks.is_due(number)
    assert len(looks._in_vain) <= MOST
