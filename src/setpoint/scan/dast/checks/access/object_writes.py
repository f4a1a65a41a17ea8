"""Whether an account changes what is another's by naming it: the owner reads afterwards what the other wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import Certainty, Exchange, Fault, Operation, Part, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.access.callers import peers, ranks
from setpoint.scan.dast.checks.access.canaries import canary
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.marks import is_for_others
from setpoint.scan.dast.checks.access.object_reads import KIND, NO_PEER
from setpoint.scan.dast.checks.access.reading_back import MOST_WATCHES, watches
from setpoint.scan.dast.checks.access.references import naming_parts
from setpoint.scan.dast.checks.access.replaying import MOST_VARIANTS, is_for_everybody, may_try, variants
from setpoint.scan.dast.checks.access.reserved import reserved_in
from setpoint.scan.dast.checks.access.writing import WRITES, look, written, written_by_nobody
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import noun_of

_BETWEEN_PEOPLE: Final = frozenset(
    {
        *("comment", "follow", "follower", "friend", "invitation", "invite", "like", "message", "rating", "reaction"),
        *("reply", "report", "request", "review", "vote"),
    }
)
"""What people make for one another: to make one on another's object is what it is there for."""


class ObjectWrites:
    """An account that changes what is another's by naming it.

    A peer writes a harmless value to the owner's canary object; only what the owner then reads counts.
    """

    name = "object-writes"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        pair = peers(bench)
        for operation in _writable(bench) if pair else ():
            about = 1 + MOST_WATCHES + MOST_VARIANTS * (1 + MOST_WATCHES)
            yield PlannedRequest(operation.key, self.name, pair[1].name if pair else "", about)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        pair = peers(bench)
        if pair is None:
            bench.told(f"{self.name}: {NO_PEER}")
            return
        first, second = (Holdings(bench, caller) for caller in pair)
        sides = ((first, second), (second, first)) if pair[0].rank == pair[1].rank else ((first, second),)
        for operation in sorted(_writable(bench), key=lambda each: WRITES.index(each.method)):
            for owner, other in sides:
                values = canary(bench, operation, owner, other)
                if values is not None:
                    yield from _tamper(bench, operation, values, owner, other)
                    break


def _writable(bench: Workbench) -> Iterator[Operation]:
    is_reserved = reserved_in(bench) if any(ranks(bench)) else None
    for operation in bench.surface.operations:
        if is_reserved is not None and is_reserved(operation):
            continue  # `functions` replays it
        is_write = operation.method in WRITES and naming_parts(operation)
        is_between = operation.method == "POST" and noun_of(operation.path) in _BETWEEN_PEOPLE
        if is_write and not is_between and not is_for_everybody(operation) and may_try(bench, operation):
            yield operation


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
    return Fault(
        kind=KIND,
        cwe=639,
        owasp="API1:2023",
        severity=Severity.HIGH,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        part=f"{part.place.value}:{part.name}",
        caller=other.caller.name,
        message=(
            f"{other.caller.name} changes what is {owner.caller.name}'s by naming it; "
            "look the object up among those that the caller may change"
        ),
        proof=proof,
        difference=f"{owner.caller.name} reads afterwards what {other.caller.name} wrote, and did not before",
    )
