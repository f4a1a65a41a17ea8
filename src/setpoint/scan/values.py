"""Members of a JSON object, of the type that was expected or refused: what tools wrote is nobody's word of honour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.errors import InputError
from setpoint.model.canonical import Json

LONGEST_TEXT: Final = 4096
"""Characters; what a tool tells beyond them tells nobody anything."""

Members = Mapping[str, Json]

NONE: Final[Members] = {}


def as_mapping(value: Json, name: str) -> Members:
    if not isinstance(value, Mapping):
        raise InputError(f"{name} is {_kind(value)}; an object was expected")
    return value


def mapping(parent: Members, key: str) -> Members:
    """The object below `key`; an empty one where there is none."""
    value = parent.get(key)
    return NONE if value is None else as_mapping(value, key)


def items(parent: Members, key: str) -> list[Json]:
    """The list below `key`; an empty one where there is none."""
    value = parent.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError(f"{key} is {_kind(value)}; a list was expected")
    return value


def mappings(parent: Members, key: str) -> list[Members]:
    return [as_mapping(each, f"an entry of {key}") for each in items(parent, key)]


def text(parent: Members, key: str) -> str:
    """The text below `key`, cut where it is too long; empty where there is none."""
    value = parent.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(f"{key} is {_kind(value)}; text was expected")
    return value[:LONGEST_TEXT]


def number(parent: Members, key: str, default: int) -> int:
    """The whole number below `key`."""
    value = parent.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"{key} is {_kind(value)}; a whole number was expected")
    return value


def _kind(value: Json) -> str:
    named = {dict: "an object", list: "a list", str: "a text", bool: "a truth value", type(None): "null"}
    return named.get(type(value), "a number")
