"""Objects of the target that the scan came to know, and which of them an operation names. Used by `seeding`.

Values are produced by lists, creations and redirects, and consumed by parts of other operations: `{orderId}` of
`/orders/{orderId}`, and `order_id` anywhere else, are the `id` of what `GET /orders` lists or `POST /orders` made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Operation, Part, PartPlace
from setpoint.scan.dast.identifiers import PEOPLE, fits, identifiers, noun_of_part
from setpoint.scan.dast.naming import field_of, noun_of, singular, words_of
from setpoint.scan.dast.own_values import OwnValues
from setpoint.scan.dast.path_templates import parameters, shape

_TELLING: Final = frozenset({"code", "number", "slug", "ref", "reference", "handle"})
"""Names of identifiers that people gave to one kind of thing."""


_SHAPE, _NOUN, _PERSON, _MEMBER = "shape", "noun", "person", "member"
"""Kinds of clues by which an object is found."""


@dataclass(frozen=True, slots=True)
class Known:
    """An object that the target showed to a caller."""

    caller: str
    collection: str
    """Path, as a template, of what it is one of: `/users/{userId}/orders`."""
    members: Mapping[str, Json] = field(hash=False)
    above: Mapping[str, Json] = field(default_factory=dict, hash=False)
    """Values of the collection's own parameters."""
    is_own: bool = False
    """It was made by the scan, or is the caller's own account."""

    @property
    def noun(self) -> str:
        return noun_of(self.collection)


class Objects:
    """All that is known, by who was shown it."""

    def __init__(self) -> None:
        self._known: list[Known] = []
        self._places: defaultdict[tuple[str, str, object], list[int]] = defaultdict(list)
        """Caller, kind of clue and clue → where in `_known` is what it leads to: nothing looks through all of it."""
        self.own_values = OwnValues()
        """What callers were told of themselves, by its names."""

    def __len__(self) -> int:
        return len(self._known)

    def add(self, known: Known) -> None:
        if self.knew(known, len(self)):
            return
        for kind, clue in _clues(known):
            self._places[known.caller, kind, clue].append(len(self._known))
        self._known.append(known)

    def knew(self, known: Known, before: int) -> bool:
        """Whether it was among the first so many."""
        beside = self._places.get((known.caller, _SHAPE, shape(known.collection)), ())
        return any(self._known[place] == known for place in beside if place < before)

    def named_in(self, operation: Operation, caller: str) -> Iterator[tuple[Known, dict[str, Json]]]:
        """The caller's own objects that the operation names, the latest first, each with the values that do."""
        for name, collection in list(parameters(operation.path))[-1:]:
            noun = noun_of(collection)
            for each in self._near(caller, name, collection, {noun_of_part(name) or noun, noun}, own=True):
                if values := named_in(operation, each):
                    yield each, values

    def _near(self, caller: str, name: str, collection: str, nouns: set[str], *, own: bool = False) -> list[Known]:
        """What may fit there, own ones first, then the latest first."""
        clues = [(_SHAPE, shape(collection)), *((_NOUN, each) for each in nouns), (_MEMBER, words_of(name))]
        if not nouns.isdisjoint(PEOPLE):
            clues.append((_PERSON, ""))
        places = {place for kind, clue in clues for place in self._places.get((caller, kind, clue), ())}
        found = [(place, self._known[place]) for place in places]
        fitting = [each for each in found if each[1].is_own or not own]
        return [each for _, each in sorted(fitting, key=lambda each: (not each[1].is_own, -each[0]))]

    def in_path(
        self, path: str, caller: str, given: Mapping[str, Json], *, own: bool = False, parts: Iterable[Part] = ()
    ) -> dict[str, Json] | None:
        """Values for all parameters of the template that go together; None where one of them is not known.

        With `own`, the last of them names an object that is the caller's own. `parts` say what each may hold.
        """
        schemas = {part.name: part.schema for part in parts if part.place is PartPlace.PATH}
        chosen = {name: value for name, value in given.items() if f"{{{name}}}" in path}
        wanted = list(parameters(path))
        for place, (name, collection) in enumerate(wanted):
            if name in chosen:
                continue
            is_last = place == len(wanted) - 1
            may_hold = partial(fits, schema=schemas.get(name, {}))
            found = self._fitting(name, collection, caller, chosen, may_hold, own=own and is_last)
            if found is None:
                return None
            chosen |= {key: value for key, value in found.items() if key not in chosen}
        return chosen

    def named_by(self, part: Part, caller: str, about: str = "") -> Json:
        """The identifier of an object that a part names: `order_id`, a number `order`, `?order=`; None for none.

        `about` is the path of the operation.
        """
        noun = noun_of_part(part.name)
        last = field_of(part.name)
        told = self.own_values.of(caller, last, about) if words_of(last) != ("id",) else None
        if told is not None and fits(told, part.schema):
            return told
        is_put_in = part.place is PartPlace.QUERY and part.is_required and part.example is None
        if not noun and (is_put_in or part.schema.get("type") == "integer" or part.schema.get("format") == "uuid"):
            noun = singular((words_of(last) or ("",))[-1])
        for each in self._near(caller, "", "", {noun}) if noun else ():
            if each.noun == noun or (noun in PEOPLE and each.is_own and each.noun in PEOPLE):
                found = _candidates(each, last, noun)
                return next((value for value in found if fits(value, part.schema)), None)
        return None

    def _fitting(
        self,
        name: str,
        collection: str,
        caller: str,
        chosen: Mapping[str, Json],
        may_hold: Callable[[Json], bool],
        *,
        own: bool,
    ) -> dict[str, Json] | None:
        """Values for this parameter, and for those before it that this object brings along."""
        noun = noun_of(collection)
        about = noun_of_part(name) or noun
        told = self.own_values.of(caller, name) if words_of(name) != ("id",) else None
        near = self._near(caller, name, collection, {about, noun}, own=own)
        for rank in range(3 if own else 4):
            if rank == 1 and told is not None and may_hold(told):
                return {name: told}
            for each in near:
                if rank != _distance(each, collection, about, noun) or (rank == 3 and not _tells(each, name)):
                    continue
                above = _renamed(each, collection) if rank == 0 else {}
                if any(chosen.get(key, value) != value for key, value in above.items()):
                    continue
                called = each.members.get(about) if rank == 2 else None
                found = (
                    iter([called]) if isinstance(called, str) and called else _candidates(each, name, each.noun, rank)
                )
                value = next(filter(may_hold, found), None)
                if value is not None:
                    return {**above, name: value}
        return None


