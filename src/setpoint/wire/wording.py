"""What is wrong with a field, in our own words: pydantic's are for programmers. Server and client ask here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

WORDS: Final[Mapping[str, str]] = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
    "string_type": "text was expected",
    "string_too_long": "it has more than {max_length:,} characters",
    "string_pattern_mismatch": "it is not of the form that it should have",
    "bool_type": "true or false was expected",
    "bool_parsing": "true or false was expected",
    "int_type": "a whole number was expected",
    "int_parsing": "a whole number was expected",
    "int_from_float": "a whole number was expected",
    "float_type": "a number was expected",
    "float_parsing": "a number was expected",
    "finite_number": "a finite number was expected",
    "greater_than": "more than {gt} was expected",
    "greater_than_equal": "at least {ge} was expected",
    "less_than": "less than {lt} was expected",
    "less_than_equal": "at most {le} was expected",
    "enum": "{expected} was expected",
    "literal_error": "{expected} was expected",
    "dict_type": "an object was expected",
    "model_attributes_type": "an object was expected",
    "model_type": "an object was expected",
    "list_type": "a list was expected",
    "tuple_type": "a list was expected",
    "too_long": "it has {actual_length} entries; at most {max_length} are taken",
    "json_invalid": "this is not JSON",
    "value_error": "{error}",
}
"""Pydantic's kind of error (*Validation Errors*) → what is wrong, with what it tells of itself."""

EMPTY: Final = "it is empty"


def told(error: Mapping[str, Any]) -> str:
    """One of a `ValidationError`'s errors, as a clause."""
    kind, context = str(error["type"]), error.get("ctx") or {}
    if kind in ("string_too_short", "string_pattern_mismatch") and not str(error.get("input") or "").strip():
        return EMPTY
    if kind in ("string_too_short", "too_short"):
        return f"it is too short: at least {context['min_length']} was expected"
    words = WORDS.get(kind, "it is not what was expected")
    return words.format_map({name: _plain(each) for name, each in context.items()})


def _plain(told: object) -> object:
    """A bound of a number of seconds as people write it: 0, not 0.0."""
    return int(told) if isinstance(told, float) and told.is_integer() else told


def place(error: Mapping[str, Any]) -> str:
    """Where that was: `body.reason`, `query.limit`."""
    return ".".join(str(each) for each in error["loc"])
