"""The longest stretch that a value and an argument have in common."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.provenance.needles import Needles
from setpoint_agent.provenance.recognition import find
from setpoint_agent.request import QUERY, Value

LONG = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=24, max_size=60)


@settings(deadline=None)
@given(value=LONG, data=st.data())
def test_a_various_cut_is_found_to_its_last_character(value: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(value) - 16))
    cut = value[start : start + 16]
    matches = find([Value(QUERY, "q", f"{value}")], f"SELECT * FROM t WHERE n = '{cut}'")
    if len(set(cut)) >= 8 and any(map(str.isdigit, cut)):
        assert [each.found for each in matches] == [cut]


def test_what_all_addresses_share_is_no_cut() -> None:
    assert find([Value(QUERY, "q", "https://www.example.com/")], "SELECT 'https://www.other.org/'") == []


def test_one_character_again_and_again_is_no_cut() -> None:
    assert find([Value(QUERY, "q", f"x{'-' * 40}y")], "a -------------------- b") == []


def test_samples_are_few_however_long_the_value() -> None:
    needles = Needles()
    needles.exact([Value(QUERY, "q", "abcdefgh" * 1_000)])
    assert len(needles.rare()[1]) <= 64
