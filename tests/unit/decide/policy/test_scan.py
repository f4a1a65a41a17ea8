from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.decide.policy.scan import Field, scan


@pytest.mark.parametrize(
    ("expression", "fields"),
    [
        ("resource.A == true", [Field("resource", "A")]),
        ("resource.A.B", [Field("resource", "A"), Field("", "B")]),
        ("resource . A\n . B", [Field("resource", "A"), Field("", "B")]),
        ("resource.A.exists(rule, rule.B == 1)", [Field("resource", "A"), Field("rule", "B")]),
        ("resource.A.startsWith('x')", [Field("resource", "A")]),
        ("resource.A[0].B", [Field("resource", "A"), Field("", "B")]),
        ("has(resource.A)", [Field("resource", "A")]),
        ("'resource.A' == \"resource.B\"", []),
        ("r'\\' == resource.A", [Field("resource", "A")]),
        ("'it\\'s resource.B' == resource.A", [Field("resource", "A")]),
        ('"""resource.B "quoted" """ == resource.A', [Field("resource", "A")]),
        ("resource.A // resource.B 'quoted\n && resource.C", [Field("resource", "A"), Field("resource", "C")]),
        ("1.5 < resource.A && .5 < 1e3", [Field("resource", "A")]),
        ("", []),
        (".", []),
    ],
)
def test_fields_are_found_outside_strings_and_comments(expression: str, fields: list[Field]) -> None:
    assert list(scan(expression).fields) == fields


@pytest.mark.parametrize(
    ("expression", "bound"),
    [
        ("a.exists(x, x) && a.all(y, y) && a.map(z, z)", {"x", "y", "z"}),
        ("a.exists_one( rule , rule)", {"rule"}),
        ("a.filter(x, x.all(y, y))", {"x", "y"}),
        ("a.contains(x)", set()),
        ("exists(x, x)", set()),
    ],
)
def test_macros_bind_their_first_argument(expression: str, bound: set[str]) -> None:
    assert scan(expression).bound == bound


@pytest.mark.parametrize(
    ("expression", "is_whole"),
    [
        ("resource.A == true && resource . B.startsWith('x')", False),
        ("resource.A.exists(x, x == 'resource') // resource", False),
        ("resource['A'] == true", True),
        ("size(resource) > 0", True),
        ("resource.exists(name, name == 'A')", True),
        ("resource.?A == true", True),
        ("resource.A == true && resource == {}", True),
        ("[1].exists(resource, resource.A == 1)", True),
        ("resource", True),
        ("resource.", True),
    ],
)
def test_what_is_used_otherwise_than_by_selecting_is_told(expression: str, *, is_whole: bool) -> None:
    assert ("resource" in scan(expression).whole) is is_whole


@given(st.text())
def test_no_text_makes_it_raise(expression: str) -> None:
    scan(expression)
