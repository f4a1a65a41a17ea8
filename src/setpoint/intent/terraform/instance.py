"""A managed resource instance as Terraform recorded it, and the checks that both of Terraform's formats share.

`state` and `show` make instances; `translate` and the service modules read them through `attributes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from types import NoneType
from typing import Final, TypeVar

from setpoint.errors import InputError
from setpoint.model.canonical import Json, Unknown

SENSITIVE: Final = Unknown("Terraform marks it sensitive, so its value is not read")
KNOWN_AFTER_APPLY: Final = Unknown("known after apply")

DAMAGED: Final = "write the file again with terraform state pull or terraform show -json"

_NAMES: Final[Mapping[type, str]] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
    NoneType: "null",
}

Expected = TypeVar("Expected")


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance of one managed resource."""

    address: str
    """`module.db.aws_db_instance.main["a"]`."""
    type: str
    """Terraform's: `aws_db_instance`."""
    provider: str
    """The provider's configuration, with its alias where the format tells it: two of them may be two accounts."""
    attributes: Mapping[str, Json]
    """What is sensitive, or not known before the apply, is an `Unknown`."""


def expect(value: Json, kind: type[Expected], what: str, where: str) -> Expected:
    """`value`, which must be of this JSON type; `what` names it in the error."""
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    found = _NAMES.get(type(value), "not known")
    raise InputError(f"{what} is {found}; {_NAMES[kind]} was expected", where=where, remedy=DAMAGED)


def hide(value: Json, steps: Sequence[str | int]) -> Json:
    """`value` with what stands at the end of `steps` replaced by `SENSITIVE`.

    Where a step cannot be followed (an element of a set has no index), everything from there on is hidden.
    """
    if value is None:
        return None
    if steps:
        step, rest = steps[0], steps[1:]
        if isinstance(value, Mapping) and isinstance(step, str):
            return {**value, step: hide(value.get(step), rest)}
        if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            return [*value[:step], hide(value[step], rest), *value[step + 1 :]]
    return SENSITIVE


def overlay(value: Json, marks: Json, mark: Unknown) -> Json:
    """`value` with `mark` wherever `marks`, an object of the same form, holds true."""
    if marks is True:
        return mark
    if isinstance(marks, Mapping):
        known = value if isinstance(value, Mapping) else {}
        marked = {name: overlay(known.get(name), each, mark) for name, each in marks.items() if _holds_true(each)}
        return {**known, **marked} if marked else value
    if isinstance(marks, list) and _holds_true(marks):
        elements = value if isinstance(value, list) else []
        return [overlay(element, each, mark) for element, each in zip_longest(elements, marks)]
    return value


def _holds_true(marks: Json) -> bool:
    if isinstance(marks, Mapping):
        return any(map(_holds_true, marks.values()))
    return any(map(_holds_true, marks)) if isinstance(marks, list) else marks is True
