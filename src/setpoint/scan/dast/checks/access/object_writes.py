"""Whether an account changes what is another's by naming it: the owner reads afterwards what the other wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from setpoint.model.dast import ANONYMOUS, Exchange, Fault, Operation, Part, PlannedRequest
from setpoint.scan.dast.checks.access.account_names import REQUESTS, naming_operations, taken_by_name
from setpoint.scan.dast.checks.access.borrowed import Borrowed, borrowed, change, may_borrow
from setpoint.scan.dast.checks.access.callers import peers, ranks
from setpoint.scan.dast.checks.access.canaries import canary
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.marks import is_for_others
from setpoint.scan.dast.checks.access.object_faults import NO_PEER, object_fault
from setpoint.scan.dast.checks.access.reading_back import MOST_WATCHES, watches
from setpoint.scan.dast.checks.access.references import BETWEEN_PEOPLE, naming_parts
from setpoint.scan.dast.checks.access.refused_creations import is_refused_to
from setpoint.scan.dast.checks.access.replaying import MOST_VARIANTS, is_for_everybody, may_try, variants
from setpoint.scan.dast.checks.access.reserved import reserved_in
from setpoint.scan.dast.checks.access.writing import WRITES, look, written, written_by_nobody, written_openly
from setpoint.scan.dast.creations import ends_account
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import noun_of


class ObjectWrites:
    """An account that changes what is another's by naming it.

    A peer writes a harmless value to the owner's canary object; only what the owner then reads counts.
    """

    name = "object-writes"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        pair = peers(bench)
        for operation in _writable(bench) if pair else ():
            about = 1 + MOST_WATCHES + MOST_VARIANTS * (1 + MOST_WATCHES)
            yield PlannedRequest(operation.key, self.name, pair[1].name if pair else "", about, 2)
        for operation in naming_operations(bench) if pair else ():
            yield PlannedRequest(operation.key, self.name, pair[1].name if pair else "", REQUESTS, 2)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        pair = peers(bench)
        if pair is None:
            bench.told(f"{self.name}: {NO_PEER}")
            return
        first, second = (Holdings(bench, caller) for caller in pair)
        sides = ((first, second), (second, first)) if pair[0].rank == pair[1].rank else ((first, second),)
        told: set[str] = set()
        for operation in sorted(_writable(bench), key=lambda each: WRITES.index(each.method)):
            for owner, other in sides:
                if owner.caller.rank > other.caller.rank and is_refused_to(
                    bench, operation, other.caller, owner.caller
                ):
                    break  # `functions` replays it
                values = canary(bench, operation, owner, other)
                if values is not None:
                    for fault in _tamper(bench, operation, values, owner, other):
                        told.add(operation.key)
                        yield fault
                    break
        yield from filter(None, (_tamper_with_borrowed(bench, each, sides) for each in _borrowing(bench)))
        for operation in naming_operations(bench):
            if operation.key not in told and (found := taken_by_name(bench, operation, first, second)):
                yield found


def _writable(bench: Workbench) -> Iterator[Operation]:
    is_reserved = reserved_in(bench) if any(ranks(bench)) else None
    for operation in bench.surface.operations:
        if is_reserved is not None and is_reserved(operation):
            continue  # `functions` replays it
        is_write = operation.method in WRITES and naming_parts(operation) and not ends_account(operation)
        is_between = operation.method == "POST" and noun_of(operation.path) in BETWEEN_PEOPLE
        if is_write and not is_between and not is_for_everybody(operation) and may_try(bench, operation):
            yield operation


def _borrowing(bench: Workbench) -> Iterator[Operation]:
    is_reserved = reserved_in(bench) if any(ranks(bench)) else None
    for operation in bench.surface.operations:
        is_others = is_reserved is not None and is_reserved(operation)
        if not is_others and not is_for_everybody(operation) and may_borrow(bench, operation):
            yield operation


def _tamper_with_borrowed(
    bench: Workbench, operation: Operation, sides: Sequence[tuple[Holdings, Holdings]]
) -> Fault | None:
    """With one object, of the first who has one."""
    for owner, other in sides:
        lent = borrowed(bench, operation, owner, other)
        if lent is not None:
            return _tamper_with_one(bench, lent, owner, other)
    return None


def _tamper_with_one(bench: Workbench, lent: Borrowed, owner: Holdings, other: Holdings) -> Fault | None:
    for values in lent.ways():
        done = change(bench, lent, values, other.caller, owner.caller)
        if done.proof and done.is_as_before:
            by_nobody = change(bench, lent, values, ANONYMOUS, owner.caller)
            if by_nobody.proof:
                return written_openly(lent.operation, owner.caller, by_nobody.proof)
        if done.proof:
            return _fault(lent.operation, lent.named, owner, other, done.proof)
        if not done.is_as_before:
            return None
    return None


def _tamper(
    bench: Workbench, operation: Operation, values: Values, owner: Holdings, other: Holdings
) -> Iterator[Fault]:
    places = watches(bench, operation, values, owner)
    watched = look(bench, places, owner.caller)
    if any(each.answer is not None and is_for_others(each.answer) for each in watched.before):
        return
    for part, mixed in variants(operation, values, next(other.candidates(operation), None)):
        done = written(bench, operation, mixed, other.caller, watched)
        if done:
            yield written_by_nobody(bench, operation, mixed, watched) or _fault(operation, part, owner, other, done)
            return


def _fault(operation: Operation, part: Part, owner: Holdings, other: Holdings, proof: tuple[Exchange, ...]) -> Fault:
    return object_fault(
        operation,
        f"{part.place.value}:{part.name}",
        other.caller,
        proof,
        message=(
            f"{other.caller.name} changes what is {owner.caller.name}'s by naming it; "
            "look the object up among those that the caller may change"
        ),
        difference=f"{owner.caller.name} reads afterwards what {other.caller.name} wrote, and did not before",
    )
