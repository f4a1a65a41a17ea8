"""Pauses between two starts."""

from hypothesis import given
from hypothesis import strategies as st

from setpoint.supervisor.backoff import FIRST, LONGEST, PROVEN_AFTER, Backoff


def test_pauses_double_up_to_the_longest() -> None:
    backoff = Backoff(chance=lambda: 0.0)
    assert [backoff.after(1.0) for _ in range(9)] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_whoever_stayed_up_begins_anew() -> None:
    backoff = Backoff(chance=lambda: 0.0)
    for _ in range(5):
        backoff.after(1.0)
    assert [backoff.after(PROVEN_AFTER), backoff.after(1.0)] == [FIRST, 2 * FIRST]


@given(st.lists(st.floats(0, 2 * PROVEN_AFTER), min_size=1, max_size=200))
def test_a_pause_is_never_long_and_never_nothing(lives: list[float]) -> None:
    backoff = Backoff()
    assert all(FIRST / 2 <= backoff.after(lived) <= LONGEST for lived in lives)
