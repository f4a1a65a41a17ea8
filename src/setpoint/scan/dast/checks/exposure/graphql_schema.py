"""What an introspection of GraphQL tells of a schema, and a query without end that it allows. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from setpoint.model.canonical import Json
from setpoint.scan.dast.action_words import DESTROYS
from setpoint.scan.dast.naming import words_of

_NAMED: Final = "kind name ofType{kind name ofType{kind name ofType{kind name}}}"

_ARGUMENT: Final = f"name defaultValue type{{{_NAMED}}}"

TYPE: Final = (
    f"kind name possibleTypes{{name}} enumValues{{name}} inputFields{{{_ARGUMENT}}}"
    f" fields{{name args{{{_ARGUMENT}}} type{{{_NAMED}}}}}"
)
"""Of one type."""

QUERY: Final = f"{{__schema{{queryType{{name}} mutationType{{name}} types{{{TYPE}}}}}}}"
"""Asks for what `Schema` and `graphql_fields` need, and no more."""

_FEW: Final = frozenset({"first", "limit", "last", "take", "pagesize", "perpage"})
"""Arguments that hold a list short."""

_LITERALS: Final[Mapping[str, str]] = {"ID": '"1"', "String": '"1"', "Int": "1", "Float": "1", "Boolean": "true"}
"""What a field is given that needs an argument: a depth is refused before anything is looked up by it."""

_ABSENT: Final[Mapping[str, str]] = {"ID": '"0"', "Int": "0", "String": '"0"'}
"""Ids that nothing has."""

_LIST_COST: Final = 10
"""A list in the way is worth so many single fields: each multiplies what is answered."""

_GUESS_COST: Final = 100
"""Of an argument that is guessed: only where no other way leads there."""


@dataclass(frozen=True, slots=True)
class Field:
    """Of an object type."""

    name: str
    type: str
    """Without the lists and marks around it."""
    is_list: bool
    arguments: str = ""
    """`(first:1)`: what holds it short, where it takes such an argument, and what it needs."""
    is_short: bool = False
    is_guessed: bool = False
    """Whether it needs arguments, and is given such as may mean nothing."""
    finds_nothing: str = ""
    """Arguments by which it finds nothing, where it takes such."""

    @property
    def cost(self) -> int:
        own = _LIST_COST if self.is_list and not self.is_short else 1
        return own + _GUESS_COST * self.is_guessed


@dataclass(frozen=True, slots=True)
class Schema:
    root: str
    fields: Mapping[str, tuple[Field, ...]]
    """Of each object type, those that need no argument but plain ones."""


Ways = tuple[tuple[Field, ...], tuple[Field, ...]]
"""From the root to a type, and from there back to it."""


def read_schema(data: Json) -> Schema | None:
    """Out of `data` of an answer to `QUERY`; None where it tells of no fields."""
    schema = _mapping(_mapping(data).get("__schema"))
    root = _mapping(schema.get("queryType")).get("name")
    types = [_mapping(each) for each in _list(schema.get("types"))]
    fields = {str(each.get("name")): tuple(_fields(each)) for each in types if not _is_internal(each)}
    fields |= {str(root): tuple(each for each in fields.get(str(root), ()) if DESTROYS.isdisjoint(words_of(each.name)))}
    return Schema(root, fields) if isinstance(root, str) and fields.get(root) else None


def _is_internal(described: Mapping[str, Json]) -> bool:
    return str(described.get("name", "")).startswith("__")


def _fields(described: Mapping[str, Json]) -> Iterator[Field]:
    for each in map(_mapping, _list(described.get("fields"))):
        args = [_mapping(arg) for arg in _list(each.get("args"))]
        needed = {str(arg.get("name")): _named(_mapping(arg.get("type")))[0] for arg in args if _is_needed(arg)}
        if not _LITERALS.keys() >= set(needed.values()):
            continue
        few = next((str(arg["name"]) for arg in args if str(arg.get("name", "")).lower() in _FEW), "")
        given = {name: _LITERALS[kind] for name, kind in needed.items()} | ({few: "1"} if few else {})
        arguments = ",".join(f"{name}:{value}" for name, value in given.items())
        name, is_list = _named(_mapping(each.get("type")))
        is_guessed = not needed.keys() <= {few}
        nothing = _finding_nothing(args, given, few)
        yield Field(
            str(each.get("name")), name, is_list, f"({arguments})" if given else "", bool(few), is_guessed, nothing
        )


def _finding_nothing(args: list[Mapping[str, Json]], given: Mapping[str, str], few: str) -> str:
    """A list of none, or a thing by an id that nothing has; with what else it needs."""
    kinds = {str(arg.get("name")): _named(_mapping(arg.get("type")))[0] for arg in args}
    named = next((name for name, kind in kinds.items() if words_of(name)[-1:] == ("id",) and kind in _ABSENT), "")
    if not few and not named:
        return ""
    absent = {few: "0"} if few else {named: _ABSENT[kinds[named]]}
    return "(" + ",".join(f"{name}:{value}" for name, value in {**given, **absent}.items()) + ")"


def _is_needed(argument: Mapping[str, Json]) -> bool:
    return _mapping(argument.get("type")).get("kind") == "NON_NULL" and not argument.get("defaultValue")


def _named(described: Mapping[str, Json]) -> tuple[str, bool]:
    is_list = False
    while described.get("ofType"):
        is_list = is_list or described.get("kind") == "LIST"
        described = _mapping(described.get("ofType"))
    return str(described.get("name")), is_list


def finding_nothing(schema: Schema) -> Ways | None:
    """`endless` from a field that finds nothing, so that nothing below it is ever looked for."""
    first = tuple(
        replace(each, arguments=each.finds_nothing) for each in schema.fields[schema.root] if each.finds_nothing
    )
    return endless(replace(schema, fields={**schema.fields, schema.root: first}))


def endless(schema: Schema) -> Ways | None:
    """With as few lists as can be; None where there is none."""
    found = []
    for name in schema.fields:
        way = _way(schema, schema.root, name) if name != schema.root else ()
        around = _way(schema, name, name)
        if way is not None and around:
            found.append((sum(each.cost for each in around), sum(each.cost for each in way), way, around))
    return min(found, key=lambda each: each[:2])[2:] if found else None


def _way(schema: Schema, start: str, end: str) -> tuple[Field, ...] | None:
    """The cheapest of at least one step."""
    order = count()
    waiting: list[tuple[int, int, str, tuple[Field, ...]]] = [(0, next(order), start, ())]
    done: set[str] = set()
    while waiting:
        cost, _, name, way = heapq.heappop(waiting)
        if name == end and way:
            return way
        if name in done:
            continue
        done |= {name} if way else set()
        for each in schema.fields.get(name, ()):
            heapq.heappush(waiting, (cost + each.cost, next(order), each.type, (*way, each)))
    return None


def nested(ways: Ways, depth: int) -> str:
    """A query so deep that goes around and around."""
    way, around = ways
    steps = list(way)
    while len(steps) < depth:
        steps += around
    steps = steps[:depth]
    opened = "".join(f"{{{each.name}{each.arguments}" for each in steps)
    return f"{opened}{{__typename}}" + "}" * len(steps)


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
