"""What the target answers to usual requests: the exchanges that most checks of its configuration look at.

All of them are baselines, which the engine plans and keeps for all checks: looking at them sends nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from setpoint.model.dast import ANONYMOUS, Answer, Caller, Exchange, Operation
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.interface import Workbench


@dataclass(frozen=True, slots=True)
class Visit:
    """An operation that was asked, and what came."""

    operation: Operation
    caller: Caller
    exchange: Exchange
    answer: Answer


def visits(bench: Workbench, method: str = "") -> Iterator[Visit]:
    """Each operation as nobody, and as the account of least rank that it serves. `method`: those of it alone."""
    for operation in bench.surface.operations:
        if bench.may_send(operation) or (method and operation.method != method):
            continue
        for caller in (ANONYMOUS, *bench.accounts.callers):
            visit = visited(bench, operation, caller)
            if visit is not None:
                yield visit
            if caller != ANONYMOUS and visit is not None and is_success(visit.exchange):
                break


def visited(bench: Workbench, operation: Operation, caller: Caller) -> Visit | None:
    """None where nothing was sent, or nothing came."""
    exchange = bench.baseline(operation, caller)
    if exchange is None or exchange.answer is None:
        return None
    return Visit(operation, caller, exchange, exchange.answer)


def is_page(answer: Answer) -> bool:
    """Whether a browser would show it as a page of its own."""
    kind = answer.header("content-type").partition(";")[0].strip().lower()
    return 200 <= answer.status < 300 and kind in {"text/html", "application/xhtml+xml"} and bool(answer.body.strip())


def is_json(answer: Answer) -> bool:
    """Whether it calls itself a JSON document (RFC 6839 for the suffix), and was a success."""
    kind = answer.header("content-type").partition(";")[0].strip().lower()
    return 200 <= answer.status < 300 and (kind == "application/json" or kind.endswith("+json")) and bool(answer.body)
