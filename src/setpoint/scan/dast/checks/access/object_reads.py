"""Whether an account reads what is another's by naming it: broken object-level authorisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import (
    ANONYMOUS,
    Answer,
    Exchange,
    Fault,
    Operation,
    Part,
    PartPlace,
    PlannedRequest,
)
from setpoint.scan.dast.action_words import READS, verbs_of
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.access.callers import peers, ranks
from setpoint.scan.dast.checks.access.delicate import delicate
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.marks import (
    Mark,
    enough,
    is_for_others,
    marks_of,
    share,
    without_values,
)
from setpoint.scan.dast.checks.access.object_faults import NO_PEER, object_fault
from setpoint.scan.dast.checks.access.open_objects import is_left_open, left_open
from setpoint.scan.dast.checks.access.references import BETWEEN_PEOPLE, PEOPLE, naming_parts, part_reference, single
from setpoint.scan.dast.checks.access.replaying import MOST_VARIANTS, ask, is_for_everybody, may_try, nobodys, variants
from setpoint.scan.dast.checks.access.reserved import reserved_in
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import noun_of, segments_of, words_of
from setpoint.scan.dast.new_accounts import is_password

PRIVATE: Final = frozenset(
    {
        *("address", "street", "zip", "postcode", "birth", "gender", "balance", "credit", "iban", "card", "income"),
        *("notes", "medical", "health", "insurance", "password", "token", "secret", "ip", "plan", "subscription"),
        *("setting", "settings", "preferences", "permissions", "role", "last", "login"),
    }
)
"""Words of fields of an account that others have no business with."""

_SUMS: Final = frozenset({"balance", "credit", "income", "salary"})

_SHOWN_OF_PEOPLE: Final = frozenset(
    {
        *("name", "names", "display", "nick", "nickname", "username", "handle", "login", "first", "last", "surname"),
        *(
            "avatar",
            "picture",
            "photo",
            "image",
            "icon",
            "initials",
            "bio",
            "slug",
            "id",
            "uuid",
            "url",
            "href",
            "full",
        ),
    }
)
"""Words of fields that tell people apart for one another."""


class ObjectReads:
    """An account that reads what is another's by naming it.

    The owner reads its own; its peer, then nobody, asks for the same; lists say what is shared by design.
    """

    name = "object-reads"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        pair = peers(bench)
        for operation in _readable(bench) if pair else ():
            yield PlannedRequest(operation.key, self.name, pair[1].name if pair else "", 2 * MOST_VARIANTS, 3)

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
        is_read = (operation.method == "GET" or _is_query(operation)) and naming_parts(operation)
        if is_read and not is_for_everybody(operation) and may_try(bench, operation):
            yield operation


def _is_query(operation: Operation) -> bool:
    """Whether it is a POST that answers with what its body names: an export, a report, what is made of one's own.

    One that only reads says so itself, or by an agent's word, wherever it names what it reads.
    """
    if operation.method != "POST" or noun_of(operation.path) in BETWEEN_PEOPLE - {"report"}:
        return False
    if any(map(is_password, operation.parts)):
        return False
    if any(part.place is PartPlace.BODY for part in naming_parts(operation)):
        return True
    last = segments_of(operation.path)[-1:]
    return operation.writes is False or not READS.isdisjoint((*verbs_of("".join(last)), *verbs_of(operation.name)[:1]))


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
        if not marks or _is_for_show(operation, part, marks | _sums(own.answer, foreign.answer)):
            continue
        anybody = ask(bench, operation, mixed, ANONYMOUS)
        shown = _shown_of(marks, anybody)
        if anybody.answer is None or not shown:
            yield _fault(operation, part, owner, other, (own, foreign), marks)
            return
        if mixed == values and is_left_open(bench, operation, mixed, shown, owner, other, anybody.answer):
            yield left_open(operation, owner, (own, anybody))
            return


def _shown_of(marks: frozenset[Mark], exchange: Exchange) -> frozenset[Mark]:
    """Those that an answer shows."""
    is_shown = exchange.answer is not None and is_success(exchange)
    return marks & marks_of(exchange.answer) if is_shown and exchange.answer is not None else frozenset()


def _seen(
    bench: Workbench, operation: Operation, named: tuple[Part, Values], other: Holdings, own: Answer, foreign: Answer
) -> frozenset[Mark]:
    """The owner's marks that the other was shown; none where they do not come from the owner."""
    part, values = named
    marks = without_values(marks_of(own), map(single, values.values()))
    if not marks & marks_of(foreign):
        return frozenset()
    control = ask(bench, operation, nobodys(part, values), other.caller)
    if control.answer is not None:
        marks -= marks_of(control.answer)
    others_own = other.marks()
    if (
        not marks - others_own
        and _is_named(single(values[part]), foreign)
        and not _is_named(single(values[part]), *other.own(operation))
    ):
        others_own = frozenset()  # both own the like of it, and the identifier in it tells them apart
    marks -= others_own
    if _names_somebody(operation, part):
        known = {text for _, text in other.marks()}  # a list of people shows the same at another place
        marks = frozenset(each for each in marks if each[1] not in known)
    if share(marks, foreign) < enough(foreign):
        return frozenset()
    return marks & marks_of(foreign)


def _is_for_show(operation: Operation, part: Part, marks: frozenset[Mark]) -> bool:
    """Whether it is no more of an account than its name and picture, which are there for others."""
    if not _names_somebody(operation, part):
        return False
    if operation.path.endswith(f"{{{part.name}}}"):
        return not any(map(_is_personal, marks))
    places = {place.rpartition("/")[2] for place, _ in marks}
    return all(place and _SHOWN_OF_PEOPLE.issuperset(words_of(place)) for place in places)


def _sums(own: Answer, foreign: Answer) -> frozenset[Mark]:
    """What somebody has, in both: new accounts have as much as one another, so that it tells nobody apart."""
    both = marks_of(own) & marks_of(foreign)
    return frozenset(each for each in both if not _SUMS.isdisjoint(words_of(each[0].rpartition("/")[2])))


def _names_somebody(operation: Operation, part: Part) -> bool:
    reference = part_reference(operation, part)
    return reference is not None and reference[0] in PEOPLE


def _is_personal(mark: Mark) -> bool:
    """Whether its name, or in a page its looks, says that it is for its owner alone."""
    place, text = mark
    if not place:
        return delicate("email", text) is not None or sum(each.isdecimal() for each in text) > 6
    name = place.rpartition("/")[2]
    return delicate(name, text) is not None or not PRIVATE.isdisjoint(words_of(name))


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
    telling = sorted((mark for mark in marks if mark[0]), key=lambda mark: (not _is_personal(mark), mark[0]))
    places = list(dict.fromkeys(place for place, _ in telling))[:3]
    where = f", at {', '.join(places)}" if places else ""
    return object_fault(
        operation,
        f"{part.place.value}:{part.name}",
        other.caller,
        proof,
        message=(
            f"{other.caller.name} reads what is {owner.caller.name}'s by naming it; "
            "look the object up among those that the caller may see"
        ),
        difference=f"it shows {_counted(marks)} that only {owner.caller.name}'s object holds{where}",
    )


def _counted(marks: frozenset[Mark]) -> str:
    return f"{len(marks)} values" if len(marks) > 1 else "a value"
