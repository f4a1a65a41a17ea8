"""Numbers in little room come back; what is damaged is said to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import LedgerError
from setpoint.store.ledger.inventory.packing import pack_numbers, unpack, unpack_numbers


@given(st.sets(st.integers(1, 2**40)))
def test_numbers_come_back_in_order(numbers: set[int]) -> None:
    assert unpack_numbers(pack_numbers(numbers)) == sorted(numbers)


def test_neighbours_take_a_byte_each() -> None:
    assert len(pack_numbers(range(1, 301))) == 300


def test_what_is_damaged_is_said_to_be() -> None:
    with pytest.raises(LedgerError, match="damaged"):
        unpack_numbers(b"\x81")
    with pytest.raises(LedgerError, match="an advisory in the ledger is damaged"):
        unpack(b"nothing", "an advisory")
