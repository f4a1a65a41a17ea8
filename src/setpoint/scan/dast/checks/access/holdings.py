"""What an account has on the target, by what the target itself lists to it. Called by the checks of this theme.

It rests on answers that every check shares (`Workbench.baseline`) and sends nothing else. An identifier counts as an
account's own where its lists show it, and the same lists, asked by its peer, do not: what both are shown is shared by
design.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Caller, Operation, Part, PartPlace
from setpoint.scan.dast.answers import is_success, json_of, page_of
from setpoint.scan.dast.checks.access.marks import Mark, marks_of
from setpoint.scan.dast.checks.access.records import linkable, pattern_of, records_in
from setpoint.scan.dast.checks.access.references import (
    PEOPLE,
    Reference,
    naming_parts,
    part_reference,
    reference_of,
)
from setpoint.scan.dast.checks.access.reserved import reserved_in
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import noun_of, words_of

Values = Mapping[Part, Json]

MOST_CANDIDATES: Final = 5
"""Objects of an account that are looked at for one operation, until one is its own alone."""

_TELLING_FIELDS: Final = ("slug", "code", "number", "no", "nr", "ref", "reference", "handle")
"""Names of identifiers that people gave to one kind of thing: an `id` is any thing's."""

_OWN_PAGES: Final = frozenset({"me", "whoami", "self", "profile", "account", "user", "userinfo", "current", "session"})
"""Last words of addresses that tell a caller about itself."""


class Holdings:
    """Of one caller."""

    def __init__(self, bench: Workbench, caller: Caller) -> None:
        self.bench = bench
        self.caller = caller
        self.asked: dict[str, Answer] = {}
        """Key of the operation → what it answered this caller, where it was about its own."""
        self._listed: dict[Reference, dict[Json, set[str]]] = defaultdict(dict)
        self._mentioned: dict[Reference, dict[Json, set[str]]] = defaultdict(dict)
        self._linked: dict[str, dict[tuple[str, ...], set[str]]] = defaultdict(dict)
        self._led_to: set[str] = set()
        """Paths that its pages link to."""
        self._templates = [(operation, pattern_of(operation)) for operation in bench.surface.operations]
        is_reserved = reserved_in(bench) if any(caller.rank < other.rank for other in bench.accounts.callers) else None
        for operation in bench.surface.operations:
            if is_reserved is not None and is_reserved(operation):
                continue  # where it answers all the same, that is a fault, and no sharing by design
            if operation.method == "GET" and self._is_about_own(operation):
                exchange = bench.baseline(operation, caller)
                if exchange is not None and exchange.answer is not None and is_success(exchange):
                    self._take(operation, exchange.answer)

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
        for values in self.candidates(operation):
            if other.is_listed(operation, values):
                continue
            if values_equal(self.bench.owned(operation, self.caller), values) or self._is_told(
                operation, values, other
            ):
                return values
        return None

    def is_listed(self, operation: Operation, values: Values) -> bool:
        """Whether the caller's own lists show whatever these values name."""
        texts = tuple(str(values.get(part)) for part in linkable(operation))
        if texts and texts in self._linked.get(operation.key, ()):
            return True
        lists = [(self._shown_as(operation, part), value) for part, value in values.items()]
        named = [(reference, value) for reference, value in lists if reference is not None]
        return bool(named) and all(_has(self._listed, reference, value) for reference, value in named)

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
        return frozenset(str(value) for each in owned for value in each.values()) | {str(self.itself())}

    def is_led_to(self, operation: Operation, other: Holdings) -> bool:
        """Whether pages lead this caller to the operation, and the other, who was shown pages, too, not."""
        return operation.path in self._led_to - other._led_to and bool(other._led_to)

    def _is_told(self, operation: Operation, values: Values, other: Holdings) -> bool:
        """Whether one of the values comes from a list that the other was given, too, without it."""
        for part, value in values.items():
            reference = self._shown_as(operation, part)
            if reference is None:
                continue
            sources = self._sources(reference, value)
            if sources & set(other.asked) and not _has(other._listed, reference, value):
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
        return tuple(value for value in found if _fits(part, value))

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

    def _is_about_own(self, operation: Operation) -> bool:
        """Without a seeded value that may name what is another's."""
        needed = [
            part
            for part in naming_parts(operation)
            if part.is_required or part.place is PartPlace.PATH or part.example is not None
        ]
        owned = self.bench.owned(operation, self.caller) if needed else {}
        return all(owned is not None and part in owned for part in needed)

    def _take(self, operation: Operation, answer: Answer) -> None:
        self.asked[operation.key] = answer
        document = json_of(answer)
        if document is not None:
            self._take_records(operation, document)
            return
        page = page_of(answer)
        if page is not None:
            for link in dict.fromkeys([*page.xpath("//@href"), *page.xpath("//form/@action")]):
                self._take_link(operation, str(link))

    def _take_records(self, operation: Operation, document: Json) -> None:
        noun = noun_of(operation.path)
        words = words_of(operation.path)
        is_self = isinstance(document, dict) and bool(words) and words[-1] in _OWN_PAGES
        for kind, record, is_main in records_in(document, noun):
            for name, value in record.items():
                if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
                    continue
                if is_self and is_main:
                    self._listed["self", "".join(words_of(name))].setdefault(value, set()).add(operation.key)
                reference = reference_of(name, kind)
                for key in {reference or (kind, "".join(words_of(name))), (kind, "".join(words_of(name)))}:
                    table = self._listed if is_main and key[0] == kind else self._mentioned
                    table[key].setdefault(value, set()).add(operation.key)

    def _take_link(self, source: Operation, link: str) -> None:
        base = urlsplit(self.bench.surface.base)
        try:
            at = urlsplit(urljoin(self.bench.surface.base + source.path, link))
        except ValueError:
            return
        if (at.scheme, at.netloc) != (base.scheme, base.netloc) or not at.path.startswith(base.path):
            return
        path, query = at.path.removeprefix(base.path), dict(parse_qsl(at.query))
        self._led_to.add(path)
        for operation, pattern in self._templates:
            found = pattern.fullmatch(path)
            parts = linkable(operation)
            if found is None or not parts:
                continue
            in_path = iter(found.groups())
            texts = [query.get(part.name) if part.place is PartPlace.QUERY else next(in_path) for part in parts]
            if all(texts):
                key = tuple(unquote(text or "") for text in texts)
                self._linked[operation.key].setdefault(key, set()).add(source.key)
                for part, text in zip(parts, key, strict=True):
                    reference = part_reference(operation, part)
                    if reference is not None:
                        self._listed[reference].setdefault(text, set()).add(source.key)


def values_equal(one: Values | None, other: Values) -> bool:
    """Whether the first names the same as the second, which may say more."""
    return bool(one) and one is not None and all(part in other and other[part] == one[part] for part in one)


def _has(table: Mapping[Reference, Mapping[Json, set[str]]], reference: Reference, value: Json) -> bool:
    return any(str(each) == str(value) for each in table.get(reference, ()))


def _fits(part: Part, value: Json) -> bool:
    wanted = part.schema.get("type")
    return not (wanted == "integer" and not str(value).isdecimal())
