"""Tables on a terminal, wide and narrow: nothing is lost, and no name is broken."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.cli.output import STYLES, Output
from setpoint.cli.table import NOTHING, Rows

URN = "aws:123456789012:eu-west-1:AWS::S3::Bucket:acme-prod-payments-records"
HEADINGS = ("severity", "resource", "what", "closed")
ROW = ("high", URN, "Bucket lets everybody read what is in it, wherever they come from", "-")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What a terminal was sent."""
    monkeypatch.setenv("TERM", "xterm")
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    return stream


def lines(stream: io.StringIO) -> list[str]:
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines()


def test_where_there_is_room_it_is_a_table(shown: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    Output(as_json=False, stream=shown).table(HEADINGS, [ROW])
    heading, _, row = (line for line in lines(shown) if line)
    assert heading.split() == ["severity", "resource", "what"]
    assert re.split(r" {3,}", row.strip()) == list(ROW[:3])


def test_where_there_is_none_each_row_is_a_block_and_names_stay_whole(
    shown: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    Output(as_json=False, stream=shown).table(HEADINGS, [ROW])
    assert [line for line in lines(shown) if line] == [
        "severity",
        "high",
        f"  resource  {URN}",
        "  what      Bucket lets everybody read what is in it, wherever they come from",
    ]


def test_a_table_that_is_shown_whole_keeps_its_empty_columns(
    shown: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    Output(as_json=False, stream=shown).table(("one", "two"), [(1, None)], whole=True)
    assert "two" in shown.getvalue()


@pytest.mark.parametrize("columns", ["40", "80", "120", "200"])
def test_no_line_ends_in_blanks(columns: str, shown: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    Output(as_json=False, stream=shown).table(HEADINGS, [ROW, ("low", "*", "", "2026-05-31 12:00:00Z")])
    assert [line for line in lines(shown) if line != line.rstrip()] == []


WORDS = st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=30)
CELLS = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


HEADED = ("a", "b", "c")


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=4), st.integers(20, 200))
def test_every_word_of_every_row_is_in_its_block(rows: list[tuple[str, str, str]], width: int) -> None:
    blocks = Rows(HEADED, rows, STYLES, whole=True).blocks(width)
    told = " ".join(line.plain for line in blocks).split()
    wanted = [word for row in rows for cell in row for word in cell.split()]
    unsaid = {*HEADED, NOTHING}
    assert sorted(set(told) - unsaid) == sorted(set(wanted) - unsaid)
