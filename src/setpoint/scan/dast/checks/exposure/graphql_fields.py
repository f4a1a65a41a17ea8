"""What a GraphQL schema lets callers ask and do, as operations of a service. Pure; called by `graphql_service`.

A query that lists orders is as `GET /orders`, one that looks an order up as `GET /orders/{id}`, a mutation that makes
one as `POST /orders`: so every check that knows such operations knows those of GraphQL, too.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, KnownFrom, Operation, Part, PartPlace
from setpoint.scan.dast.action_words import CHANGES, DESTROYS, verbs_of
from setpoint.scan.dast.checks.exposure.graphql_types import (
    LEAVES,
    Described,
    given_fields,
    holds,
    inner,
    is_needed,
    is_wrapper,
    json_schema,
    mapping,
    mappings,
    name_of,
    selection,
    types_of,
    written_type,
)
from setpoint.scan.dast.identifiers import IDENTIFIERS
from setpoint.scan.dast.naming import noun_of, singular, words_of
from setpoint.scan.dast.path_templates import shape

ROOT: Final = "/~fields"
"""In front of the paths of these operations: no address of the target."""

MOST_QUERIES: Final = 40
MOST_MUTATIONS: Final = 20
"""Of one schema: requests grow with its fields up to here."""

_MAKES: Final = frozenset(verbs_of("create add new make insert save place submit post open register signup"))
_UPDATES: Final = CHANGES - _MAKES
_PEOPLES_NAMES: Final = frozenset({"username", "login", "email"})
_NOT_OF_THE_THING: Final = re.compile(r"(?<=[a-z])(Type|Object|Node|DTO|Dto|Model|Entity|GQL|Output)$")
"""What programs add to the name of a type."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A field of the root, and the operation that stands for it."""

    operation: Operation
    field: str
    kind: str
    """`query` or `mutation`."""
    types: Mapping[str, str] = dataclasses.field(hash=False)
    """Argument → its type, as a variable is declared."""
    pointers: Mapping[str, str] = dataclasses.field(hash=False)
    """Name of a part of the path or the query → where in the variables its value stands."""
    selection: str

    def document(self, given: Mapping[Part, Json]) -> dict[str, Json]:
        """The request's, with each value as a variable: no escaping of the query's own changes it."""
        variables = self.variables(given)
        declared = ", ".join(f"${name}: {self.types[name]}" for name in variables)
        passed = ", ".join(f"{name}: ${name}" for name in variables)
        head = f"{self.kind}({declared})" if declared else self.kind
        arguments = f"({passed})" if passed else ""
        return {"query": f"{head}{{{self.field}{arguments}{self.selection}}}", "variables": variables}

    def variables(self, given: Mapping[Part, Json]) -> dict[str, Json]:
        """By argument; objects put together of their leaves."""
        variables: dict[str, Any] = {}
        for part, value in given.items():
            pointer = part.name if part.place is PartPlace.BODY else self.pointers.get(part.name, "")
            *above, last = pointer.strip("/").split("/")
            holder = variables
            for step in above:
                holder = holder.setdefault(step, {})
            holder[last] = _typed(part, value)
        return variables


def offers(schema: Described) -> tuple[Offer, ...]:
    """What `__schema` of an introspection tells of; each operation has a key of its own."""
    types = types_of(schema)
    found: dict[str, Offer] = {}
    for kind, root, most in (("query", "queryType", MOST_QUERIES), ("mutation", "mutationType", MOST_MUTATIONS)):
        described = types.get(name_of(mapping(schema.get(root))), {})
        telling = (each for each in mappings(described.get("fields")) if _may_tell(each))
        for each in islice(telling, most):
            offer = _Reader(types, each, kind).offer()
            if any(_shape(offer) == _shape(other) for other in found.values()):
                _, _, below = offer.operation.path.removeprefix(f"{ROOT}/").partition("/")
                path = f"{ROOT}/{offer.field}/{below}".rstrip("/")
                offer = replace(offer, operation=replace(offer.operation, path=path))
            found[offer.operation.key] = offer
    return tuple(found.values())


def _may_tell(described: Described) -> bool:
    """Whether it takes anything, or shows objects: what does neither only starts something, or counts."""
    is_leaf = inner(mapping(described.get("type")))[0].get("kind") in LEAVES
    return not is_leaf or bool(described.get("args"))


def _shape(offer: Offer) -> tuple[str, str]:
    return offer.operation.method, shape(offer.operation.path)


