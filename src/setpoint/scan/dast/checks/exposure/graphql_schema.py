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

_LIST_COST: Final = 10
"""A list in the way is worth so many single fields: each multiplies what is answered."""


@dataclass(frozen=True, slots=True)
class Field:
    """Of an object type."""

    name: str
    type: str
    """Without the lists and marks around it."""
    is_list: bool
    few: str
    """`(first:1)` where it takes such an argument."""

    @property
    def cost(self) -> int:
        return _LIST_COST if self.is_list and not self.few else 1


@dataclass(frozen=True, slots=True)
class Schema:
    root: str
    fields: Mapping[str, tuple[Field, ...]]
    """Of each object type, those that need no argument."""


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
        if any(_mapping(arg.get("type")).get("kind") == "NON_NULL" and not arg.get("defaultValue") for arg in args):
            continue
        few = next((str(arg["name"]) for arg in args if str(arg.get("name", "")).lower() in _FEW), "")
        name, is_list = _named(_mapping(each.get("type")))
        yield Field(str(each.get("name")), name, is_list, f"({few}:1)" if few else "")


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
    opened = "".join(f"{{{each.name}{each.few}" for each in steps)
    return f"{opened}{{__typename}}" + "}" * len(steps)


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
