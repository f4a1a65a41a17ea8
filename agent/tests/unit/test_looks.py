"""A place is watched closely until it has long been quiet; one at which something is found, always."""

from __future__ import annotations

from setpoint_agent.looks import AT_FIRST, LATER, MOST, Looks


def test_a_quiet_place_is_looked_at_now_and_then() -> None:
    looks = Looks()
    assert sum(looks.is_due("place") for _ in range(AT_FIRST)) == AT_FIRST
    assert sum(looks.is_due("place") for _ in range(LATER * 100)) == 100
    assert looks.is_due("another")


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
