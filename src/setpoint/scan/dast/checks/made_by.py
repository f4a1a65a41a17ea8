"""Requests for what a write made: called by checks that look for what they wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urljoin, urlsplit

from setpoint.model.dast import Exchange, Operation, PartPlace, Sent
from setpoint.scan.dast.answers import json_of, leaves
from setpoint.scan.dast.checks.place import Place, authorised
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import noun_of, words_of
from setpoint.scan.dast.requests import written

MOST_MADE: Final = 3
"""Pages of its own that one write may lead to."""

_IDENTIFIER_WORDS: Final = frozenset(words_of("id uuid key slug number code ref"))


def made_by(bench: Workbench, place: Place, exchange: Exchange) -> Sequence[Sent]:
    """Where the write redirects to, and what reads an object by the id that it told; as whoever wrote."""
    if exchange.answer is None:
        return []
    asked: list[Sent] = []
    location = urljoin(exchange.sent.url, exchange.answer.header("location"))
    if exchange.answer.header("location") and urlsplit(location).netloc == urlsplit(bench.surface.base).netloc:
        asked.append(Sent("GET", location.partition("#")[0]))
    told = dict(leaves(json_of(exchange.answer)))
    ids = [value for name, value in told.items() if value and not _IDENTIFIER_WORDS.isdisjoint(words_of(name)[-1:])]
    for operation in bench.surface.operations:
        is_of_them = operation.method == "GET" and _shows_one_of(operation) == noun_of(place.operation.path)
        if ids and is_of_them and not bench.may_send(operation):
            last = [each for each in operation.parts if each.place is PartPlace.PATH][-1:]
            held = {part: value for part, value in place.held.items() if part in operation.parts}
            asked += [bench.build(operation, {**held, part: written(ids[0])}) for part in last]
    return [authorised(bench, each, place.caller) for each in asked[:MOST_MADE]]


def _shows_one_of(operation: Operation) -> str:
    """What the last parameter of its path is one of: `note` for `/users/{user}/notes/{id}/page`; empty for none."""
    before, brace, _ = operation.path.rpartition("{")
    return noun_of(before) if brace else ""
