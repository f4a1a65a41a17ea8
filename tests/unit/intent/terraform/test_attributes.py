"""Typed access to attributes: what is not set, what is not known, what is of another type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.intent.terraform.attributes import Attributes
from setpoint.model.canonical import Json, Unknown

UNKNOWN = Unknown("known after apply")
READERS: dict[str, Callable[[Attributes, str], Json]] = {
    "text": Attributes.text,
    "flag": Attributes.flag,
    "number": Attributes.number,
    "positive": Attributes.positive,
    "numeral": Attributes.numeral,
    "texts": Attributes.texts,
    "document": Attributes.document,
    "tags": Attributes.tags,
}


def _of(value: Any) -> Attributes:
    return Attributes({"a": value}, "state: aws_thing.it")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("value", [None, "", [], {}])
def test_the_empty_values_that_terraform_writes_are_not_set(reader: str, value: Any) -> None:
    assert READERS[reader](_of(value), "a") is None
    assert READERS[reader](_of(value), "b") is None


@pytest.mark.parametrize("reader", READERS)
def test_an_unknown_stays_unknown(reader: str) -> None:
    assert READERS[reader](_of(UNKNOWN), "a") is UNKNOWN


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        ("flag", False, False),
        ("number", 0, 0),
        ("positive", 0, None),
        ("positive", 3, 3),
        ("numeral", 0, "0"),
        ("numeral", 5432, "5432"),
        ("texts", "one", ["one"]),
        ("texts", ["b", "a"], ["a", "b"]),
        ("texts", ["b", UNKNOWN], UNKNOWN),
        ("document", '{"Version": "2012-10-17"}', {"Version": "2012-10-17"}),
        ("tags", {"b": "2", "aws:x": "y", "a": "", "c": None}, [{"Key": "a", "Value": ""}, {"Key": "b", "Value": "2"}]),
        ("tags", {"aws:x": "y"}, None),
    ],
)
def test_what_is_set_takes_cloudformations_type(reader: str, value: Any, expected: Any) -> None:
    assert READERS[reader](_of(value), "a") == expected


def test_default_tags_of_the_provider_count() -> None:
    attributes = Attributes({"tags": {"a": "1"}, "tags_all": {"a": "1", "b": "2"}}, "here")
    assert attributes.tags("tags") == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("text", 1),
        ("flag", "true"),
        ("number", True),
        ("numeral", "5432"),
        ("texts", [1]),
        ("texts", {"a": 1}),
        ("document", "not JSON"),
        ("document", "[]"),
        ("document", "[" * 500 + "]" * 500),
        ("tags", ["a"]),
    ],
)
def test_another_type_is_an_error_that_names_the_address(reader: str, value: Any) -> None:
    with pytest.raises(InputError, match=r"state: aws_thing\.it.*"):
        READERS[reader](_of(value), "a")


def test_blocks_are_made_each_or_the_only_one() -> None:
    blocks = _of([{"x": "1"}, None])
    assert blocks.each("a", lambda block: block.text("x")) == ["1", None]
    assert blocks.one("a", lambda block: block.text("x")) == "1"
    assert _of([]).one("a", lambda block: block.text("x")) is None
    assert _of([{"x": "1"}, UNKNOWN]).each("a", lambda block: block.text("x")) is UNKNOWN


@pytest.mark.parametrize("value", [{"x": 1}, ["x"], "x"])
def test_blocks_of_another_type_are_an_error(value: Any) -> None:
    with pytest.raises(InputError, match=r"state: aws_thing\.it"):
        _of(value).each("a", lambda block: block.text("x"))
