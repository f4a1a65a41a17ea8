"""Paths as templates: what they are of, and which address is one of theirs: `/orders/{orderId}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Operation, Part, PartPlace
from setpoint.scan.dast.naming import is_parameter, segments_of, words_of

_VERBS: Final = frozenset({
    "create", "new", "add", "make", "insert", "save", "list", "search", "find", "all", "store", "submit",
    "neu", "neue", "anlegen", "erstellen", "nouveau", "nouvelle", "creer", "ajouter", "nuevo", "nueva", "crear",
})  # fmt: skip
"""Last steps of paths that stand for what is done, not for what it is done to."""


def collection_of(path: str) -> str:
    """What a list or a creation at this path is of: without verbs at its end."""
    steps = segments_of(path)
    while len(steps) > 1 and set(words_of(steps[-1])) & _VERBS and not is_parameter(steps[-1]):
        steps = steps[:-1]
    return "/" + "/".join(steps)


def shape(path: str) -> str:
    """The template without the names of its parameters: `/orders/{}`."""
    return "/" + "/".join("{}" if is_parameter(each) else each for each in segments_of(path))


def parameters(path: str) -> Iterator[tuple[str, str]]:
    """Name and collection of each parameter of a template, in order."""
    steps = segments_of(path)
    for place, step in enumerate(steps):
        if is_parameter(step):
            yield step[step.index("{") + 1 : step.rindex("}")], "/" + "/".join(steps[:place])


def located(address: str, operation: Operation) -> dict[str, str] | None:
    """Values of the operation's parameters in the path of an address below the base; None where it is another path."""
    steps, ours = segments_of(address), segments_of(operation.path)
    if len(steps) != len(ours):
        return None
    values: dict[str, str] = {}
    for step, mine in zip(steps, ours, strict=True):
        if is_parameter(mine):
            values[mine.strip("{}")] = step
        elif step != mine:
            return None
    return values


def path_parts(operation: Operation, values: Mapping[str, Json]) -> dict[Part, Json]:
    """By parts instead of names."""
    return {part: values[part.name] for part in operation.parts if part.place is PartPlace.PATH and part.name in values}
