"""Routes beside the known ones that nobody told of: `/internal/orders`, `/orders/export`. Called by `lookup`.

Named after what the service itself calls its resources, asked for by GET as nobody: what answers with data, or asks for
credentials, where a name that cannot exist is not found, is there. From then on it is an operation as others are.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from string import ascii_lowercase
from typing import Final

from setpoint.model.dast import Exchange, KnownFrom, Operation, Sent, Surface
from setpoint.scan.dast.absent import Absences
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.interface import Sender
from setpoint.scan.dast.naming import segments_of
from setpoint.scan.dast.path_templates import collection_of, shape

BEFORE: Final = ("internal", "admin", "debug", "private")
"""Folders of a service's own that hold a resource once more."""

BELOW: Final = ("all", "export", "dump", "debug", "_debug")
"""What is made of a whole resource."""

MOST_RESOURCES: Final = 12
"""That are looked beside: at most 13 requests for each, 36 for usual names, and some that show what is not there."""

_USUAL: Final = "users"
"""What nearly every service has, whether its document says so or not."""

MOST_EMPTY: Final = 40
"""Paths of a document without operations that are asked for."""

USUAL_INSIDE: Final = ("users", "customers", "accounts", "orders", "config", "stats")
"""What services have more of inside than they show: asked for in three folders, below the root and below the API's."""
_INSIDE: Final = ("internal", "admin", "debug")

_VERSION: Final = re.compile(r"v\d+")
_REFUSED: Final = frozenset({401, 403})
_MISSING: Final = frozenset({404, 410})


def with_siblings(
    surface: Surface, sender: Sender, may_send: Callable[[Operation], str], told: Callable[[str], None]
) -> Surface:
    """And what stands beside its resources unnamed: a GUESS each. Raises `EndedEarlyError`."""
    found = _found(siblings_to_try(surface, may_send), surface.base, sender)
    for guess in found:
        told(f"found {guess.key}, which nothing told of")
    return replace(surface, operations=(*surface.operations, *found)) if found else surface


def without_absent(surface: Surface, sender: Sender, may_send: Callable[[Operation], str]) -> Surface:
    """Of a document's paths without operations, those alone that are there. Raises `EndedEarlyError`."""
    empty = [each for each in surface.operations if is_sibling(each)]
    there = _found(islice((each for each in empty if not may_send(each)), MOST_EMPTY), surface.base, sender)
    kept = tuple(each for each in surface.operations if each not in empty or each in there)
    return replace(surface, operations=kept) if empty else surface


def _found(guesses: Iterable[Operation], base: str, sender: Sender) -> list[Operation]:
    absences = Absences(sender.send)
    return [each for each in guesses if _is_there(sender.send(Sent("GET", base + each.path)), absences, sender)]


def siblings_to_try(surface: Surface, may_send: Callable[[Operation], str]) -> Iterator[Operation]:
    """What is asked for, before anything is known of its answers; for plans, too."""
    known = {shape(each.path) for each in surface.operations}
    for path in dict.fromkeys(_beside(surface.operations)):
        guess = Operation("GET", path, known_from=frozenset({KnownFrom.GUESS}))
        if path not in known and not may_send(guess):
            yield guess


def is_sibling(operation: Operation) -> bool:
    """Whether it was found here: a document, even one that was guessed, says what it answers (OpenAPI 3.1, 4.8.10)."""
    return operation.known_from == {KnownFrom.GUESS} and not operation.responses


def _beside(operations: Sequence[Operation]) -> Iterator[str]:
    for path in islice(_resources(operations), MOST_RESOURCES):
        folder, _, name = path.rpartition("/")
        yield from (f"{path}/{word}" for word in BELOW)
        if not _VERSION.fullmatch(name):
            homes = dict.fromkeys((folder, folder.rpartition("/")[0]))
            yield from (f"{home}/{word}/{name}" for home in homes for word in BEFORE)
    first = next(_resources(operations), "")
    homes = dict.fromkeys(("", first.rpartition("/")[0])) if first else {}
    yield from (f"{home}/{folder}/{name}" for home in homes for folder in _INSIDE for name in USUAL_INSIDE)


def _resources(operations: Sequence[Operation]) -> Iterator[str]:
    """Of what a document says of reading, those with objects below them first: they hold data."""
    read = [each.path for each in operations if each.method == "GET" and KnownFrom.DOCUMENT in each.known_from]
    holding = dict.fromkeys(_fixed(each) for each in read if "{" in each)
    others = dict.fromkeys(_fixed(each) for each in read)
    known = [each for each in dict.fromkeys((*holding, *others)) if each]
    yield from known[: MOST_RESOURCES - 1]
    if known and not any(_USUAL in segments_of(each) for each in known):
        yield f"{known[0].rpartition('/')[0]}/{_USUAL}"


def _fixed(path: str) -> str:
    """As far as no caller's value stands in it: `/orders` for `/orders/{id}/items`."""
    before = path.partition("{")[0].rstrip("/")
    return collection_of(before) if before else ""


def _is_there(exchange: Exchange, absences: Absences, sender: Sender) -> bool:
    """Whether it has data for nobody, or asks for credentials where its neighbours that cannot be there do not."""
    answer = exchange.answer
    if answer is None:
        return False
    if answer.status in _REFUSED:
        folder = exchange.sent.url.rpartition("/")[0]
        absent = sender.send(replace(exchange.sent, url=f"{folder}/{secrets.token_hex(6)}")).answer
        return absent is not None and absent.status in _MISSING
    if not 200 <= answer.status < 300 or not json_of(answer) or absences.is_like(exchange):
        return False
    return not _is_a_value(exchange, sender)


def _is_a_value(exchange: Exchange, sender: Sender) -> bool:
    """Whether any word of letters is answered there, as `/accounts/{name}` does: its absence may look otherwise."""
    folder, _, word = exchange.sent.url.rpartition("/")
    other = "".join(secrets.choice(ascii_lowercase) for _ in word)
    answer = sender.send(replace(exchange.sent, url=f"{folder}/{other}")).answer
    return answer is not None and 200 <= answer.status < 300
