"""A schema read off type by type, by `__type`, where only `__schema` is refused. Called by `graphql_endpoints`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final

from setpoint.model.canonical import Json
from setpoint.scan.dast.checks.exposure.graphql_schema import TYPE
from setpoint.scan.dast.checks.exposure.graphql_types import Described, mapping, mappings, name_of

MOST_ROUNDS: Final = 6
"""Requests: each asks for the types that the answers so far name."""
MOST_AT_ONCE: Final = 30

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
"""Of a type that is not GraphQL's own (GraphQL, 2.1.9); what a target calls a type becomes part of a query."""

_BUILT_IN: Final = frozenset({"String", "Int", "Float", "Boolean", "ID"})

Data = Callable[[str], Mapping[str, Json]]
"""A query → the data that it is answered with."""


def schema_by_types(data: Data, query: str, mutation: str) -> Described:
    """As `__schema` would tell it, of the types that these two lead to; empty where nothing is told."""
    known: dict[str, Described] = {}
    for _ in range(MOST_ROUNDS):
        wanted = list(islice(_unknown(known, query, mutation), MOST_AT_ONCE))
        if not wanted:
            break
        asked = " ".join(f'a{number}:__type(name:"{name}"){{{TYPE}}}' for number, name in enumerate(wanted))
        answered = data(f"{{{asked}}}")
        if not answered:
            break
        known |= {name: mapping(answered.get(f"a{number}")) for number, name in enumerate(wanted)}
    if not known.get(query):
        return {}
    types: list[Json] = [dict(each) for each in known.values() if each]
    return {"queryType": {"name": query}, "mutationType": {"name": mutation}, "types": types}


def _unknown(known: Mapping[str, Described], *roots: str) -> Iterator[str]:
    """Names of types that are used and were not asked for."""
    used = dict.fromkeys(roots)
    for described in known.values():
        used |= dict.fromkeys(_used_by(described))
    return (name for name in used if name not in known and name not in _BUILT_IN and _NAME.fullmatch(name))


def _used_by(described: Described) -> Iterator[str]:
    for field in (*mappings(described.get("fields")), *mappings(described.get("inputFields"))):
        for each in (field, *mappings(field.get("args"))):
            yield _innermost(mapping(each.get("type")))
    yield from map(name_of, mappings(described.get("possibleTypes")))


def _innermost(described: Described) -> str:
    while described.get("ofType"):
        described = mapping(described.get("ofType"))
    return name_of(described)
