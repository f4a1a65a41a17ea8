"""Fields that only operations for higher accounts take, and what an account would like them to hold.

Called by `locked` and `promotion`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Part, PartPlace
from setpoint.scan.dast.checks.access.callers import ranks
from setpoint.scan.dast.checks.access.reading_back import another_value, field_name
from setpoint.scan.dast.checks.access.references import part_reference
from setpoint.scan.dast.checks.access.reserved import reserved_in
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_LOSING: Final = frozenset(
    {
        *("deleted", "disabled", "inactive", "locked", "archived", "closed", "frozen", "hidden", "rejected"),
        *("blocked", "banned", "suspended", "cancelled", "expired", "revoked", "terminated", "denied", "none"),
    }
)
"""Words of what an account could not use any more: the scan would have lost it."""


def reserved_fields(bench: Workbench) -> Mapping[tuple[str, ...], Part]:
    """What only operations for higher accounts say that they take, but for what names an object."""
    if not any(ranks(bench)):
        return {}
    is_reserved = reserved_in(bench)
    kept: dict[tuple[str, ...], Part] = {}
    open_to_all: set[tuple[str, ...]] = set()
    for operation in bench.surface.operations:
        for part in operation.parts if operation.method in {"POST", "PUT", "PATCH"} else ():
            words = words_of(field_name(part)) if part.place is PartPlace.BODY else ()
            if words and not is_reserved(operation):
                open_to_all.add(words)
            elif words and part_reference(operation, part) is None:
                kept.setdefault(words, part)
    return {words: part for words, part in kept.items() if words not in open_to_all}


def gained(part: Part, was: Json) -> Json:
    """Another value that the field takes, and that takes nothing from the account that holds it; None without one."""
    if isinstance(was, bool) and (was or not _LOSING.isdisjoint(words_of(field_name(part)))):
        return None
    choices = part.schema.get("enum")
    if isinstance(choices, list):
        return next((each for each in choices if each != was and _LOSING.isdisjoint(words_of(str(each)))), None)
    return another_value(part, was)
