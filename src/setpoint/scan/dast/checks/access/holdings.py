"""What an account has on the target, by what the target itself lists to it. Called by the checks of this theme.

It rests on answers that every check shares (`Workbench.baseline`) and sends nothing else. An identifier counts as an
account's own where its lists show it, and the same lists, asked by its peer, do not: what both are shown is shared by
design.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Caller, Operation, Part, PartPlace
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.access.marks import Mark, marks_of
from setpoint.scan.dast.checks.access.records import linkable
from setpoint.scan.dast.checks.access.references import (
    PEOPLE,
    Reference,
    naming_parts,
    part_reference,
    reference_of,
    single,
)
from setpoint.scan.dast.checks.access.reserved import reserved_in
from setpoint.scan.dast.checks.access.shown_identifiers import ShownIdentifiers
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.learnt_values import named_as

Values = Mapping[Part, Json]

MOST_CANDIDATES: Final = 5
"""Objects of an account that are looked at for one operation, until one is its own alone."""

_TELLING_FIELDS: Final = ("slug", "code", "number", "no", "nr", "ref", "reference", "handle")
"""Names of identifiers that people gave to one kind of thing: an `id` is any thing's."""

_IDENTITY: Final = ("id", "uuid", "guid", "userid", "user", "username", "login", "handle", "slug", "email")
"""Of what an own page tells, and the login, the names of what nobody else has."""


