from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from setpoint.model.dast import Part, PartPlace
from setpoint.scan.dast.values import made, value_of

BOUNDS = st.one_of(st.none(), st.integers(-50, 50))


def body(name: str, schema: dict[str, Any], example: Any = None) -> Part:
    return Part(PartPlace.BODY, name, schema, example)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer", "example": 7, "minimum": 9}, 7),
        ({"type": "string", "default": "b", "enum": ["a", "b"]}, "b"),
        ({"type": ["null", "string"], "enum": [None, "a"]}, "a"),
        ({"type": "boolean"}, True),
        ({"const": "x"}, "x"),
        ({"type": "integer", "minimum": 10, "multipleOf": 4}, 12),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, 2),
        ({"type": "number", "exclusiveMaximum": 1}, 0.99),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        ({"type": "object", "properties": {"a": {"type": "integer"}, "b": {}}, "required": ["a"]}, {"a": 1}),
        ({"allOf": [{"type": "object"}, {"properties": {"a": {"const": 2}}, "required": ["a"]}]}, {"a": 2}),
    ],
)
def test_a_schema_has_a_value(schema: dict[str, Any], expected: Any) -> None:
    assert made(schema, "thing", "m") == expected


def test_the_documents_example_comes_first() -> None:
    assert value_of(body("/name", {"type": "string"}, "Widget"), "m") == "Widget"


def test_names_and_formats_say_what_a_text_is() -> None:
    assert value_of(body("/contactEmail", {"type": "string"}), "m") == "setpoint-m@example.com"
    assert value_of(body("/homepage", {"type": "string", "format": "uri"}), "m") == "https://example.com/setpoint-m"
    assert value_of(body("/items/0/title", {"type": "string"}), "m") == "setpoint-m"
    assert value_of(body("/tags/0", {"type": "string"}), "m") == "setpoint-m"


def test_texts_of_two_callers_differ_even_where_they_are_short() -> None:
    part = body("/code", {"type": "string", "maxLength": 8})
    title = body("/title", {"type": "string", "maxLength": 8, "minLength": 4})
    assert value_of(title, "mark-1"[-6:]) != value_of(title, "mark-2"[-6:])
    assert len(str(value_of(part, "m" * 50))) <= 8


@given(BOUNDS, BOUNDS, st.sampled_from([None, 1, 3, 5]))
def test_a_whole_number_keeps_to_its_bounds(low: int | None, high: int | None, step: int | None) -> None:
    if low is not None and high is not None and high - low < 6:
        high = low + 6
    told = {"type": "integer", "minimum": low, "maximum": high, "multipleOf": step}
    schema = {key: value for key, value in told.items() if value is not None}
    assert Draft202012Validator(schema).is_valid(made(schema, "n", "m"))


@given(st.integers(0, 40), st.integers(0, 40), st.text("abcdef0123456789", min_size=4, max_size=10))
def test_a_text_keeps_to_its_lengths(least: int, more: int, marker: str) -> None:
    schema = {"type": "string", "minLength": least, "maxLength": least + more}
    assert Draft202012Validator(schema).is_valid(made(schema, "title", marker))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "type",
                        "items",
                        "properties",
                        "required",
                        "enum",
                        "minimum",
                        "maxLength",
                        "pattern",
                        "allOf",
                        "oneOf",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_any_schema_gives_some_value(schema: Any) -> None:
    made(schema, "name", "m")
