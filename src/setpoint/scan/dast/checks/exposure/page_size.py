"""Lists whose length the caller sets without bound: one request can cost the service as much as the caller likes.

Told only where small numbers show it: an answer that goes on growing with the number, or that says itself that it
heeds a number which no page has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Certainty, Exchange, Fault, Operation, Part, PartPlace, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, json_of
from setpoint.scan.dast.checks.exposure.asking import Reading, ask, planned, reading, triable
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_SIZES: Final = frozenset(
    {"limit", "size", "count", "take", "top", "max", "rows", "pagesize", "perpage", "length", "n"}
)
_STEPS: Final = (10, 100, 1001)
"""How many are asked for in turn. No page of people or programs has more than 1,000: what has is without bound."""

_HEEDED: Final = 100_001
"""Asked for where there are few, so that little is answered whatever happens."""


class UnboundedPages:
    """Lists that are as long as the caller likes."""

    name = "unbounded-pages"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in triable(bench):
            if sizes := _sizes(operation):
                yield from planned(bench, self.name, [operation], len(sizes) * (len(_STEPS) + 1))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation in triable(bench):
            sizes = _sizes(operation)
            found = reading(bench, operation) if sizes else None
            if found is None:
                continue
            for part in sizes:
                yield from _grows(bench, found, part)


def _sizes(operation: Operation) -> list[Part]:
    """Parts that say how many are wanted."""
    return [part for part in operation.parts if part.place is PartPlace.QUERY and _is_size(part)]


def _is_size(part: Part) -> bool:
    words = words_of(part.name)
    is_number = part.schema.get("type") in {"integer", "number", None} or isinstance(part.example, int)
    return is_number and bool({*words, "".join(words)} & _SIZES)


def _asked(bench: Workbench, found: Reading, part: Part, number: int) -> Exchange:
    owned = bench.owned(found.operation, found.caller) or {}
    return ask(bench, bench.build(found.operation, {**owned, part: number}), found.caller)


def _grows(bench: Workbench, found: Reading, part: Part) -> Iterator[Fault]:
    """Ends at the first number that was not heeded, so that much is asked for only where it is sure to come."""
    shown: list[Exchange] = []
    for number in _STEPS:
        exchange = _asked(bench, found, part, number)
        if exchange.answer is None or not is_success(exchange):
            return
        shown.append(exchange)
        length, most = _length(exchange.answer), part.schema.get("maximum")
        if isinstance(most, int) and length > most:
            yield _fault(found, part, shown[-1:], f"the answer had {length} entries where the document allows {most}")
            return
        if length != number:
            yield from _heeds(bench, found, part, exchange.answer)
            return
    yield _fault(found, part, shown[-2:], f"the answer had {_STEPS[-1]} entries when that many were asked for")


def _heeds(bench: Workbench, found: Reading, part: Part, few: Answer) -> Iterator[Fault]:
    """Where there are too few to see: an answer that says by itself how many it would show at most.

    It does where it names a number of its own making as long as nobody asks for one.
    """
    usual = _named(json_of(found.answer))
    if not usual or _length(few) >= _STEPS[0] * 5:
        return
    exchange = _asked(bench, found, part, _HEEDED)
    if exchange.answer is None or not is_success(exchange):
        return
    now = _named(json_of(exchange.answer))
    if any(now.get(name) == _HEEDED and value < _HEEDED for name, value in usual.items()):
        yield _fault(found, part, [found.exchange, exchange], f"the answer says that it shows up to {_HEEDED} entries")


def _length(answer: Answer) -> int:
    """Entries of its longest list near the top, or lines of a text."""
    document = json_of(answer)
    if document is None:
        return len(answer.body.splitlines())
    return max((len(each) for each in _lists(document)), default=0)


def _lists(document: Json) -> Iterator[list[Any]]:
    if isinstance(document, list):
        yield document
    elif isinstance(document, Mapping):
        for value in document.values():
            if isinstance(value, list):
                yield value
            elif isinstance(value, Mapping):
                yield from (each for each in value.values() if isinstance(each, list))


def _named(document: Json) -> dict[str, int]:
    """Numbers near the top of a document whose names say that they are sizes of pages."""
    found: dict[str, int] = {}
    if isinstance(document, Mapping):
        for name, value in (*document.items(), *_below(document)):
            words = words_of(name)
            if isinstance(value, int) and {*words, "".join(words)} & (_SIZES - {"count", "length", "n", "max"}):
                found[name] = value
    return found


def _below(document: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    for value in document.values():
        if isinstance(value, Mapping):
            yield from value.items()


def _fault(found: Reading, part: Part, proof: list[Exchange], difference: str) -> Fault:
    return Fault(
        kind="unbounded-page-size",
        cwe=770,
        owasp="API4:2023",
        severity=Severity.MEDIUM,
        certainty=Certainty.DIFFERENTIAL,
        method=found.operation.method,
        path=found.operation.path,
        part=f"query:{part.name}",
        caller=found.caller.name,
        message=f"Callers get as many entries at once as they name in {part.name}; hold the number to a most, and"
        " refuse or cut what is above it",
        proof=tuple(proof),
        difference=difference,
    )
