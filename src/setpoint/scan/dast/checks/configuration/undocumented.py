"""Routes that the document leaves out: nobody reviews them. Listed in `checks`.

Those that agents saw called; and of those that were only guessed, what is for the inside by its name or by what it
shows, and answers nobody in particular: a second address of what is public is no fault. Where that is the data of
people, nobody being asked for credentials is the fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import ANONYMOUS, Answer, Certainty, Exchange, Fault, KnownFrom, Operation, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.configuration.insides import INSIDE, people_in, withheld_fields
from setpoint.scan.dast.checks.configuration.problems import without_body
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.path_templates import parameters
from setpoint.scan.dast.surface.siblings import is_sibling

_FRAMEWORKS_OWN: Final = re.compile(
    r"/(?:openapi|swagger|redoc|docs|api-docs|static|assets|media|favicon\.ico|robots\.txt|sitemap\.xml"
    r"|metrics|health\w*|livez|readyz|ready|live|ping|\.well-known)(?:[./_-]|$)",
    re.IGNORECASE,
)
"""The document itself, files, and what machines ask for: no document lists them."""


_SEVERAL: Final = 2
"""People whose data is shown: the one of a single entry may be whom a page is about."""


class UndocumentedRoutes:
    """Routes in use, or open to anybody, that the document leaves out."""

    name = "undocumented-routes"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in (*_undocumented(bench), *_guessed(bench)):
            if operation.method == "GET" and not bench.may_send(operation):
                yield PlannedRequest(operation.key, self.name, ANONYMOUS.name, 1)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation in _undocumented(bench):
            exchange = bench.baseline(operation, ANONYMOUS) if operation.method == "GET" else None
            if not _is_gone(operation, exchange):
                yield _fault(operation, exchange)
        for operation in _guessed(bench):
            exchange = bench.baseline(operation, ANONYMOUS)
            if exchange is None or exchange.answer is None or not is_success(exchange):
                continue
            if _is_inside(operation) and people_in(operation, exchange.answer) >= _SEVERAL:
                yield _open_people(operation, exchange)
            elif is_sibling(operation):
                yield from _open_route(operation, exchange, exchange.answer)


def _undocumented(bench: Workbench) -> list[Operation]:
    """None where no document says what there should be."""
    operations = bench.surface.operations
    if not any(KnownFrom.DOCUMENT in each.known_from for each in operations):
        return []
    seen = [each for each in operations if KnownFrom.AGENT in each.known_from]
    return [each for each in seen if KnownFrom.DOCUMENT not in each.known_from and not _FRAMEWORKS_OWN.match(each.path)]


def _guessed(bench: Workbench) -> list[Operation]:
    """Also of documents that were found: what they tell of is for the inside where its path says so."""
    guesses = (each for each in bench.surface.operations if each.known_from == {KnownFrom.GUESS})
    return [each for each in guesses if (is_sibling(each) or _is_inside(each)) and not bench.may_send(each)]


def _is_inside(operation: Operation) -> bool:
    is_list = operation.method == "GET" and "{" not in operation.path
    return is_list and not INSIDE.isdisjoint(words_of(operation.path))


def _open_route(operation: Operation, exchange: Exchange, answer: Answer) -> Iterator[Fault]:
    shown = withheld_fields(answer)
    if not shown and INSIDE.isdisjoint(words_of(operation.path)):
        return
    names = ", ".join(f"{name} ({what.value})" for name, what in shown.items())
    yield Fault(
        kind="undocumented-route",
        cwe=1059,
        owasp="API9:2023",
        severity=Severity.MEDIUM if shown else Severity.LOW,
        certainty=Certainty.OBSERVED,
        method=operation.method,
        path=operation.path,
        message=f"{operation.key} answers anybody, but stands in no document: take it off, or document who may call it",
        proof=(without_body(exchange),),
        difference="a name that does not exist is answered otherwise" + (f"; it shows {names}" if names else ""),
    )


def _open_people(operation: Operation, exchange: Exchange) -> Fault:
    return Fault(
        kind="missing-authentication",
        cwe=306,
        owasp="API2:2023",
        severity=Severity.HIGH,
        certainty=Certainty.OBSERVED,
        method=operation.method,
        path=operation.path,
        message=f"{operation.key} is for the inside by its name, and shows anybody the data of people; ask for"
        " credentials there, and check what they allow",
        proof=(without_body(exchange),),
        difference="without credentials it shows how to reach several different people",
    )


def _is_gone(operation: Operation, exchange: Exchange | None) -> bool:
    """A later release no longer has it; where its path names an object, a 404 may be about that."""
    if exchange is None or exchange.answer is None or list(parameters(operation.path)):
        return False
    return exchange.answer.status in (404, 410)


def _fault(operation: Operation, exchange: Exchange | None) -> Fault:
    does = "changes state and is" if operation.writes else "is"
    return Fault(
        kind="undocumented-route",
        cwe=1059,
        owasp="API9:2023",
        severity=Severity.MEDIUM if operation.writes else Severity.LOW,
        certainty=Certainty.OBSERVED,
        method=operation.method,
        path=operation.path,
        message=f"{operation.key} {does} called in production, but stands in no document: document it, or remove it",
        proof=(exchange,) if exchange is not None else (),
        difference="agents saw it called; no operation of the document has its path and method",
    )
