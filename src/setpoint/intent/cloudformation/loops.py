"""`Fn::ForEach`, run: each loop replaced by what it makes, with the line of every value it is made of.

Called by `transforms`, before anything else is worked out. The rules are those of the template reference,
"Fn::ForEach".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from setpoint.errors import InputError
from setpoint.files import MAX_YAML_NODES, Document
from setpoint.intent.cloudformation.anatomy import LOOP
from setpoint.intent.cloudformation.functions import first_unknown, text
from setpoint.intent.cloudformation.values import NotRun, ShortForm
from setpoint.model.canonical import Json
from setpoint.model.paths import element, join

SECTIONS: Final = ("Conditions", "Outputs", "Resources")
"""Where a loop may stand."""

_PLACEHOLDER: Final = re.compile(r"([$&])\{([A-Za-z0-9]+)\}")
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9]+")

Collection = Callable[[Json, str], Json]
"""(value, its path) → the value, worked out from what is known before any resource is."""


def run_loops(document: Document, collection: Collection) -> Document:
    """The document without loops; one that cannot be run, since nobody knows over what, stays as a `NotRun`."""
    runner = _Runner(document, collection)
    sections = {
        name: runner.expanded(section, name, name, {}) if name in SECTIONS else section
        for name, section in document.value.items()
    }
    return replace(document, value=sections, lines=runner.lines)


class _Runner:
    """Each value is known by two paths: that of the result, and its origin, where it was written."""

    def __init__(self, document: Document, collection: Collection) -> None:
        self.lines = dict(document.lines)
        self._document = document
        self._collection = collection
        self._made = 0

    def expanded(self, value: Json, path: str, origin: str, names: Mapping[str, str]) -> Json:
        """`value` with its loops run; `names` are the identifiers of the loops around it, with this turn's values."""
        self._count(path, origin)
        if isinstance(value, str):
            return _substituted(value, names)
        if isinstance(value, ShortForm):
            if value.function == "Ref" and isinstance(value.argument, str) and value.argument in names:
                return names[value.argument]
            return ShortForm(value.function, self.expanded(value.argument, path, origin, names))
        if isinstance(value, list):
            return [
                self.expanded(item, element(path, index), element(origin, index), names)
                for index, item in enumerate(value)
            ]
        if isinstance(value, Mapping):
            of_turn = names.get(value["Ref"]) if len(value) == 1 and isinstance(value.get("Ref"), str) else None
            return self._members(value, path, origin, names) if of_turn is None else of_turn
        return value

    def _members(self, value: Mapping[str, Json], path: str, origin: str, names: Mapping[str, str]) -> dict[str, Json]:
        result: dict[str, Json] = {}
        for written, member in value.items():
            source = join(origin, written)
            if written.startswith(LOOP) and not isinstance(member, NotRun):
                made = self._turns(written, member, path, source, names)
            else:
                key = _substituted(written, names)
                made = {key: self.expanded(member, join(path, key), source, names)}
            for key, each in made.items():
                if key in result:
                    raise InputError(f"{key} is declared twice, by a loop", where=self._document.where(source))
                result[key] = each
        return result

    def _turns(self, name: str, loop: Json, path: str, origin: str, names: Mapping[str, str]) -> dict[str, Json]:
        where = self._document.where(origin)
        if not isinstance(loop, list) or len(loop) != 3 or not isinstance(loop[2], Mapping):
            raise InputError(f"{name} takes an identifier, a collection and an object of what to repeat", where=where)
        identifier, collection, fragment = loop
        if not isinstance(identifier, str) or not _IDENTIFIER.fullmatch(identifier):
            raise InputError(f"the identifier of {name} is no name of letters and digits", where=where)
        if identifier in self._document.value.get("Parameters", {}):
            raise InputError(f"the identifier {identifier} of {name} is the name of a parameter too", where=where)
        over = element(origin, 1)
        items = self._collection(self.expanded(collection, over, over, names), over)
        unknown = first_unknown(items)
        if unknown is not None:
            return {name: NotRun(f"{name} is not run: {unknown.reason}", loop)}
        if not isinstance(items, list):
            raise InputError(f"{name} takes a list of values to run over", where=where)
        result: dict[str, Json] = {}
        for item in items:
            turn = {**names, identifier: text(item, where)}
            for key, made in self._members(fragment, path, element(origin, 2), turn).items():
                if key in result:
                    raise InputError(
                        f"{name} makes {key} twice",
                        where=where,
                        remedy=f"have ${{{identifier}}} in the key, and no value twice in the collection",
                    )
                result[key] = made
        return result

    def _count(self, path: str, origin: str) -> None:
        self._made += 1
        if self._made > MAX_YAML_NODES:
            raise InputError(f"the loops make more than {MAX_YAML_NODES:,} values", where=self._document.where(origin))
        if path != origin and origin in self._document.lines:
            self.lines[path] = self._document.lines[origin]


def _substituted(written: str, names: Mapping[str, str]) -> str:
    """`${Name}` is this turn's value, `&{Name}` its letters and digits."""

    def replaced(match: re.Match[str]) -> str:
        value = names.get(match[2])
        if value is None:
            return match[0]
        return value if match[1] == "$" else re.sub(r"[^A-Za-z0-9]", "", value)

    return _PLACEHOLDER.sub(replaced, written) if names else written
