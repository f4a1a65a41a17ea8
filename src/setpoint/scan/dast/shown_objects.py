"""The objects that an answer shows, out of whatever they are wrapped in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.identifiers import IDENTIFIERS, identifier
from setpoint.scan.dast.naming import segments_of, words_of

WRAPPERS: Final = frozenset(
    {"data", "items", "item", "results", "result", "records", "content", "rows", "list", "values", "entries", "objects"}
    | {"page", "embedded", "payload", "response", "body"}
)
"""Names under which an API puts what was asked for, whatever that is."""

MAX_LISTED: Final = 50
"""Objects taken from one list."""


def shown_objects(document: Json) -> list[Mapping[str, Json]]:
    """The objects of a list's answer: the outermost list of objects, however it is wrapped."""
    level: list[Json] = [document]
    for _ in range(3):
        for each in level:
            if isinstance(each, list) and (found := [item for item in each if isinstance(item, Mapping)]):
                return found[:MAX_LISTED]
        level = [member for each in level if isinstance(each, Mapping) for member in each.values()]
    return []


def shown_object(document: Json) -> Mapping[str, Json]:
    """The one object of an answer, out of what it is wrapped in (`{"data": {…}}`); empty where there is none."""
    for _ in range(3):
        if not isinstance(document, Mapping):
            return {}
        wrapped = next((each for key, each in document.items() if key.lower() in WRAPPERS and each), None)
        if not isinstance(wrapped, Mapping) and any(
            words_of(key)[-1:] and words_of(key)[-1] in IDENTIFIERS for key in document
        ):
            return document
        inner = (
            [wrapped]
            if isinstance(wrapped, Mapping)
            else [each for each in document.values() if isinstance(each, Mapping)]
        )
        if len(inner) != 1:
            return document
        document = inner[0]
    return document if isinstance(document, Mapping) else {}


def made_by(answer: Answer) -> str:
    """What an answer tells was made, as people find it; empty where it names nothing."""
    told = identifier(shown_object(json_of(answer)), "id", "")
    return str(told or (segments_of(urlsplit(answer.header("location")).path) or ("",))[-1])[:80]
