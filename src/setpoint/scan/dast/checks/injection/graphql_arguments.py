"""Arguments of a GraphQL schema that take a text, each with a query that asks by it. Pure; called by `graphql_sql`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.model.canonical import Json

_TEXTS: Final = frozenset({"String", "ID"})
_LEAVES: Final = frozenset({"SCALAR", "ENUM"})


@dataclass(frozen=True, slots=True)
class Argument:
    """Of a field of the root."""

    field: str
    name: str
    query: str
    """Takes the variable `value`."""


def text_arguments(data: Mapping[str, Json]) -> Iterator[Argument]:
    """Out of the `data` of an introspection: of fields that need no other argument, and show something."""
    schema = _mapping(data.get("__schema"))
    types = {str(each.get("name")): each for each in _mappings(schema.get("types"))}
    root = types.get(str(_mapping(schema.get("queryType")).get("name")), {})
    for field in _mappings(root.get("fields")):
        shown = _shown(types, _mapping(field.get("type")))
        arguments = _mappings(field.get("args"))
        needed = [each for each in arguments if _is_needed(each)]
        for each in arguments if shown is not None else ():
            kind = _text_type(_mapping(each.get("type")))
            if kind and all(other is each for other in needed):
                name, argument = str(field.get("name")), str(each.get("name"))
                query = f"query($value: {kind}!){{{name}({argument}: $value){shown}}}"
                yield Argument(name, argument, query)


def _shown(types: Mapping[str, Mapping[str, Json]], described: Mapping[str, Json]) -> str | None:
    """What to ask for of a field: nothing of a leaf, the leaves of an object."""
    inner = _inner(described)
    if inner.get("kind") in _LEAVES:
        return ""
    fields = _mappings(types.get(str(inner.get("name")), {}).get("fields"))
    free = [each for each in fields if not any(map(_is_needed, _mappings(each.get("args"))))]
    names = [str(each.get("name")) for each in free if _inner(_mapping(each.get("type"))).get("kind") in _LEAVES]
    return f"{{{' '.join(names)}}}" if names else None


def _text_type(described: Mapping[str, Json]) -> str:
    """`String` or `ID`; empty for anything else, and for lists of them."""
    plain = _mapping(described.get("ofType")) if described.get("kind") == "NON_NULL" else described
    name = str(plain.get("name"))
    return name if name in _TEXTS else ""


def _is_needed(argument: Mapping[str, Json]) -> bool:
    return _mapping(argument.get("type")).get("kind") == "NON_NULL" and not argument.get("defaultValue")


def _inner(described: Mapping[str, Json]) -> Mapping[str, Json]:
    while described.get("ofType"):
        described = _mapping(described.get("ofType"))
    return described


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Json) -> list[Mapping[str, Json]]:
    return [_mapping(each) for each in value] if isinstance(value, list) else []
