"""What an introspection of GraphQL tells of a schema, and a query without end that it allows. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final

from setpoint.model.canonical import Json

_NAMED: Final = "kind name ofType{kind name ofType{kind name ofType{kind name}}}"

QUERY: Final = (
    f"{{__schema{{queryType{{name}} types{{kind name fields{{name args{{name defaultValue type{{{_NAMED}}}}}"
    f" type{{{_NAMED}}}}}}}}}}}"
)
"""Asks for what `Schema` needs, and no more."""

_FEW: Final = frozenset({"first", "limit", "last", "take", "pagesize", "perpage"})
"""Arguments that hold a list short."""

_LITERALS: Final[Mapping[str, str]] = {"ID": '"1"', "String": '"1"', "Int": "1", "Float": "1", "Boolean": "true"}
"""What a field is given that needs an argument: a depth is refused before anything is looked up by it."""

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

    @property
    def cost(self) -> int:
        own = _LIST_COST if self.is_list and not self.is_short else 1
        return own + _GUESS_COST * self.is_guessed


@dataclass(frozen=True, slots=True)
class Schema:
    root: str
    fields: Mapping[str, tuple[Field, ...]]
    """Of each object type, those that need no argument but plain ones."""


def read_schema(data: Json) -> Schema | None:
    """Out of `data` of an answer to `QUERY`; None where it tells of no fields."""
    schema = _mapping(_mapping(data).get("__schema"))
    root = _mapping(schema.get("queryType")).get("name")
    types = [_mapping(each) for each in _list(schema.get("types"))]
    fields = {str(each.get("name")): tuple(_fields(each)) for each in types if not _is_internal(each)}
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
        yield Field(str(each.get("name")), name, is_list, f"({arguments})" if given else "", bool(few), is_guessed)


def _is_needed(argument: Mapping[str, Json]) -> bool:
    return _mapping(argument.get("type")).get("kind") == "NON_NULL" and not argument.get("defaultValue")


def _named(described: Mapping[str, Json]) -> tuple[str, bool]:
    is_list = False
    while described.get("ofType"):
        is_list = is_list or described.get("kind") == "LIST"
        described = _mapping(described.get("ofType"))
    return str(described.get("name")), is_list


def endless(schema: Schema) -> tuple[tuple[Field, ...], tuple[Field, ...]] | None:
    """A way from the root to a type, and from there back to it, with as few lists as can be; None where none is."""
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


def nested(way: tuple[Field, ...], around: tuple[Field, ...], depth: int) -> str:
    """A query so deep that goes around and around."""
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
