"""Writes to an object that an account had before the scan: where nothing makes one, no other can be tried.

Called by `object_writes` for what `Workbench.lends` lets. One object of an operation is borrowed: one that a list shows
to its owner alone. A peer writes what it holds, with another text in one harmless field; what its owner then reads
decides, and the owner writes the text back. Where that fails, people are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller, Exchange, Operation, Part, PartPlace
from setpoint.scan.dast.answers import is_success, json_of
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.reading_back import Watch, Writing, writing_for
from setpoint.scan.dast.checks.access.references import PEOPLE, thing_of
from setpoint.scan.dast.checks.access.replaying import ask
from setpoint.scan.dast.creations import is_creation
from setpoint.scan.dast.identifiers import identifier
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import is_parameter, noun_of, segments_of
from setpoint.scan.dast.path_templates import collection_of, parameters, path_parts, shape
from setpoint.scan.dast.shown_objects import shown_objects

MOST_LISTS: Final = 4
"""Of an owner's, that are looked through for an object: the projects whose tasks are asked for."""


@dataclass(frozen=True, slots=True)
class Borrowed:
    """An object of the owner's, as a list shows it."""

    operation: Operation
    """Which writes to it."""
    named: Part
    """What names it in the path."""
    values: Values
    """All that its owner names it by, and what it holds that a write has to repeat."""
    elsewhere: Values
    """Of what it is below, the peer's own; empty where it is below nothing."""
    text: Part
    before: str
    watch: Watch
    shown: Exchange

    def ways(self) -> Iterator[Values]:
        """As its owner names it; then as one of what the peer has."""
        yield self.values
        if self.elsewhere:
            yield {**self.values, **self.elsewhere}

    def text_in(self, exchange: Exchange) -> Json:
        """What the field holds now; None where the object is not shown."""
        name, of = _named_last(self.operation)
        for record in _records(exchange):
            if identifier(record, name, noun_of(of)) == self.values[self.named]:
                return record.get(self.text.name.lstrip("/"))
        return None


@dataclass(frozen=True, slots=True)
class Change:
    proof: tuple[Exchange, ...] = ()
    """Before, the write, and after, where the owner was shown what was written."""
    is_as_before: bool = True
    """Whether the object holds again what it held."""


def may_borrow(bench: Workbench, operation: Operation) -> bool:
    """Whether nothing makes what the operation changes, and it is no account."""
    steps = segments_of(operation.path)
    if not bench.lends(operation) or not steps or not is_parameter(steps[-1]) or thing_of(operation.path) in PEOPLE:
        return False
    collection = _named_last(operation)[1]
    for each in bench.surface.operations:
        made = collection_of(each.path)
        if each.method == "POST" and shape(made) == shape(collection):
            return False
        if noun_of(made) == noun_of(collection) and is_creation(each, bench.surface):
            return False
    return True


def borrowed(bench: Workbench, operation: Operation, owner: Holdings, other: Holdings) -> Borrowed | None:
    """The first that fits; None where the owner has none of its own."""
    collection = _named_last(operation)[1]
    gets = (each for each in bench.surface.operations if each.method == "GET" and not bench.may_send(each))
    listing = next((each for each in gets if shape(each.path) == shape(collection)), None)
    if listing is None:
        return None
    is_below = any(parameters(listing.path))
    others = _in_path(next(other.those_alone(listing, owner), {})) if is_below else {}
    elsewhere = Watch(listing, others).read(bench, other.caller) if others or not is_below else None
    if not is_below and not is_success(elsewhere):
        return None  # the peer was shown no such list: nothing tells what is the owner's alone
    aboves = map(_in_path, owner.those_alone(listing, other)) if is_below else iter([_in_path({})])
    taken = _identifiers(operation, elsewhere)
    for above in islice(aboves, MOST_LISTS):
        watch = Watch(listing, above)
        shown = watch.read(bench, owner.caller)
        for record in _records(shown):
            found = _of_record(operation, record, watch, shown, others)
            if found is not None and found.values[found.named] not in taken:
                return found
    return None


