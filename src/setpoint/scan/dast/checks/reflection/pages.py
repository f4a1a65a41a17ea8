"""Operations that show pages to people, and how each was seen last. Called by the checks of scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from setpoint.model.dast import ANONYMOUS, Caller, Exchange, Operation
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.reflection.markup import rendered
from setpoint.scan.dast.interface import Workbench


def shown_to(bench: Workbench) -> Mapping[Operation, Exchange]:
    """Every operation by GET that answers with a page, with that answer, to the least caller who sees one."""
    found: dict[Operation, Exchange] = {}
    for operation in bench.surface.operations:
        if operation.method == "GET" and not bench.may_send(operation):
            first = next(sights(bench, operation, (ANONYMOUS, *bench.accounts.callers)), None)
            if first is not None:
                found[operation] = first
    return found


def sights(bench: Workbench, operation: Operation, callers: Sequence[Caller]) -> Iterator[Exchange]:
    """The pages that it shows to those of the callers whom it shows one."""
    for caller in callers:
        exchange = bench.baseline(operation, caller)
        if exchange is not None and is_success(exchange) and page_in(exchange) is not None:
            yield exchange


def page_in(exchange: Exchange) -> Any:
    """The root element of the page that came back; None where none did."""
    return None if exchange.answer is None else rendered(exchange.answer)
