"""What the document says that an answer holds, against what it holds. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from setpoint.model.canonical import Json
from setpoint.model.dast import Operation

_EITHER = ("allOf", "anyOf", "oneOf")


def schema_of(operation: Operation, status: int) -> Json:
    """Of the body of an answer with this status; None where the document says nothing of it."""
    for key in (str(status), f"{status // 100}XX", "default"):
        if operation.responses.get(key):
            return operation.responses[key]
    return None


def is_listed(schema: Json, pointer: str) -> bool | None:
    """Whether the schema names the value at this pointer; None where it lists nothing there at all."""
    step, _, rest = pointer.lstrip("/").partition("/")
    if not pointer:
        return True
    answers = [_below(each, step, rest) for each in _shapes(schema)]
    if True in answers:
        return True
    return False if False in answers else None


def names_listed(schema: Json) -> frozenset[str]:
    """Names of an object's members, as far as the schema names them."""
    return frozenset(name for each in _shapes(schema) for name in each.get("properties") or {})


def _below(schema: Mapping[str, Json], step: str, rest: str) -> bool | None:
    name = step.replace("~1", "/").replace("~0", "~")
    properties = schema.get("properties")
    if isinstance(properties, dict) and name in properties:
        return is_listed(properties[name], f"/{rest}") if rest else True
    if step.isdecimal() and isinstance(schema.get("items"), dict):
        return is_listed(schema["items"], f"/{rest}") if rest else True
    more = schema.get("additionalProperties")
    if isinstance(more, dict) and more:
        return is_listed(more, f"/{rest}") if rest else True
    return False if properties else None


def _shapes(schema: Json, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The schema itself and all that it is put together from."""
    if not isinstance(schema, dict) or depth > 20:
        return
    yield schema
    for key in _EITHER:
        for each in schema.get(key) or ():
            yield from _shapes(each, depth + 1)
