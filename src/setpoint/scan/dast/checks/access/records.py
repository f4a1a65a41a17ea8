"""Objects in documents, and addresses in pages: what a list tells of the things it lists. Called by `holdings`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from setpoint.model.canonical import Json
from setpoint.model.dast import Operation, Part, PartPlace
from setpoint.scan.dast.checks.access.references import naming_parts
from setpoint.scan.dast.naming import singular, words_of
from setpoint.scan.dast.shown_objects import WRAPPERS


def linkable(operation: Operation) -> tuple[Part, ...]:
    """Parts that a link to the operation gives: of the path in its order, then those of the query."""
    in_path = [part for part in operation.parts if part.place is PartPlace.PATH]
    in_path.sort(key=lambda part: operation.path.find(f"{{{part.name}}}"))
    in_query = [part for part in naming_parts(operation) if part.place is PartPlace.QUERY and part.is_required]
    if not in_path:
        in_query = [part for part in naming_parts(operation) if part.place is PartPlace.QUERY]
    return (*in_path, *in_query)


def pattern_of(operation: Operation) -> re.Pattern[str]:
    fixed = re.split(r"\{[^}]*\}", operation.path)
    return re.compile("([^/]+)".join(re.escape(each) for each in fixed))


def identifier_in(document: Json, noun: str, part: Part) -> Json:
    """Of the object that was asked for, what this part names it by; None where nothing says so."""
    for _, record, is_main in records_in(document, noun):
        for name in (part.name, "id", "uuid", "_id") if is_main else ():
            value = record.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool):
                return value
    return None


def records_in(document: Json, noun: str) -> Iterator[tuple[str, Mapping[str, Json], bool]]:
    """Every object in it: what it is called, itself, and whether it is what was asked for, not what that speaks of."""
    waiting: list[tuple[str, Json, bool]] = [(noun, document, True)]
    while waiting:
        kind, node, is_main = waiting.pop()
        if isinstance(node, list):
            waiting += [(kind, each, is_main) for each in reversed(node)]
        elif isinstance(node, dict):
            yield kind, node, is_main
            for name, each in node.items():
                words = words_of(name)
                if words and words[-1] in WRAPPERS:
                    waiting.append((kind, each, is_main))
                elif words:
                    waiting.append((singular(words[-1]), each, is_main and isinstance(each, list)))
