"""Requests that no program should send, and that do no harm: a faulty service shows by them what its errors tell.

Called by `error_pages`. They are refused or answered like others; none of them holds anything that runs, waits or is
worth keeping.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Operation, Part, PartPlace, Sent
from setpoint.scan.dast.interface import Workbench

ODD: Final = "x'\"~"
"""No number, no date, no id; quotes that do not close."""

_HUGE: Final = 10**20
"""More than databases take for an integer, and no id of anything."""

_MOST_PARTS: Final = 6
"""Of an operation that are spoilt, one at a time: what its first ones refuse hides what its last ones do."""

_SPOILT: Final = frozenset({PartPlace.PATH, PartPlace.QUERY, PartPlace.HEADER})
_UNREADABLE: Final = {BodyForm.JSON: b'{"', BodyForm.XML: b"<x><"}

MOST: Final = 2 * _MOST_PARTS + 1
"""Requests to one operation."""


def malformed(bench: Workbench, operation: Operation, own: Mapping[Part, Json] | None) -> Iterator[tuple[str, Sent]]:
    """Requests, and the part of each that is spoilt. `own`: values that name an object of the caller's."""
    if operation.method == "GET":
        yield from _spoilt_parts(bench, operation, own or {})
    elif operation.body is not BodyForm.NONE:
        is_of_another = own is None and any(part.place is PartPlace.PATH for part in operation.parts)
        yield from _spoilt_bodies(bench, operation, own or {}, only_unreadable=is_of_another)


def _spoilt_parts(bench: Workbench, operation: Operation, own: Mapping[Part, Json]) -> Iterator[tuple[str, Sent]]:
    for part in [part for part in operation.parts if part.place in _SPOILT][:_MOST_PARTS]:
        yield f"{part.place}:{part.name}", bench.build(operation, {**own, part: ODD})
        if _is_number(part):  # routes that take only numbers let no other value through
            yield f"{part.place}:{part.name}", bench.build(operation, {**own, part: _HUGE})
    queried = [part for part in operation.parts if part.place is PartPlace.QUERY]
    if queried:
        yield f"query:{queried[0].name}", bench.build(operation, {**own, **dict.fromkeys(queried, None)})


def _spoilt_bodies(
    bench: Workbench, operation: Operation, own: Mapping[Part, Json], *, only_unreadable: bool
) -> Iterator[tuple[str, Sent]]:
    """What writes can make nothing of them, or nothing but an object of the scan's own."""
    usual = bench.build(operation, own)
    if operation.body in _UNREADABLE:
        yield "body:", replace(usual, body=_UNREADABLE[operation.body])
    if only_unreadable:
        return
    if operation.body is BodyForm.FORM:
        yield "body:", replace(usual, body=b"")
    if operation.body is BodyForm.JSON:
        yield "body:", replace(usual, body=b"[[]]")
        numbers = [each for each in operation.parts if _is_number_of_body(each)]
        if numbers:
            yield f"body:{numbers[0].name}", bench.build(operation, {**own, **dict.fromkeys(numbers, ODD)})


def _is_number(part: Part) -> bool:
    return part.schema.get("type") == "integer" or str(part.example).isdecimal()


def _is_number_of_body(part: Part) -> bool:
    return part.place is PartPlace.BODY and part.schema.get("type") in {"integer", "number", "boolean"}
