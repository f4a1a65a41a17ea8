from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.bits import bits_of, members


@given(st.sets(st.integers(0, 5000)))
def test_members_of_what_was_put_together(numbers: set[int]) -> None:
    assert list(members(bits_of(numbers))) == sorted(numbers)
