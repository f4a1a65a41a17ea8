"""Reads filters and pipelines of MongoDB: which keys they have, which values an operator could stand for, what code.

Pure and bounded; `sinks.nosql` asks where all of it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MOST_NODES: Final = 512
"""Dicts, lists and texts of one document that are looked at."""
CODE: Final = frozenset({"$where", "$function", "$accumulator", "mapReduce"})
"""Operators that hold JavaScript."""
LOGICAL: Final = frozenset({"$and", "$or", "$nor", "$not", "$elemMatch", "$match", "$all"})
"""Operators of which the operand is a filter again. That of any other is compared as it is, whatever it holds."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a filter is made of."""

    keys: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    """The filter itself, and all that stands where an operator could stand as well."""
    code: list[str] = field(default_factory=list)


def read_query(document: Any) -> Query:
    """A filter, a pipeline (a list of stages), or an identifier in the place of a filter."""
    query = Query()
    waiting = [document]
    while waiting and len(query.values) < MOST_NODES:
        item = waiting.pop()
        query.values.append(item)
        if isinstance(item, Mapping):
            waiting.extend(_of_members(item, query))
        elif isinstance(item, list | tuple):
            waiting.extend(item[:MOST_NODES])
    return query


def nodes_of(document: Any) -> Iterator[Any]:
    """Every dict, list and text in a JSON document."""
    waiting = [document]
    for _ in range(MOST_NODES):
        if not waiting:
            return
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item[:MOST_NODES])
        elif not isinstance(item, str):
            continue
        yield item


def longest_text(item: Any) -> str:
    """The longest text of an item, by which it is recognised in the request; a name where it holds no other."""
    texts = [each for each in nodes_of(item) if isinstance(each, str)]
    names = [name for each in nodes_of(item) if isinstance(each, dict) for name in each if isinstance(name, str)]
    return max(texts or names, key=len, default="")


def _of_members(item: Mapping[Any, Any], query: Query) -> Iterator[Any]:
    """The members of a filter that are to be looked at in turn."""
    for key, value in list(item.items())[:MOST_NODES]:
        if key in CODE:
            query.code.extend(each for each in _texts_of(value))
            continue
        if isinstance(key, str) and len(query.keys) < MOST_NODES:
            query.keys.append(key)
        if key in LOGICAL or str(key)[:1] != "$":
            yield value
        elif isinstance(value, Mapping):
            _collect_code(value, query)


def _collect_code(item: Any, query: Query) -> None:
    for node in nodes_of(item):
        if isinstance(node, dict):
            for key in CODE & node.keys():
                query.code.extend(_texts_of(node[key]))


def _texts_of(item: Any) -> Iterator[str]:
    """Texts, and those of `bson.Code`, which is a text as well."""
    return (each for each in nodes_of(item) if isinstance(each, str))
