from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.scan.dast.checks.reflection.script import Inside, insides, stretches


@pytest.mark.parametrize(
    ("script", "inside"),
    [
        ("var a = mark;", Inside.CODE),
        ("var a = 'x\\'mark';", Inside.SINGLE),
        ('var a = "it\'s mark";', Inside.DOUBLE),
        ("var a = `it's ${b} mark`;", Inside.TEMPLATE),
        ("var a = `it's ${mark}`;", Inside.CODE),
        ("var a = `${ {b: `c`} } mark`;", Inside.TEMPLATE),
        ("// it's mark\nvar a;", Inside.LINE),
        ("/* it's\n mark */", Inside.BLOCK),
        ("/* ' */ mark", Inside.CODE),
        ("a = /['\"]/; mark", Inside.CODE),
        ("a = /x[/']mark/;", Inside.PATTERN),
        ("a = b / c; d = 'mark' / 2", Inside.SINGLE),
        ("a = 'not closed\nmark", Inside.CODE),
        ("a = 'x' - MARK - 'y'", Inside.CODE),
    ],
)
def test_what_a_text_is_part_of(script: str, inside: Inside) -> None:
    assert insides(script, "mark") == {inside}


@given(st.text("ab'\"`/*\\${}\n[] =(", max_size=60))
def test_cutting_loses_nothing(script: str) -> None:
    assert "".join(each.text for each in stretches(script)) == script
