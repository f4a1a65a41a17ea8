"""The work queue: no key twice, none before its time, none lost."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from setpoint.loop.queue import WorkQueue

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_key_is_in_it_once() -> None:
    queue = WorkQueue()
    queue.add("a", NOON)
    queue.add("a", NOON)
    assert len(queue) == 1
    assert queue.take(NOON) == "a"
    assert queue.take(NOON) is None


def test_of_two_wishes_the_earlier_counts() -> None:
    queue = WorkQueue()
    queue.add("a", at(60))
    queue.add("a", at(5))
    queue.add("a", at(90))
    assert queue.take(at(4)) is None
    assert queue.take(at(5)) == "a"
    assert queue.next_due() is None


def test_a_key_taken_can_be_added_again() -> None:
    queue = WorkQueue()
    queue.add("a", NOON)
    queue.take(NOON)
    queue.add("a", at(1))
    assert "a" in queue
    assert queue.next_due() == at(1)


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 20))))
def test_every_key_comes_out_once_at_its_earliest_time_and_in_order(wishes: list[tuple[str, int]]) -> None:
    queue = WorkQueue()
    earliest: dict[str, int] = {}
    for key, second in wishes:
        queue.add(key, at(second))
        earliest[key] = min(second, earliest.get(key, second))
    taken = []
    for second in range(21):
        while (key_taken := queue.take(at(second))) is not None:
            taken.append((key_taken, second))
    assert dict(taken) == earliest
    assert len(taken) == len(earliest)
