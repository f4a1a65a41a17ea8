"""Parameters of paths that name no object but a version, a language, a format. Called by `seeding`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Operation, Part, PartPlace, Surface
from setpoint.scan.dast.action_words import LOGINS, RESETS
from setpoint.scan.dast.creations import said_by
from setpoint.scan.dast.identifiers import IDENTIFIERS
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.new_accounts import is_password, is_registration
from setpoint.scan.dast.requests import written
from setpoint.scan.dast.surface.schemas import entries
from setpoint.scan.dast.values import value_of

MOST_VERSIONS: Final = 4
"""Of one operation about logins: each is asked for by itself."""

_OF_NO_OBJECT: Final = frozenset({"version", "ver", "locale", "lang", "language", "format", "ext", "extension", "v"})
"""Names of parameters that say how something is asked for, and not what."""

_FORGETTING: Final = RESETS | frozenset({"forgot", "forgotten", "recover", "recovery", "lost"})


def fixed_in_path(operation: Operation) -> dict[str, Json]:
    """Values of the parameters that name no object."""
    return {part.name: value_of(part, "1") for part in _in_path(operation) if _names_nothing(part)}


def is_fixed(operation: Operation) -> bool:
    """Whether its path has parameters, and none of them names an object."""
    parts = list(_in_path(operation))
    return bool(parts) and all(map(_names_nothing, parts))


def with_versions(surface: Surface) -> Surface:
    """Logins, resets and registrations once for each version that the document names: older ones have the holes."""
    return replace(surface, operations=tuple(each for of in surface.operations for each in _versions(of)))


def _versions(operation: Operation) -> Iterator[Operation]:
    choices = [part for part in _in_path(operation) if _names_nothing(part) and len(entries(part.schema, "enum")) > 1]
    if len(choices) != 1 or not _is_about_logins(operation):
        yield operation
        return
    part = choices[0]
    others = tuple(each for each in operation.parts if each != part)
    for value in entries(part.schema, "enum")[:MOST_VERSIONS]:
        path = operation.path.replace(f"{{{part.name}}}", written(value))
        yield replace(operation, path=path, parts=others)


def _is_about_logins(operation: Operation) -> bool:
    if operation.method not in {"POST", "PUT"}:
        return False
    said = set(said_by(operation))
    return bool(said & (LOGINS | _FORGETTING)) or is_registration(operation) or any(map(is_password, operation.parts))


def _in_path(operation: Operation) -> Iterator[Part]:
    return (each for each in operation.parts if each.place is PartPlace.PATH)


def _names_nothing(part: Part) -> bool:
    words = words_of(part.name)
    if words[-1:] and words[-1] in _OF_NO_OBJECT:
        return True
    if words[-1:] and words[-1] in IDENTIFIERS:
        return False
    return not part.schema.keys().isdisjoint({"enum", "const"})
