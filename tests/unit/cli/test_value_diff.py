from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.cli.side_by_side import unified
from setpoint.cli.value_diff import LONGEST, MOST_LINES, Mark, Row, lines, rows
from setpoint.model.canonical import Unknown, canonical_bytes

integers = st.integers(-(2**63), 2**63 - 1)
leaves = st.none() | st.booleans() | integers | st.text(max_size=6) | st.builds(Unknown, st.text(max_size=4))
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


def shown(intended: Any, actual: Any) -> list[str]:
    return [f"{mark} {text}" for mark, text in unified(rows(intended, actual))]


def test_values_are_shown_as_indented_text() -> None:
    value = {"B": [1, {"C": "x", "D": []}], "A": "true", "T": "one\ntwo", "E": {}, "U": Unknown("Ref X")}
    assert lines(value) == [
        'A: "true"',
        "B:",
        "  - 1",
        "  - C: x",
        "    D: []",
        "E: {}",
        "T:",
        "  one",
        "  two",
        "U: (unknown: Ref X)",
    ]


@pytest.mark.parametrize(("text", "told"), [("1", '"1"'), ("null", '"null"'), ("", '""'), (" a", '" a"'), ("a", "a")])
def test_a_text_is_not_taken_for_something_else(text: str, told: str) -> None:
    assert lines(text) == [told]


def test_what_is_unchanged_is_folded() -> None:
    intended = {f"K{number:02}": number for number in range(20)}
    assert shown(intended, intended | {"K10": "x"}) == [
        "… 9 unchanged lines",
        "  K09: 9",
        "- K10: 10",
        "+ K10: x",
        "  K11: 11",
        "… 8 unchanged lines",
    ]


def test_one_line_is_not_worth_folding() -> None:
    assert shown([1, 2, 3], [1, 2, 4]) == ["  - 1", "  - 2", "- - 3", "+ - 4"]


def test_what_is_only_there_or_gone_has_one_side() -> None:
    assert shown(None, False) == ["+ false"]
    assert shown({"A": 1, "B": 2}, None) == ["- A: 1", "- B: 2"]


def test_a_policy_document_is_told_by_statement() -> None:
    read = {"Sid": "Read", "Effect": "Allow", "Action": ["s3:getobject"], "Resource": ["*"]}
    other = {"Sid": None, "Effect": "Deny", "Action": ["iam:*"], "Resource": ["*"]}
    intended = {"Version": "2012-10-17", "Statement": [read, other]}
    actual = {"Version": "2012-10-17", "Statement": [{**read, "Action": ["s3:*"]}, other]}
    assert shown(intended, actual) == [
        "· statement Read: widened",
        "-   Action: s3:getobject",
        "+   Action: s3:*",
        "… 1 unchanged statement",
    ]


def test_it_is_bounded() -> None:
    told = rows([0] * 10_000, [1] * 20_000)
    assert len(told) <= MOST_LINES + 1
    assert told[-1] == Row(Mark.FOLDED, "19,600 more lines")
    assert max(len(line) for line in lines("x" * 5_000)) == LONGEST


def test_what_differs_is_shown_wherever_it_stands() -> None:
    intended = [f"line {number}" for number in range(450)]
    assert shown(intended, [*intended[:440], "other", *intended[441:]]) == [
        "… 439 unchanged lines",
        "  - line 439",
        "- - line 440",
        "+ - other",
        "  - line 441",
        "… 8 unchanged lines",
    ]
    assert shown(intended, [*intended, "one more"])[-1] == "+ - one more"


def test_a_long_line_is_shown_from_shortly_before_it_differs() -> None:
    gone, new = shown("x" * 5_000 + "old", "x" * 5_000 + "new")
    assert (gone, new) == (f"- …{'x' * 40}old", f"+ …{'x' * 40}new")
    assert max(map(len, shown("x" * 5_000 + "o" * 900, "x" * 5_000))) <= LONGEST + 2


def test_values_that_read_alike_are_told_apart() -> None:
    assert shown("A: 1", {"A": 1}) == ['- "A: 1"', '+ {"A":1}']


FORGED = "mine\n- Sid: all is well"


def test_nothing_from_outside_passes_for_a_line_of_its_own() -> None:
    assert lines({FORGED: FORGED}) == ["mine\\n- Sid: all is well:", "  mine", "  - Sid: all is well"]
    assert lines([Unknown(FORGED)]) == ["- (unknown: mine\\n- Sid: all is well)"]
    statement = {"Sid": FORGED, "Effect": "Allow", "Action": ["s3:*"], "Condition": {"stringlike": {FORGED: [FORGED]}}}
    told = shown({"Statement": []}, {"Statement": [statement]})
    assert told[0] == "· statement mine\\n- Sid: all is well: added"
    assert not any("\n" in line for line in told)


@given(values, values)
def test_what_differs_is_never_without_a_changed_line(intended: Any, actual: Any) -> None:
    changed = any(row.mark in (Mark.GONE, Mark.NEW) for row in rows(intended, actual))
    assert changed == (canonical_bytes(intended) != canonical_bytes(actual))


@given(values, values)
def test_every_line_of_both_sides_is_there_or_counted(intended: Any, actual: Any) -> None:
    told = rows(intended, actual)
    gone = [row.intended for row in told if row.mark is Mark.GONE]
    new = [row.actual for row in told if row.mark in (Mark.GONE, Mark.NEW) and row.actual is not None]
    wanted, found = lines(intended), lines(actual)
    unchanged = sum(
        int((row.intended or "").split()[0].replace(",", "")) if row.mark is Mark.FOLDED else row.mark is Mark.SAME
        for row in told
    )
    assert len(gone) + unchanged == len(wanted)
    assert len(new) + unchanged == len(found)


@given(values)
def test_the_same_has_no_changed_line(value: Any) -> None:
    assert all(row.mark in (Mark.SAME, Mark.FOLDED) for row in rows(value, value))
