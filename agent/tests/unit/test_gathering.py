"""What is handed over arrives once, in order, and nobody who hands over ever waits."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence

from setpoint_agent.gathering import MOST, WORKED_OFF_AT, Gathering


def test_items_arrive_in_order() -> None:
    taken: list[int] = []
    gathering = Gathering(taken.extend)
    for number in range(WORKED_OFF_AT * 3 + 5):
        gathering.add(number)
    assert gathering.settle(lambda: list(taken)) == list(range(WORKED_OFF_AT * 3 + 5))


def test_nobody_waits_while_another_is_at_it() -> None:
    working, go_on = threading.Event(), threading.Event()

    def take(_: Sequence[int]) -> None:
        working.set()
        assert go_on.wait(10)

    gathering = Gathering(take)
    other = threading.Thread(target=gathering.settle, args=(list,))
    gathering.add(0)
    other.start()
    assert working.wait(10)
    for number in range(MOST * 2):
        gathering.add(number)
    assert gathering.dropped == MOST
    go_on.set()
    other.join()


def test_it_may_be_added_to_from_within() -> None:
    """As a finaliser or a signal handler would, in the middle of the work."""
    taken: list[int] = []

    def take(numbers: Sequence[int]) -> None:
        for number in numbers:
            taken.append(number)
            if number < WORKED_OFF_AT:
                gathering.add(WORKED_OFF_AT + number)
                if number == 0:
                    signal.raise_signal(signal.SIGUSR1)

    gathering = Gathering(take)
    before = signal.signal(signal.SIGUSR1, lambda *_: gathering.add(1_000))
    try:
        for number in range(WORKED_OFF_AT):
            gathering.add(number)
    finally:
        signal.signal(signal.SIGUSR1, before)
    gathering.settle(list)
    assert sorted(taken) == [*range(WORKED_OFF_AT * 2), 1_000]
