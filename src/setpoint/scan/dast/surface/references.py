"""`$ref`s of a document, put in their places: inside of it, and of files beside it. Called by `operations`.

Nothing is fetched from elsewhere: a document may come from the target, and must not say what the scan asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import unquote, urldefrag, urljoin

from setpoint.errors import InputError
from setpoint.model.canonical import Json

MAX_NODES: Final = 20_000
"""Values that one parameter or body may expand to: schemas that contain each other double at every level."""

MAX_ALL_NODES: Final = 2_000_000
"""Of the whole document: many times what the largest public ones have."""

MAX_NESTED: Final = 10
"""References inside of references: bodies are read no deeper (`schemas.MAX_LEVELS`)."""

NAME_KEY: Final = "x-setpoint-name"
"""Holds, in a schema that was referred to, the name that the document gives it: XML calls elements by it."""

Load = Callable[[str], Json]
"""The document at this location, or `InputError`; a location that may not be read is one, too."""


class References:
    """Resolves what one document refers to."""

    def __init__(self, document: Json, location: str, load: Load) -> None:
        self._documents: dict[str, Json] = {location: document}
        self._location = location
        self._load = load
        self._done: dict[tuple[str, str], Json] = {}
        self._nodes = 0
        self._all_nodes = 0
        self._cut = 0
        self.remarks: dict[str, None] = {}
        """Clauses on what could not be resolved, each once."""

    def resolved(self, value: Json) -> Json:
        """The value with every reference replaced; one that leads back to itself becomes an empty schema."""
        self._all_nodes += self._nodes
        self._nodes = 0
        return self._expand(value, self._location, ())

    def _expand(self, value: Json, location: str, within: tuple[tuple[str, str], ...]) -> Json:
        self._nodes += 1
        if self._nodes > MAX_NODES or self._all_nodes > MAX_ALL_NODES:
            self.remarks["schemas that expand to very many values were cut short"] = None
            self._cut += 1
            return {}
        if isinstance(value, list):
            return [self._expand(each, location, within) for each in value]
        if not isinstance(value, Mapping):
            return value
        reference = value.get("$ref")
        if not isinstance(reference, str):
            return {key: self._expand(each, location, within) for key, each in value.items()}
        beside = {key: self._expand(each, location, within) for key, each in value.items() if key != "$ref"}
        target = self._target(reference, location, within)
        return {**target, **beside} if isinstance(target, Mapping) else target

    def _target(self, reference: str, location: str, within: tuple[tuple[str, str], ...]) -> Json:
        found_in, pointer = urldefrag(urljoin(location, reference) if not reference.startswith("#") else reference)
        at = (found_in or location, unquote(pointer))
        if at in self._done:
            return self._done[at]
        if at in within or len(within) >= MAX_NESTED:
            self._cut += 1
            return {}
        cut_before = self._cut
        try:
            raw = self._pointed(*at)
        except InputError as error:
            self.remarks[f"the reference {reference[:100]!r} was not followed: {error.what}"] = None
            return {}
        expanded = self._expand(raw, at[0], (*within, at))
        if isinstance(expanded, dict) and ("properties" in expanded or "type" in expanded):
            expanded = {NAME_KEY: at[1].rpartition("/")[2], **expanded}
        if self._cut == cut_before:  # else it holds what only its reader's place made empty
            self._done[at] = expanded
        return expanded

    def _pointed(self, location: str, pointer: str) -> Json:
        if location not in self._documents:
            self._documents[location] = self._load(location)
        value = self._documents[location]
        for step in pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(value, Mapping) and name in value:
                value = value[name]
            elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
                value = value[int(name)]
            else:
                raise InputError("there is nothing at that place")
        return value
