"""Which occurrences on a page nobody accounts for."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.sinks.occurrences import left_over


def texts(page: str, found: list[tuple[int, int]]) -> list[str]:
    return [page[start - 1 : end + 1] for start, end in found]


def test_each_escape_accounts_for_one() -> None:
    page = "<b>blue</b> (blue) [blue]"
    assert len(left_over(page, ["blue"], [], {})) == 3
    assert texts(page, left_over(page, ["blue"], [], {"blue": 2})) == ["[blue]"]
    assert left_over(page, ["blue"], [], {"blue": 3}) == []


def test_longer_escaped_texts_come_first() -> None:
    page = "<b>so blue a sky</b> (blue) [blue]"
    assert texts(page, left_over(page, ["blue"], [], {"blue": 1, "so blue a sky": 1})) == ["[blue]"]


def test_what_is_written_needs_no_escape() -> None:
    page = "<option>blue</option><option>green</option><p>[blue]</p>"
    written = ["<option>blue</option><option>green</option><p>"]
    assert texts(page, left_over(page, ["blue"], written, {})) == ["[blue]"]
    assert left_over(page, ["blue"], written, {"blue": 1}) == []
    assert len(left_over(page, ["blue"], ["blue", "a blue sky"], {})) == 2


def test_gaps_of_what_is_written() -> None:
    page = "<i>blue or green</i>: 7"
    for text in ("<i>blue or green</i>: %d", "<i>blue or green</i>: {number}", "<i>blue or green</i>: $number"):
        assert left_over(page, ["blue"], [text], {}) == []


@settings(deadline=None)
@given(
    st.text("abc<>", max_size=60),
    st.lists(st.text("abc", min_size=1, max_size=4), max_size=3),
    st.lists(st.text("abc<>{}%s", max_size=8), max_size=3),
    st.dictionaries(st.text("abc<>", min_size=1, max_size=4), st.integers(0, 3), max_size=4),
)
def test_what_is_left_is_wanted_and_there(
    page: str, wanted: list[str], written: list[str], escaped: dict[str, int]
) -> None:
    found = left_over(page, wanted, written, escaped)
    assert all(page[start:end] in wanted for start, end in found)
    assert len(found) <= len(left_over(page, wanted, [], {}))
