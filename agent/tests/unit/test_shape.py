"""What leaves the process of a value tells its form, and never the value."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.shape import LONGEST_SHAPE, fingerprint, shape


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abc-12", "a{3}.9{2}"), ("", ""), ("a", "a"), ("John Smith", "a{4}_a{5}"), ("\n\t", "_{2}"), ("é٣—", "a9.")],
)
def test_shapes(text: str, expected: str) -> None:
    assert shape(text) == expected


@settings(deadline=None)
@given(st.text(max_size=2_000))
def test_a_shape_is_short_and_holds_nothing_of_the_text(text: str) -> None:
    told = shape(text)
    assert len(told) <= LONGEST_SHAPE + 1
    assert set(told) <= set("a9_.{}0123456789…")
    assert shape(text.swapcase()) == told or text.swapcase().swapcase() != text


def test_a_fingerprint_is_keyed() -> None:
    assert fingerprint("chair", b"") == ""
    assert fingerprint("chair", b"one") == fingerprint("chair", b"one")
    assert len({fingerprint(text, key) for text in ("chair", "table", "\ud800") for key in (b"one", b"two")}) == 6
    assert len(fingerprint("chair", b"one")) == 32
