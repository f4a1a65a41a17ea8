"""Marks of what is sensitive or not known yet, and the checks that both formats share."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.intent.terraform.instance import KNOWN_AFTER_APPLY, SENSITIVE, expect, hide, overlay

SECRET = "the secret"

names = st.text(max_size=3)
numbers = st.lists(st.integers(), max_size=2)

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | names,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(names, children, max_size=3),
    max_leaves=12,
)


@st.composite
def documents_with_a_secret(draw: st.DrawFn) -> tuple[Any, list[str | int]]:
    """A document, and the path at which a secret stands in it."""
    value: Any = SECRET
    path: list[str | int] = []
    for _ in range(draw(st.integers(0, 4))):
        if draw(st.booleans()):
            name = draw(names)
            value = {**dict.fromkeys(draw(st.lists(names, max_size=2)), 1), name: value}
            path.insert(0, name)
        else:
            before = draw(numbers)
            value = [*before, value, *draw(numbers)]
            path.insert(0, len(before))
    return value, path


@given(documents_with_a_secret())
def test_hiding_a_path_leaves_nothing_of_what_stood_there(case: tuple[Any, list[str | int]]) -> None:
    value, path = case
    hidden = hide(value, path)
    assert SECRET not in repr(hidden)
    for step in path:
        value, hidden = value[step], hidden[step]
    assert hidden is SENSITIVE


@given(documents_with_a_secret(), st.lists(st.text(min_size=4, max_size=5) | st.integers(10, 20), min_size=1))
def test_a_path_that_leads_astray_never_shows_more_than_was_there(
    case: tuple[Any, list[str | int]], astray: list[str | int]
) -> None:
    value, path = case
    assert SECRET not in repr(hide(value, [*path, *astray]))


@given(documents, documents)
def test_marks_of_another_form_than_the_value_are_no_error(value: Any, marks: Any) -> None:
    marked = overlay(value, marks, KNOWN_AFTER_APPLY)
    assert (marked == value) or "known after apply" in repr(marked)


@given(documents)
def test_marks_without_a_true_change_nothing(value: Any) -> None:
    assert overlay(value, {"a": False, "b": [{"c": False}, None]}, SENSITIVE) == value


def test_a_mark_stands_where_the_value_is_missing() -> None:
    assert overlay({"a": 1}, {"b": True, "c": [True]}, SENSITIVE) == {"a": 1, "b": SENSITIVE, "c": [SENSITIVE]}


def test_a_mark_keeps_its_neighbours() -> None:
    assert overlay([1, {"a": 2, "b": 3}, 4], [False, {"b": True}], SENSITIVE) == [1, {"a": 2, "b": SENSITIVE}, 4]


@pytest.mark.parametrize(
    ("value", "kind"), [(True, int), (1, bool), ("1", int), (None, str), (1.5, int), (SENSITIVE, dict)]
)
def test_a_value_of_another_type_is_refused(value: Any, kind: type[Any]) -> None:
    with pytest.raises(InputError, match=r"'port' is .* was expected"):
        expect(value, kind, "'port'", "here")
