"""Writes that the document keeps for callers with credentials, and that nobody in particular can make."""

from __future__ import annotations

from collections.abc import Iterator

from setpoint.model.dast import ANONYMOUS, Caller, Certainty, Exchange, Fault, Operation, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.reading_back import MOST_WATCHES, watches
from setpoint.scan.dast.checks.access.writing import look, written
from setpoint.scan.dast.checks.authentication.guarded import is_secured
from setpoint.scan.dast.interface import Workbench


class OpenWrites:
    name = "open-writes"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in _writable(bench) if bench.accounts.callers else ():
            yield PlannedRequest(operation.key, self.name, "", 1 + 2 * MOST_WATCHES, 1)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        if not bench.accounts.callers:
            bench.told(f"{self.name}: needs an account that reads what was written")
            return
        holdings: dict[Caller, Holdings] = {}
        for operation in _writable(bench):
            reader, values = _target(bench, operation)
            if values is None:
                continue
            if reader not in holdings:
                holdings[reader] = Holdings(bench, reader)
            places = watches(bench, operation, values, holdings[reader])
            proof = written(bench, operation, values, ANONYMOUS, look(bench, places, reader), anyones=True)
            if proof:
                yield _fault(operation, proof)


def _writable(bench: Workbench) -> Iterator[Operation]:
    for operation in bench.surface.operations:
        if operation.method in {"POST", "PUT", "PATCH"} and is_secured(operation) and not bench.may_send(operation):
            yield operation


def _target(bench: Workbench, operation: Operation) -> tuple[Caller, Values | None]:
    """Whose object it is, and what names it; for what names none, whoever is likeliest to be shown everything."""
    if "{" not in operation.path:
        return bench.accounts.callers[-1], {}
    for caller in bench.accounts.callers:
        values = bench.owned(operation, caller)
        if values is not None:
            return caller, values
    return bench.accounts.callers[0], None


def _fault(operation: Operation, proof: tuple[Exchange, ...]) -> Fault:
    return Fault(
        kind="missing-authentication",
        cwe=306,
        owasp="API2:2023",
        severity=Severity.CRITICAL,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        message="The document asks for credentials here, and nobody needs them to write: check them before the "
        "operation does anything.",
        proof=proof,
        difference="an account reads afterwards what nobody in particular wrote",
    )