def _clues(known: Known) -> Iterator[tuple[str, object]]:
    yield _SHAPE, shape(known.collection)
    yield _NOUN, known.noun
    if known.is_own and known.noun in PEOPLE:
        yield _PERSON, ""
    for words in {words_of(each) for each in known.members}:
        if words[-1:] and words[-1] in _TELLING:
            yield _MEMBER, words


def _candidates(known: Known, name: str, noun: str, rank: int = 1) -> Iterator[Json]:
    """What may name the object in a part of this name: of another collection, an `id` is no number and no code."""
    found = identifiers(known.members, name, noun)
    words = words_of(name)
    if rank == 0 or len(words) < 2 or words[-1] not in _TELLING:
        return found
    named = [value for key, value in known.members.items() if words_of(key) in (words, words[-1:])]
    return iter(each for each in found if each in named)


def _distance(known: Known, collection: str, about: str, noun: str) -> int:
    """0: of this very collection; 1: of the same noun elsewhere; 2: a person, where one is meant; 3: another thing."""
    if shape(known.collection) == shape(collection):
        return 0
    if known.noun in (about, noun):
        return 1
    return 2 if known.is_own and known.noun in PEOPLE and about in PEOPLE else 3


def _tells(known: Known, name: str) -> bool:
    """Whether a thing of another kind has a member of this very name, which is more than an `id`: `{code}`."""
    words = words_of(name)
    return words[-1:] != () and words[-1] in _TELLING and any(words_of(each) == words for each in known.members)


def _renamed(known: Known, collection: str) -> dict[str, Json]:
    """What the object's collection is below, by the names that another template has for the same steps."""
    theirs = [name for name, _ in parameters(known.collection)]
    ours = [name for name, _ in parameters(collection)]
    return {mine: known.above[their] for mine, their in zip(ours, theirs, strict=False) if their in known.above}


def named_in(operation: Operation, known: Known) -> dict[str, Json]:
    """The values by which the operation names this object, where it is of its collection."""
    objects = Objects()
    objects.add(known)
    return objects.in_path(operation.path, known.caller, {}, own=True, parts=operation.parts) or {}


def title_of(known: Known) -> str:
    """What people find it by."""
    for key in ("id", "uuid", "name", "title"):
        if isinstance(known.members.get(key), (str, int)):
            return str(known.members[key])[:80]
    return str(next((each for each in known.members.values() if isinstance(each, (str, int))), ""))[:80]
