"""What is remembered: never less than promised, never twice as much."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from setpoint.store.journal.known import KnownIdentities

BATCHES = st.lists(st.integers(1, 9), max_size=40)


@given(st.integers(1, 20), BATCHES)
def test_the_newest_are_known_and_the_oldest_forgotten(size: int, batches: list[int]) -> None:
    window, added = KnownIdentities(size), 0
    for batch in batches:
        window.add([number.to_bytes(16, "big") for number in range(added, added + batch)])
        added += batch
    known = [number for number in range(added) if number.to_bytes(16, "big") in window]
    assert known == list(range(added - len(known), added))
    assert len(known) >= min(size, added)
    assert len(known) <= 2 * (size + max(batches, default=0))
