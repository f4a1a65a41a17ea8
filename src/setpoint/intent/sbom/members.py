"""Members of a parsed document, each of the type that it has to have, or refused by its path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.errors import InputError
from setpoint.model.canonical import Json

_KINDS: Final = {
    str: "text",
    dict: "an object",
    list: "a list",
    bool: "a truth value",
    int: "a number",
    float: "a number",
}

Object = Mapping[str, Json]


def text(parent: Object, key: str, path: str) -> str:
    """Empty where it is missing or null."""
    value = parent.get(key)
    if type(value) is str:
        return value
    if value is None:
        return ""
    raise wrong(value, f"{path}.{key}" if path else key, "text")


def items(parent: Object, key: str, path: str) -> list[Json]:
    """Empty where it is missing or null."""
    value = parent.get(key)
    if type(value) is list:
        return value
    if value is None:
        return []
    raise wrong(value, f"{path}.{key}" if path else key, "a list")


def child(parent: Object, key: str, path: str) -> Object:
    """Empty where it is missing or null."""
    value = parent.get(key)
    if type(value) is dict:
        return value
    if value is None:
        return {}
    raise wrong(value, f"{path}.{key}" if path else key, "an object")


def an_object(value: Json, path: str) -> Object:
    if type(value) is dict:
        return value
    raise wrong(value, path, "an object")


def a_text(value: Json, path: str) -> str:
    if type(value) is str:
        return value
    raise wrong(value, path, "text")


def wrong(value: Json, path: str, expected: str) -> InputError:
    shown = "null" if value is None else _KINDS.get(type(value), "something else")
    return InputError(f"{path} is {shown}; {expected} was expected")