def change(bench: Workbench, lent: Borrowed, values: Values, writer: Caller, owner: Caller) -> Change:
    """What the owner is shown of a write, which the owner takes back at once."""
    writing = _writing(lent.operation, lent.values)
    if writing is None:
        return Change()
    sent = ask(bench, lent.operation, writing.values(values), writer)
    now = lent.watch.read(bench, owner)
    if lent.text_in(now) == lent.before:
        return Change()
    proof = (lent.shown, sent, now) if writing.is_shown(lent.shown, now) else ()
    return Change(proof, is_as_before=_give_back(bench, lent, owner))


def _give_back(bench: Workbench, lent: Borrowed, owner: Caller) -> bool:
    ask(bench, lent.operation, {**lent.values, lent.text: lent.before}, owner)
    if lent.text_in(lent.watch.read(bench, owner)) == lent.before:
        return True
    line = (
        f"another text in {lent.text.name.lstrip('/')} of {thing_of(lent.operation.path)} "
        f"{lent.values[lent.named]} of {owner.name}, written by {lent.operation.key}"
    )
    bench.leaves_behind(lambda: [line])
    return False


def _of_record(
    operation: Operation, record: Mapping[str, Json], watch: Watch, shown: Exchange, others: Values
) -> Borrowed | None:
    name, collection = _named_last(operation)
    value = identifier(record, name, noun_of(collection))
    held = _held(operation, record)
    if value is None or held is None:
        return None
    above = _carried(watch.operation, watch.values, operation)
    values = {**path_parts(operation, {**above, name: value}), **held}
    writing = _writing(operation, values)
    before = record.get(writing.part.name.lstrip("/")) if writing and writing.part else None
    named = next((part for part in operation.parts if part.place is PartPlace.PATH and part.name == name), None)
    if writing is None or writing.part is None or named is None or not isinstance(before, str) or not before:
        return None
    elsewhere = path_parts(operation, _carried(watch.operation, others, operation))
    return Borrowed(operation, named, values, elsewhere, writing.part, before, watch, shown)


def _held(operation: Operation, record: Mapping[str, Json]) -> Values | None:
    """What a write has to repeat, so that it changes nothing but the text; None where the record does not show it."""
    held: dict[Part, Json] = {}
    text = _writing(operation, {})
    for part in operation.parts:
        is_sent = operation.method == "PUT" or part.is_required or part.example is not None
        if part.place is not PartPlace.BODY or not is_sent or (text and part == text.part):
            continue
        if part.name.lstrip("/") not in record:
            return None
        held[part] = record[part.name.lstrip("/")]
    return held


def _writing(operation: Operation, values: Values) -> Writing | None:
    """A new text for the most harmless field alone."""
    found = writing_for(operation, values, ())
    return Writing(found.part, found.value) if found and found.part and isinstance(found.value, str) else None


def _identifiers(operation: Operation, exchange: Exchange | None) -> list[Json]:
    """Of all that a list shows."""
    name, collection = _named_last(operation)
    return [identifier(each, name, noun_of(collection)) for each in _records(exchange)]


def _records(exchange: Exchange | None) -> list[Mapping[str, Json]]:
    answer = exchange.answer if exchange is not None and is_success(exchange) else None
    return shown_objects(json_of(answer)) if answer is not None else []


def _named_last(operation: Operation) -> tuple[str, str]:
    """Name and collection of the last parameter."""
    return list(parameters(operation.path))[-1]


def _in_path(values: Values) -> Values:
    return {part: value for part, value in values.items() if part.place is PartPlace.PATH}


def _carried(listing: Operation, values: Values, operation: Operation) -> dict[str, Json]:
    """The list's values by the names that the operation has for the same steps."""
    by_name = {part.name: value for part, value in values.items()}
    pairs = zip(parameters(listing.path), parameters(operation.path), strict=False)
    return {ours: by_name[theirs] for (theirs, _), (ours, _) in pairs if theirs in by_name}
