"""Objects of the target that the scan came to know, and which of them an operation names. Used by `seeding`.

Values are produced by lists, creations and redirects, and consumed by parts of other operations: `{orderId}` of
`/orders/{orderId}`, and `order_id` anywhere else, are the `id` of what `GET /orders` lists or `POST /orders` made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Operation, Part, PartPlace
from setpoint.scan.dast.naming import is_parameter, noun_of, segments_of, singular, words_of

IDENTIFIERS: Final = ("id", "uuid", "guid", "key", "slug", "ref", "reference", "number", "code", "uid", "pk", "handle")
"""Words that names of identifying members end in; of several members, the first of these counts."""

_TELLING: Final = frozenset({"code", "number", "slug", "ref", "reference", "handle"})
"""Names of identifiers that people gave to one kind of thing."""

PEOPLE: Final = frozenset({
    "user", "member", "customer", "person", "people", "profile", "account", "me", "self", "owner", "author", "employee",
    "patient", "student", "client", "whoami", "userinfo",
})  # fmt: skip
"""What targets call whoever calls them."""

WRAPPERS: Final = frozenset(
    {"data", "items", "item", "results", "result", "records", "content", "rows", "list", "values", "entries", "objects"}
    | {"page", "embedded", "payload", "response", "body"}
)
"""Names under which an API puts what was asked for, whatever that is."""

MAX_LISTED: Final = 50
"""Objects taken from one list."""

_VERBS: Final = frozenset({
    "create", "new", "add", "make", "insert", "save", "list", "search", "find", "all", "store", "submit",
    "neu", "neue", "anlegen", "erstellen", "nouveau", "nouvelle", "creer", "ajouter", "nuevo", "nueva", "crear",
})  # fmt: skip
"""Last steps of paths that stand for what is done, not for what it is done to."""


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


def collection_of(path: str) -> str:
    """What a list or a creation at this path is of: without verbs at its end."""
    steps = segments_of(path)
    while len(steps) > 1 and set(words_of(steps[-1])) & _VERBS and not is_parameter(steps[-1]):
        steps = steps[:-1]
    return "/" + "/".join(steps)


def shape(path: str) -> str:
    """The template without the names of its parameters: `/orders/{}`."""
    return "/" + "/".join("{}" if is_parameter(each) else each for each in segments_of(path))


def parameters(path: str) -> Iterator[tuple[str, str]]:
    """Name and collection of each parameter of a template, in order."""
    steps = segments_of(path)
    for place, step in enumerate(steps):
        if is_parameter(step):
            yield step[step.index("{") + 1 : step.rindex("}")], "/" + "/".join(steps[:place])


def noun_of_part(name: str) -> str:
    """`order` for `order_id`, `/items/0/orderId` and `{order}`; empty for `id` alone, and for what is no identifier."""
    words = words_of(name.rpartition("/")[2])
    if len(words) > 1 and words[-1] in IDENTIFIERS:
        return singular(words[-2])
    return ""


def identifier(members: Mapping[str, Json], name: str, noun: str) -> Json:
    """What names the object where this part stands; None where nothing among its members does."""
    wanted = words_of(name)
    by_words = {words_of(key): value for key, value in members.items() if isinstance(value, (str, int)) and value != ""}
    by_words = {key: value for key, value in by_words.items() if not isinstance(value, bool)}
    if wanted in by_words:
        return by_words[wanted]
    for ending in ((wanted[-1],) if wanted and wanted[-1] in IDENTIFIERS else ()) + IDENTIFIERS:
        for key in ((ending,), (noun, ending)):
            if key in by_words:
                return by_words[key]
    return next(
        (value for key, value in by_words.items() if key and key[-1] in IDENTIFIERS[:3]), by_words.get(("name",))
    )


def shown_objects(document: Json) -> list[Mapping[str, Json]]:
    """The objects of a list's answer: the outermost list of objects, however it is wrapped."""
    level: list[Json] = [document]
    for _ in range(3):
        for each in level:
            if isinstance(each, list) and (found := [item for item in each if isinstance(item, Mapping)]):
                return found[:MAX_LISTED]
        level = [member for each in level if isinstance(each, Mapping) for member in each.values()]
    return []


