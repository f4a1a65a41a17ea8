"""A report holds so many rows and octets, and no text that its reader would refuse."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.room import LONGEST_NAME, Room, cut


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=10), st.text(max_size=50)), max_size=50), st.integers(0, 2_000))
def test_what_fits_is_within_its_octets(rows: list[dict[str, str]], octets: int) -> None:
    room = Room(rows=20, octets=octets)
    taken = [row for row in rows if room.takes(row)]
    assert len(taken) <= 20
    assert not taken or len(json.dumps(taken, separators=(",", ":"))) <= octets + 1


@settings(deadline=None)
@given(st.text(max_size=600))
def test_a_name_is_short_and_printable(text: str) -> None:
    name = cut(text)
    assert len(name) <= LONGEST_NAME
    assert name.isprintable()
    if text.isprintable() and len(text) <= LONGEST_NAME:
        assert name == text
