"""Whether an account uses what is reserved to those who may do more: broken function-level authorisation.

A read counts where the lower role is given the data that the higher is given; a write, where the higher then reads
what the lower wrote.
"""

from __future__ import annotations

from collections.abc import Iterator

from setpoint.model.dast import ANONYMOUS, Caller, Exchange, Fault, Operation, PartPlace, PlannedRequest
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.access.callers import ranks
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.marks import shows_the_same
from setpoint.scan.dast.checks.access.object_faults import function_fault
from setpoint.scan.dast.checks.access.promotion import promoted_itself
from setpoint.scan.dast.checks.access.reading_back import MOST_WATCHES, watches
from setpoint.scan.dast.checks.access.refused_creations import creation_of, is_refused_to, made_to_delete
from setpoint.scan.dast.checks.access.replaying import ask, is_for_everybody, may_try
from setpoint.scan.dast.checks.access.reserved import meant_for, reserved_in
from setpoint.scan.dast.checks.access.role_assignments import REQUESTS, assigned_itself, may_assign
from setpoint.scan.dast.checks.access.writing import WRITES, look, written, written_by_nobody
from setpoint.scan.dast.interface import Workbench

NO_RANKS = "auth.yaml names no two accounts of which one may do more"


class Functions:
    """Operations for higher roles that answer lower ones.

    What is reserved, replayed by one account of each lower rank; and what changes objects that it may not make.
    """

    name = "reserved-functions"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        is_reserved = reserved_in(bench)
        for _, lower in ranks(bench):
            for operation in bench.surface.operations:
                if is_reserved(operation) and not is_for_everybody(operation) and may_try(bench, operation):
                    about = 4 if operation.method == "GET" else 4 + 6 * MOST_WATCHES
                    yield PlannedRequest(operation.key, self.name, lower.name, about, 3)
                elif creation_of(bench, operation) is not None and may_try(bench, operation):
                    yield PlannedRequest(operation.key, self.name, lower.name, 6 + 2 * MOST_WATCHES)
                if may_assign(bench, operation):
                    yield PlannedRequest(operation.key, self.name, lower.name, REQUESTS, 3)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        pairs = tuple(ranks(bench))
        if not pairs:
            bench.told(f"{self.name}: {NO_RANKS}")
            return
        above = Holdings(bench, pairs[0][0])
        is_reserved = reserved_in(bench)
        told: set[str] = set()
        for _, lower in pairs:
            below = Holdings(bench, lower)
            for operation in bench.surface.operations:
                if operation.key in told:
                    continue
                found = _assigned(bench, operation, above, below)
                if found is None and not is_for_everybody(operation) and may_try(bench, operation):
                    found = _used(bench, operation, above, below, is_reserved=is_reserved(operation))
                if found is not None:
                    told.add(operation.key)
                    yield found


def _assigned(bench: Workbench, operation: Operation, above: Holdings, below: Holdings) -> Fault | None:
    proof = assigned_itself(bench, operation, below, above) if may_assign(bench, operation) else ()
    return _fault(operation, above.caller, below.caller, proof, is_own=True) if proof else None


def _used(
    bench: Workbench, operation: Operation, above: Holdings, below: Holdings, *, is_reserved: bool
) -> Fault | None:
    if meant_for(operation, below.caller):
        return None
    if operation.method == "GET" and (is_reserved or above.is_led_to(operation, below)):
        return _read(bench, operation, above, below)
    is_kept = operation.method in WRITES and (
        is_reserved or is_refused_to(bench, operation, below.caller, above.caller)
    )
    return _write(bench, operation, above, below) if is_kept else None


def _read(bench: Workbench, operation: Operation, above: Holdings, below: Holdings) -> Fault | None:
    values = _values(operation, above, below)
    if values is None:
        return None
    granted = ask(bench, operation, values, above.caller)
    if granted.answer is None or not is_success(granted):
        return None
    got = ask(bench, operation, values, below.caller)
    if got.answer is None or not is_success(got):
        return None
    if not shows_the_same(granted.answer, got.answer, below.marks(beside=operation)):
        return None
    anybody = ask(bench, operation, values, ANONYMOUS)
    is_public = anybody.answer is not None and is_success(anybody)
    if is_public and anybody.answer is not None and shows_the_same(granted.answer, anybody.answer, frozenset()):
        return None
    return _fault(operation, above.caller, below.caller, (granted, got))


def _write(bench: Workbench, operation: Operation, above: Holdings, below: Holdings) -> Fault | None:
    own = bench.owned(operation, below.caller)
    spare = made_to_delete(bench, operation, above.caller) if operation.method == "DELETE" else None
    values = spare or own or bench.owned(operation, above.caller) or {}
    if any(part.place is PartPlace.PATH and part not in values for part in operation.parts):
        return None
    watched = look(bench, watches(bench, operation, values, above), above.caller)
    proof = written(bench, operation, values, below.caller, watched, anyones=True)
    if proof:
        nobodys = written_by_nobody(bench, operation, values, watched, anyones=True)
        return nobodys or _fault(operation, above.caller, below.caller, proof)
    promoted = promoted_itself(bench, operation, own, (below, above), watched) if own else ()
    return _fault(operation, above.caller, below.caller, promoted) if promoted else None


def _values(operation: Operation, above: Holdings, below: Holdings) -> Values | None:
    """What names something of the higher's, and nothing of the lower's own; none are needed without a parameter.

    Next best is what both are shown and neither is alone, and what the document has for an example.
    """
    in_path = [part for part in operation.parts if part.place is PartPlace.PATH]
    if not in_path:
        return {}
    known = list(above.candidates(operation))
    shared = (each for each in known if below.made.isdisjoint(map(str, each.values())))
    otherwise: Values | None = {} if all(part.example is not None for part in in_path) else None
    return next((each for each in known if not below.is_listed(operation, each)), next(shared, otherwise))


def _fault(
    operation: Operation, higher: Caller, lower: Caller, proof: tuple[Exchange, ...], *, is_own: bool = False
) -> Fault:
    """`is_own`: the lower one did it to its own account."""
    is_read = operation.method == "GET"
    return function_fault(
        operation,
        lower,
        proof,
        message=(
            f"{lower.name} ({lower.role or 'of a lower rank'}) {'reads' if is_read else 'does'} what is reserved to "
            f"{higher.role or higher.name}; check the role on the server for this operation"
        ),
        difference=(
            f"{lower.name} is given the data that {higher.name} is given, and not without credentials"
            if is_read
            else f"{lower.name}'s own page then shows what only {higher.role or higher.name} has"
            if is_own
            else f"{higher.name} does not find any more what {lower.name} deleted"
            if operation.method == "DELETE"
            else f"{higher.name} reads afterwards what {lower.name} wrote, and did not before"
        ),
    )