class Holdings:
    """Of one caller."""

    def __init__(self, bench: Workbench, caller: Caller) -> None:
        self.bench = bench
        self.caller = caller
        self.asked: dict[str, Answer] = {}
        """Key of the operation → what it answered this caller, where it was about its own."""
        shown = ShownIdentifiers(bench.surface)
        self._listed, self._mentioned, self._linked = shown.listed, shown.mentioned, shown.linked
        self._led_to = shown.led_to
        for name, value in named_as(bench.accounts.user(caller)).items():
            self._listed["self", name].setdefault(value, set())
        is_reserved = reserved_in(bench) if any(caller.rank < other.rank for other in bench.accounts.callers) else None
        for operation in bench.surface.operations:
            if is_reserved is not None and is_reserved(operation):
                continue  # where it answers all the same, that is a fault, and no sharing by design
            if operation.method == "GET" and self._is_about_own(operation):
                exchange = bench.baseline(operation, caller)
                if exchange is not None and exchange.answer is not None and is_success(exchange):
                    self.asked[operation.key] = exchange.answer
                    shown.take(operation, exchange.answer)

    def candidates(self, operation: Operation) -> Iterator[Values]:
        """Values that name something of this caller's in the operation, the surest first; it may not be its alone."""
        owned = self.bench.owned(operation, self.caller)
        named = naming_parts(operation)
        if owned and any(part in owned for part in named):
            yield {**self._known(operation, 0, beside=owned), **owned}
        for texts in list(self._linked.get(operation.key, ()))[:MOST_CANDIDATES]:
            yield dict(zip(linkable(operation), texts, strict=True))
        for place in range(MOST_CANDIDATES):
            known = self._known(operation, place)
            is_whole = all(part in known for part in operation.parts if part.place is PartPlace.PATH)
            if not known or not is_whole:
                return
            yield known

    def alone(self, operation: Operation, other: Holdings) -> Values | None:
        """Values that name what this caller has, and the other was asked for the same and does not have."""
        return next(self.those_alone(operation, other), None)

    def those_alone(self, operation: Operation, other: Holdings) -> Iterator[Values]:
        """All such values, the surest first."""
        return (each for each in self.candidates(operation) if self._is_alone(operation, each, other))

    def _is_alone(self, operation: Operation, values: Values, other: Holdings) -> bool:
        if self.is_itself(operation, values, other):
            return True
        if other.is_listed(operation, values):
            return False
        is_made = values_equal(self.bench.owned(operation, self.caller), values)
        return is_made or self._is_told(operation, values, other)

    def is_listed(self, operation: Operation, values: Values) -> bool:
        """Whether the caller's own lists show whatever these values name."""
        texts = tuple(str(values.get(part)) for part in linkable(operation))
        if texts and texts in self._linked.get(operation.key, ()):
            return True
        lists = [(self._shown_as(operation, part), single(value)) for part, value in values.items()]
        named = [(reference, value) for reference, value in lists if reference is not None]
        return bool(named) and all(_has(self._listed, reference, value) for reference, value in named)

    def is_itself(self, operation: Operation, values: Values, other: Holdings) -> bool:
        """Whether all that these values name is this caller's account: its peer may know it, but does not have it."""
        references = {part: part_reference(operation, part) for part in values}
        if not values or any(each is None or each[0] not in PEOPLE for each in references.values()):
            return False
        given = {str(single(value)) for value in values.values()}
        return given <= self.identity and given.isdisjoint(other.identity)

    def of_itself(self) -> Mapping[str, Json]:
        """Field of the caller's own account, in small letters without anything between → what it holds."""
        found = ((field, next(iter(values), None)) for (kind, field), values in self._listed.items() if kind == "self")
        return {field: value for field, value in found if value is not None}

    def identifier_for(self, operation: Operation, part: Part) -> Json:
        """What names the caller's account in this part; None where it names nobody, or nothing tells.

        A field of a body may hold what names somebody as well as what is to be written.
        """
        is_in_path = part.place is PartPlace.PATH
        reference = part_reference(operation, part) if is_in_path else reference_of(part.name.rpartition("/")[2], "")
        if reference is None or reference[0] not in PEOPLE:
            return None
        known = self.of_itself()
        fields = ("id", "uuid", "userid", "username", "login") if reference[1] == "id" else (reference[1],)
        values = (known.get(each) for each in fields)
        return next((value for value in values if value is not None and _fits(part, value)), None)

    @cached_property
    def identity(self) -> frozenset[str]:
        """All that names this caller's account, as text."""
        tables = (self._listed["self", field] for field in _IDENTITY)
        return frozenset(str(value) for table in tables for value in table)

    def own(self, operation: Operation) -> tuple[Answer, ...]:
        """What the operation tells the caller about its own, where that is known."""
        return (self.asked[operation.key],) if operation.key in self.asked else ()

    def marks(self, *, beside: Operation | None = None) -> frozenset[Mark]:
        """All that the caller is shown about its own, and around it; of other operations than `beside`."""
        answers = (answer for key, answer in self.asked.items() if beside is None or key != beside.key)
        return frozenset(mark for answer in answers for mark in marks_of(answer))

    def itself(self) -> Json:
        """The identifier of the caller's own account; None where nothing tells it."""
        return next(iter(self._listed["self", "id"]), None)

    @cached_property
    def made(self) -> frozenset[str]:
        """Identifiers of what was made for the scan, and of the account itself, as text."""
        owned = (self.bench.owned(each, self.caller) or {} for each in self.bench.surface.operations)
        return frozenset(str(value) for each in owned for value in each.values()) | self.identity

    def is_led_to(self, operation: Operation, other: Holdings) -> bool:
        """Whether pages lead this caller to the operation, and the other, who was shown pages, too, not."""
        return operation.path in self._led_to - other._led_to and bool(other._led_to)

    def _is_told(self, operation: Operation, values: Values, other: Holdings) -> bool:
        """Whether one of the values comes from a list that the other was given, too, without it."""
        for part, value in values.items():
            reference = self._shown_as(operation, part)
            if reference is None:
                continue
            sources = self._sources(reference, single(value))
            if sources & set(other.asked) and not _has(other._listed, reference, single(value)):
                return True
        texts = tuple(str(values.get(part)) for part in linkable(operation))
        return bool(texts) and bool(self._linked.get(operation.key, {}).get(texts, set()) & set(other.asked))

    def _sources(self, reference: Reference, value: Json) -> set[str]:
        found = {source for table in (self._listed, self._mentioned) for source in table[reference].get(value, ())}
        return found or {source for told in self._itself(reference) for source in told.get(value, ())}

    def _known(self, operation: Operation, place: int, *, beside: Values | None = None) -> dict[Part, Json]:
        """What is known for the parts that name something: of each the value at this place of those known."""
        known: dict[Part, Json] = {}
        longest = 0
        for part in naming_parts(operation):
            values = () if beside and part in beside else self._values_for(operation, part)
            longest = max(longest, len(values))
            if values:
                known[part] = values[min(place, len(values) - 1)]
        return known if place < longest else {}

    def _values_for(self, operation: Operation, part: Part) -> tuple[Json, ...]:
        reference = self._shown_as(operation, part)
        if reference is None:
            return ()
        itself = [value for told in self._itself(reference) for value in told]
        found = dict.fromkeys([*itself, *self._listed[reference], *self._mentioned[reference]])
        is_several = part.schema.get("type") == "array"
        return tuple([value] if is_several else value for value in found if _fits(part, value))

    def _shown_as(self, operation: Operation, part: Part) -> Reference | None:
        """What the part names, by the name that this caller's lists have for it.

        `{depot}` may be the `slug` or the `depot` of what `/depots` lists, `{code}` below `/tracking` that of orders.
        """
        reference = part_reference(operation, part)
        if reference is None or self._listed.get(reference) or self._mentioned.get(reference):
            return reference
        noun, field = reference
        if noun in PEOPLE:
            return reference
        others = [(noun, other) for other in (noun, *_TELLING_FIELDS)] if field == "id" else []
        if field in _TELLING_FIELDS:
            others += [each for each in self._listed if each[1] == field and each[0] != "self"]
        return next((each for each in others if self._listed.get(each)), reference)

    def _itself(self, reference: Reference) -> Iterator[Mapping[Json, set[str]]]:
        """What names this caller, for references to somebody: first what its own page says under that very name."""
        noun, field = reference
        if noun in PEOPLE:
            yield self._listed["self", noun]
            yield self._listed["self", field]
            if field == "id":
                yield self._listed["self", "username"]
                yield self._listed["self", "email"]

    def _is_about_own(self, operation: Operation) -> bool:
        """Without a seeded value that may name what is another's."""
        needed = [
            part
            for part in naming_parts(operation)
            if part.is_required or part.place is PartPlace.PATH or part.example is not None
        ]
        owned = self.bench.owned(operation, self.caller) if needed else {}
        return all(owned is not None and part in owned for part in needed)


def values_equal(one: Values | None, other: Values) -> bool:
    """Whether the first names the same as the second, which may say more."""
    return bool(one) and one is not None and all(part in other and other[part] == one[part] for part in one)


def _has(table: Mapping[Reference, Mapping[Json, set[str]]], reference: Reference, value: Json) -> bool:
    return any(str(each) == str(value) for each in table.get(reference, ()))


def _fits(part: Part, value: Json) -> bool:
    schema = part.schema.get("items") if part.schema.get("type") == "array" else part.schema
    wanted = schema.get("type") if isinstance(schema, dict) else None
    return not (wanted == "integer" and not str(value).isdecimal())
