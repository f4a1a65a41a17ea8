"""Whether an account reads what is another's by naming it: broken object-level authorisation."""

from __future__ import annotations

from collections.abc import Iterator

from setpoint.model.dast import (
    ANONYMOUS,
    Answer,
    Certainty,
    Exchange,
    Fault,
    Operation,
    Part,
    PlannedRequest,
)
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.access.callers import peers, ranks
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.marks import (
    Mark,
    enough,
    is_for_others,
    marks_of,
    share,
    without_values,
)
from setpoint.scan.dast.checks.access.references import naming_parts
from setpoint.scan.dast.checks.access.replaying import MOST_VARIANTS, ask, is_for_everybody, nobodys, variants
from setpoint.scan.dast.checks.access.reserved import reserved_in
from setpoint.scan.dast.interface import Workbench

KIND = "object-level-authorisation"
NO_PEER = "nobody can be set against an account's owner: auth.yaml names fewer than two accounts"


class ObjectReads:
    """The owner reads its own; its peer, then nobody, asks for the same; lists say what is shared by design."""

    name = "object-reads"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        pair = peers(bench)
        for operation in _readable(bench) if pair else ():
            yield PlannedRequest(operation.key, self.name, pair[1].name if pair else "", 2 * MOST_VARIANTS)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        pair = peers(bench)
        if pair is None:
            bench.told(f"{self.name}: {NO_PEER}")
            return
        first, second = (Holdings(bench, caller) for caller in pair)
        sides = ((first, second), (second, first)) if pair[0].rank == pair[1].rank else ((first, second),)
        for operation in _readable(bench):
            for owner, other in sides:
                values = owner.alone(operation, other)
                if values is not None:
                    yield from _replay(bench, operation, values, owner, other)
                    break


def _readable(bench: Workbench) -> Iterator[Operation]:
    is_reserved = reserved_in(bench) if any(ranks(bench)) else None
    for operation in bench.surface.operations:
        if is_reserved is not None and is_reserved(operation):
            continue  # `functions` replays it
        is_read = operation.method == "GET" and naming_parts(operation)
        if is_read and not is_for_everybody(operation) and not bench.may_send(operation):
            yield operation


def _replay(
    bench: Workbench, operation: Operation, values: Values, owner: Holdings, other: Holdings
) -> Iterator[Fault]:
    own = ask(bench, operation, values, owner.caller)
    if own.answer is None or not is_success(own) or is_for_others(own.answer):
        return
    its_own = next(other.candidates(operation), None)
    for part, mixed in variants(operation, values, its_own):
        foreign = ask(bench, operation, mixed, other.caller)
        if foreign.answer is None or not is_success(foreign):
            continue
        marks = _seen(bench, operation, (part, mixed), other, own.answer, foreign.answer)
        if marks:
            yield _fault(operation, part, owner, other, (own, foreign), marks)
            return


def _seen(
    bench: Workbench, operation: Operation, named: tuple[Part, Values], other: Holdings, own: Answer, foreign: Answer
) -> frozenset[Mark]:
    """The owner's marks that the other was shown; none where they are no secret, or do not come from the owner."""
    part, values = named
    marks = without_values(marks_of(own), values.values())
    if not marks & marks_of(foreign):
        return frozenset()
    control = ask(bench, operation, nobodys(part, values), other.caller)
    if control.answer is not None:
        marks -= marks_of(control.answer)
    others_own = other.marks()
    if (
        not marks - others_own
        and _is_named(values[part], foreign)
        and not _is_named(values[part], *other.own(operation))
    ):
        others_own = frozenset()  # both own the like of it, and the identifier in it tells them apart
    marks -= others_own
    if share(marks, foreign) < enough(foreign):
        return frozenset()
    anybody = ask(bench, operation, values, ANONYMOUS)
    if anybody.answer is not None and is_success(anybody) and marks & marks_of(anybody.answer):
        return frozenset()
    return marks & marks_of(foreign)


def _is_named(value: object, *documents: Answer) -> bool:
    """Whether one of them, as a document, shows the identifier as a value of its own."""
    return any(place and text == str(value) for each in documents for place, text in marks_of(each))


def _fault(
    operation: Operation,
    part: Part,
    owner: Holdings,
    other: Holdings,
    proof: tuple[Exchange, ...],
    marks: frozenset[Mark],
) -> Fault:
    places = sorted({place for place, _ in marks if place})[:3]
    where = f", at {', '.join(places)}" if places else ""
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
            f"{other.caller.name} reads what is {owner.caller.name}'s by naming it; "
            "look the object up among those that the caller may see"
        ),
        proof=proof,
        difference=f"it shows {_counted(marks)} that only {owner.caller.name}'s object holds{where}",
    )


def _counted(marks: frozenset[Mark]) -> str:
    return f"{len(marks)} values" if len(marks) > 1 else "a value"