class _Reader:
    """Of one field of the root."""

    def __init__(self, types: Mapping[str, Described], described: Described, kind: str) -> None:
        self._types = types
        self._kind = kind
        self._name = name_of(described)
        self._result = mapping(described.get("type"))
        self._arguments = mappings(described.get("args"))

    def offer(self) -> Offer:
        parts = tuple(self._parts())
        thing, is_list = self._thing()
        naming = self._naming(parts, thing, is_list=is_list)
        method, path = self._address(thing, is_list=is_list, naming=naming)
        pointers: dict[str, str] = {}
        is_read = method == "GET"
        placed = tuple(_placed(part, naming, pointers, is_read=is_read) for part in parts)
        operation = Operation(
            method,
            path,
            placed,
            body=BodyForm.NONE if is_read else BodyForm.JSON,
            name=self._name,
            known_from=frozenset({KnownFrom.GUESS}),
        )
        declared = {name_of(each): written_type(mapping(each.get("type"))) for each in self._arguments}
        return Offer(operation, self._name, self._kind, declared, pointers, selection(self._types, self._result))

    def _parts(self) -> Iterator[Part]:
        """Leaves of what it takes; what is a list, or lies deeper, as one value."""
        for each in self._arguments:
            described, is_list = inner(mapping(each.get("type")))
            if described.get("kind") != "INPUT_OBJECT" or is_list:
                yield self._part(f"/{name_of(each)}", each, is_within_needed=True)
                continue
            for member in given_fields(self._types, described):
                yield self._part(f"/{name_of(each)}/{name_of(member)}", member, is_within_needed=is_needed(each))

    def _part(self, pointer: str, described: Described, *, is_within_needed: bool) -> Part:
        schema = json_schema(self._types, mapping(described.get("type")))
        return Part(PartPlace.BODY, pointer, schema, is_required=is_within_needed and is_needed(described))

    def _thing(self) -> tuple[str, bool]:
        """What it is about, as a word of several, and whether it lists them: `orders`."""
        described, is_list = inner(self._result)
        known = self._types.get(name_of(described), {})
        for _ in range(2):  # a page, and the edges in it
            if not is_wrapper(self._types, known):
                break
            _, known, is_inner_list = min(holds(self._types, known), key=lambda each: not each[2])
            is_list = is_list or is_inner_list
        name = _NOT_OF_THE_THING.sub("", name_of(known))
        if not known.get("fields"):  # a mutation that answers with no more than whether it did it
            name = "".join(each.title() for each in words_of(self._name)[1:]) if self._kind == "mutation" else ""
        return (f"{name[:1].lower()}{name[1:]}s" if name else ""), is_list

    def _naming(self, parts: Sequence[Part], thing: str, *, is_list: bool) -> Part | None:
        """Which of the parts says what it is about; none of a list, or where something new is made."""
        is_query, verb = self._kind == "query", (verbs_of(self._name) or ("",))[0]
        if is_list if is_query else verb in _MAKES:
            return None
        return _named_by(parts, thing, IDENTIFIERS if not is_query else (*IDENTIFIERS, *_PEOPLES_NAMES))

    def _address(self, thing: str, *, is_list: bool, naming: Part | None) -> tuple[str, str]:
        verb = (verbs_of(self._name) or ("",))[0]
        above = f"{ROOT}/{thing or self._name}"
        named = f"{above}/{{{_last(naming)}}}" if naming else ""
        if self._kind == "query":
            is_plain = is_list and not any(map(is_needed, self._arguments))
            return "GET", named or (above if is_plain else f"{ROOT}/{self._name}")
        if verb in _MAKES and thing:
            return "POST", above
        if not named:
            return "POST", f"{ROOT}/{self._name}"
        if verb in DESTROYS:
            return "DELETE", named
        return ("PATCH", named) if verb in _UPDATES else ("POST", f"{named}/{self._name}")


def _named_by(parts: Sequence[Part], thing: str, names: Sequence[str]) -> Part | None:
    """The part that names what it is about: `id`, `orderId` of an order."""
    noun = noun_of(thing)
    for part in sorted(parts, key=lambda each: not each.is_required):
        words = words_of(_last(part))
        if words and words[-1] in names and (len(words) == 1 or singular(words[-2]) == noun):
            return part
    return None


def _placed(part: Part, naming: Part | None, pointers: dict[str, str], *, is_read: bool) -> Part:
    """In the path, what names the thing; in the query, what else is asked by."""
    name = _last(part)
    if part == naming:
        pointers[name] = part.name
        return replace(part, place=PartPlace.PATH, name=name, is_required=True)
    if is_read:
        name = part.name.strip("/").replace("/", ".")
        pointers[name] = part.name
        return replace(part, place=PartPlace.QUERY, name=name)
    return part


def _last(part: Part | None) -> str:
    return part.name.rpartition("/")[2] if part else ""


def _typed(part: Part, value: Json) -> Json:
    """A number as one, where it is one: parts of a path are texts."""
    if not isinstance(value, str):
        return value
    match part.schema.get("type"):
        case "integer" if re.fullmatch(r"-?\d{1,18}", value):
            return int(value)
        case "number" if re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?", value):
            return float(value)
        case "boolean" if value in {"true", "false"}:
            return value == "true"
        case _:
            return value