def shown_object(document: Json) -> Mapping[str, Json]:
    """The one object of an answer, out of what it is wrapped in (`{"data": {…}}`); empty where there is none."""
    for _ in range(3):
        if not isinstance(document, Mapping):
            return {}
        wrapped = next((each for key, each in document.items() if key.lower() in WRAPPERS and each), None)
        if not isinstance(wrapped, Mapping) and any(
            words_of(key)[-1:] and words_of(key)[-1] in IDENTIFIERS for key in document
        ):
            return document
        inner = (
            [wrapped]
            if isinstance(wrapped, Mapping)
            else [each for each in document.values() if isinstance(each, Mapping)]
        )
        if len(inner) != 1:
            return document
        document = inner[0]
    return document if isinstance(document, Mapping) else {}


class Objects:
    """All that is known, by who was shown it."""

    def __init__(self) -> None:
        self._known: list[Known] = []

    def add(self, known: Known) -> None:
        if known not in self._known:
            self._known.append(known)

    def of(self, caller: str, *, own: bool = False) -> list[Known]:
        """The caller's, own ones first, then the latest first."""
        found = [each for each in reversed(self._known) if each.caller == caller and (each.is_own or not own)]
        return sorted(found, key=lambda each: not each.is_own)

    def in_path(
        self, path: str, caller: str, given: Mapping[str, Json], *, own: bool = False
    ) -> dict[str, Json] | None:
        """Values for all parameters of the template that go together; None where one of them is not known.

        With `own`, the last of them names an object that is the caller's own.
        """
        chosen = {name: value for name, value in given.items() if f"{{{name}}}" in path}
        wanted = list(parameters(path))
        for place, (name, collection) in enumerate(wanted):
            if name in chosen:
                continue
            is_last = place == len(wanted) - 1
            found = self._fitting(name, collection, caller, chosen, own=own and is_last)
            if found is None:
                return None
            chosen |= {key: value for key, value in found.items() if key not in chosen}
        return chosen

    def named_by(self, part: Part, caller: str) -> Json:
        """The identifier of an object that a part names: `order_id`, a number `order`, `?order=`; None for none."""
        noun = noun_of_part(part.name)
        last = part.name.rpartition("/")[2]
        is_put_in = part.place is PartPlace.QUERY and part.is_required and part.example is None
        if not noun and (is_put_in or part.schema.get("type") == "integer" or part.schema.get("format") == "uuid"):
            noun = singular((words_of(last) or ("",))[-1])
        for each in self.of(caller) if noun else ():
            if each.noun == noun or (noun in PEOPLE and each.is_own and each.noun in PEOPLE):
                return identifier(each.members, last, noun)
        return None

    def _fitting(
        self, name: str, collection: str, caller: str, chosen: Mapping[str, Json], *, own: bool
    ) -> dict[str, Json] | None:
        """Values for this parameter, and for those before it that this object brings along."""
        noun = noun_of(collection)
        about = noun_of_part(name) or noun
        for rank in range(3 if own else 4):
            for each in self.of(caller, own=own):
                if rank != _distance(each, collection, about, noun) or (rank == 3 and not _tells(each, name)):
                    continue
                above = _renamed(each, collection) if rank == 0 else {}
                if any(chosen.get(key, value) != value for key, value in above.items()):
                    continue
                told = each.members.get(about) if rank == 2 else None
                value = told if isinstance(told, str) and told else identifier(each.members, name, each.noun)
                if value is not None:
                    return {**above, name: value}
        return None


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


def located(address: str, operation: Operation) -> dict[str, str] | None:
    """Values of the operation's parameters in the path of an address below the base; None where it is another path."""
    steps, ours = segments_of(address), segments_of(operation.path)
    if len(steps) != len(ours):
        return None
    values: dict[str, str] = {}
    for step, mine in zip(steps, ours, strict=True):
        if is_parameter(mine):
            values[mine.strip("{}")] = step
        elif step != mine:
            return None
    return values


def path_parts(operation: Operation, values: Mapping[str, Json]) -> dict[Part, Json]:
    """By parts instead of names."""
    return {part: values[part.name] for part in operation.parts if part.place is PartPlace.PATH and part.name in values}


def named_in(operation: Operation, known: Known) -> dict[str, Json]:
    """The values by which the operation names this object, where it is of its collection."""
    objects = Objects()
    objects.add(known)
    return objects.in_path(operation.path, known.caller, {}, own=True) or {}


def title_of(known: Known) -> str:
    """What people find it by."""
    for key in ("id", "uuid", "name", "title"):
        if isinstance(known.members.get(key), (str, int)):
            return str(known.members[key])[:80]
    return str(next((each for each in known.members.values() if isinstance(each, (str, int))), ""))[:80]
