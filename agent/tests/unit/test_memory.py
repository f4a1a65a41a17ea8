"""The very same object is remembered, never one that only equals it; the oldest go first."""

from __future__ import annotations

from setpoint_agent.memory import Seen


def test_objects_are_told_apart_by_identity() -> None:
    seen = Seen(10)
    first, second = "".join(["a", "b"]), "".join(["a", "b"])
    seen.add("sink", first)
    assert seen.holds("sink", first)
    assert not seen.holds("sink", second)
    assert not seen.holds("other", first)
    seen.clear()
    assert not seen.holds("sink", first)


def test_it_is_bounded_and_forgets_the_oldest() -> None:
    seen = Seen(10)
    items = [str(number) * 3 for number in range(1_000)]
    for each in items:
        seen.add("sink", each)
        assert seen.holds("sink", each)
        assert len(seen) <= 10
    assert not seen.holds("sink", items[0])
