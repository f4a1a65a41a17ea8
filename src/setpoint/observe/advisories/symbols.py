"""The code at fault, where an advisory names it, each database in a form of its own. `reading` calls it.

Agents' coverage is held against it: a name that is dotted like Python's can be found there, any other is only shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from setpoint.model.canonical import Json
from setpoint.observe.advisories.members import LONGEST_TEXT, Members

MOST: Final = 10_000
"""Symbols of one entry; Go's standard library has the advisories with most, some hundreds."""


def symbols_of(entry: Members) -> tuple[str, ...]:
    """Sorted, each once. What these members hold is no part of the schema: what is of another form is passed over."""
    found: set[str] = set()
    for name in ("ecosystem_specific", "database_specific"):
        specific = entry.value.get(name)
        if isinstance(specific, dict):
            found.update(each for each in _named(specific) if 0 < len(each) <= LONGEST_TEXT)
    return tuple(sorted(found)[:MOST])


def _named(specific: dict[str, Json]) -> Iterator[str]:
    for each in _objects(specific.get("imports")):
        yield from _of_go(each)
        yield from _of_python(each)
    yield from _texts(specific.get("affected_functions"))  # GitHub's
    affects = specific.get("affects")
    functions = affects.get("functions") if isinstance(affects, dict) else specific.get("functions")
    for path in _texts(functions):  # RustSec's, a list or the keys of an object
        yield path.replace("::", ".")


def _of_go(given: dict[str, Json]) -> Iterator[str]:
    """`{"path": "net/http", "symbols": ["Client.Do"]}` (https://go.dev/doc/security/vuln/database)."""
    path = given.get("path")
    if isinstance(path, str):
        yield from (f"{path}.{symbol}" for symbol in _texts(given.get("symbols")))


def _of_python(given: dict[str, Json]) -> Iterator[str]:
    """`{"attribute": "load", "modules": ["yaml"]}` (github.com/pypa/advisory-database, its README)."""
    attribute = given.get("attribute")
    for module in _texts(given.get("modules")):
        yield f"{module}.{attribute}" if isinstance(attribute, str) and attribute else module


def _objects(value: Json) -> Iterable[dict[str, Json]]:
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _texts(value: Json) -> Iterable[str]:
    return (each for each in value if isinstance(each, str)) if isinstance(value, list | dict) else ()
