"""Methods beyond those that an operation is made for. Listed in `checks`.

Asked for are `TRACE` and a method that does not exist, on operations that only read: no server knows a meaning of it
that could change anything.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from setpoint.model.dast import ANONYMOUS, Answer, Certainty, Exchange, Fault, PlannedRequest, Profile, Sent
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, likeness
from setpoint.scan.dast.checks.configuration.problems import FEW, MOST_EXAMPLES, OWASP, SITE
from setpoint.scan.dast.checks.configuration.visits import Visit, visited, visits
from setpoint.scan.dast.interface import Workbench

_UNKNOWN: Final = "SETPOINT"
_REFUSED: Final = frozenset({301, 302, 303, 307, 401, 403})
_SAME: Final = 0.9
"""Likeness from which on nobody got what the account gets."""


class Methods:
    """TRACE that echoes, and methods that pass where GET is refused."""

    name = "methods"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.profile is Profile.PASSIVE:
            return
        yield PlannedRequest("TRACE *", self.name, "", 2)
        if bench.accounts.callers:
            for operation in bench.surface.operations:
                if operation.method == "GET" and not bench.may_send(operation):
                    yield PlannedRequest(operation.key, self.name, "", 2)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        if bench.profile is Profile.PASSIVE:
            return
        yield from _echoes(bench)
        passed = [(visit, exchange) for visit in visits(bench, "GET") if (exchange := _passed(bench, visit))]
        yield from _bypasses(passed)


def _echoes(bench: Workbench) -> Iterator[Fault]:
    """Whether `TRACE` sends a request back with its header (RFC 9110, 9.3.8), credentials and all."""
    known = (visit.exchange.sent.url for visit in visits(bench, "GET") if visit.caller == ANONYMOUS)
    for url in dict.fromkeys((f"{bench.surface.base}/", *islice(known, 1))):
        marker = secrets.token_hex(12)
        exchange = bench.sender.send(Sent("TRACE", url, (("x-setpoint-echo", marker),)))
        if is_success(exchange) and exchange.answer is not None and _repeats(exchange.answer, marker):
            yield _echo_fault(exchange)
            return


def _repeats(answer: Answer, marker: str) -> bool:
    return marker.encode() in answer.body and b"x-setpoint-echo" in answer.body.lower()


def _echo_fault(exchange: Exchange) -> Fault:
    return Fault(
        kind="trace-enabled",
        cwe=693,
        owasp=OWASP,
        severity=Severity.LOW,
        certainty=Certainty.OBSERVED,
        method="TRACE",
        path=SITE,
        message="TRACE sends requests back with their header, where scripts may read what cookies hide from them;"
        " turn it off",
        proof=(exchange,),
        difference="the answer repeats a field of the request's header",
    )


def _passed(bench: Workbench, visit: Visit) -> Exchange | None:
    """Nobody's request by another method that was given what an account is given; None where it is refused."""
    to_nobody = visited(bench, visit.operation, ANONYMOUS)
    is_kept = visit.caller != ANONYMOUS and is_success(visit.exchange) and bool(visit.answer.body.strip())
    if not is_kept or to_nobody is None or to_nobody.answer.status not in _REFUSED:
        return None
    request = replace(to_nobody.exchange.sent, method=_UNKNOWN)
    exchange = bench.sender.send(request)
    if is_success(exchange) and exchange.answer is not None and _is_same(exchange.answer, visit, to_nobody):
        return exchange
    head = bench.sender.send(replace(request, method="HEAD"))
    return head if _has_length_of(head, visit, to_nobody) else None


def _is_same(answer: Answer, visit: Visit, to_nobody: Visit) -> bool:
    return likeness(answer, visit.answer) >= _SAME > likeness(to_nobody.answer, visit.answer)


def _has_length_of(head: Exchange, visit: Visit, to_nobody: Visit) -> bool:
    """Whether the header tells exactly as long a body as the account gets, and nobody's refusal is of another."""
    if not is_success(head) or head.answer is None or not visit.answer.is_whole:
        return False
    length = head.answer.header("content-length")
    is_compressed = bool(visit.answer.header("content-encoding"))
    return not is_compressed and length == str(len(visit.answer.body)) != str(len(to_nobody.answer.body))


def _bypasses(passed: list[tuple[Visit, Exchange]]) -> Iterator[Fault]:
    if len(passed) > FEW:
        yield _fault(*passed[0], SITE, tuple(visit.operation.key for visit, _ in passed)[:MOST_EXAMPLES])
    else:
        yield from (_fault(visit, exchange, visit.operation.path, ()) for visit, exchange in passed)


def _fault(visit: Visit, exchange: Exchange, path: str, examples: tuple[str, ...]) -> Fault:
    method = exchange.sent.method
    return Fault(
        kind="method-bypass",
        cwe=650,
        owasp="API5:2023",
        severity=Severity.HIGH if method == _UNKNOWN else Severity.MEDIUM,
        certainty=Certainty.DIFFERENTIAL,
        method=visit.operation.method,
        path=path,
        message=f"Who may read it is asked for GET alone: {method} passes without credentials; refuse all methods that"
        " are not meant, before anything else",
        proof=(visit.exchange, exchange),
        difference="nobody is given what the account is given"
        if method == _UNKNOWN
        else "nobody is told of a body as long as the account's",
        examples=examples,
    )
