"""What an introspection of GraphQL says of types: how they are written, asked for, and given. Pure.

Called by `graphql_schema` and `graphql_fields`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.model.canonical import Json

Described = Mapping[str, Json]
"""Of a type, a field or an argument, as the target describes it."""

LEAVES: Final = frozenset({"SCALAR", "ENUM"})
_ABSTRACT: Final = frozenset({"INTERFACE", "UNION"})

_SCALARS: Final[Mapping[str, Mapping[str, Json]]] = {
    "Int": {"type": "integer"},
    "Float": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "BigInt": {"type": "integer"},
    "Long": {"type": "integer"},
    "Decimal": {"type": "number"},
    "Date": {"type": "string", "format": "date"},
    "DateTime": {"type": "string", "format": "date-time"},
    "UUID": {"type": "string", "format": "uuid"},
    "JSON": {},
    "JSONString": {},
}
"""As JSON Schema has them; any other is a text."""

_LEVELS: Final = 3
"""Of what is asked for of an object, and of an object that is given."""
_MOST_KINDS: Final = 8
"""Types that are asked for of one that stands for several."""


def mapping(value: Json) -> Described:
    return value if isinstance(value, Mapping) else {}


def mappings(value: Json) -> list[Described]:
    return [mapping(each) for each in value] if isinstance(value, list) else []


def name_of(described: Described) -> str:
    return str(described.get("name") or "")


def types_of(schema: Described) -> Mapping[str, Described]:
    """By name, without those of GraphQL's own."""
    named = {name_of(each): each for each in mappings(schema.get("types"))}
    return {name: each for name, each in named.items() if not name.startswith("__")}


def is_needed(argument: Described) -> bool:
    return mapping(argument.get("type")).get("kind") == "NON_NULL" and not argument.get("defaultValue")


def inner(described: Described) -> tuple[Described, bool]:
    """The type without the lists and marks around it; whether a list is among these."""
    is_list = False
    while described.get("ofType"):
        is_list = is_list or described.get("kind") == "LIST"
        described = mapping(described.get("ofType"))
    return described, is_list


def written_type(described: Described) -> str:
    """As a variable of it is declared: `[ID!]!`."""
    match described.get("kind"):
        case "NON_NULL":
            return f"{written_type(mapping(described.get('ofType')))}!"
        case "LIST":
            return f"[{written_type(mapping(described.get('ofType')))}]"
        case _:
            return name_of(described)


def free_fields(described: Described) -> Iterator[Described]:
    """Of an object type, those that need no argument."""
    for each in mappings(described.get("fields")):
        if not any(map(is_needed, mappings(each.get("args")))):
            yield each


def holds(types: Mapping[str, Described], described: Described) -> Iterator[tuple[str, Described, bool]]:
    """Objects that an object type holds: name of the field, the type, whether it is a list."""
    for each in free_fields(described):
        kind, is_list = inner(mapping(each.get("type")))
        if kind.get("kind") == "OBJECT" and name_of(kind) in types:
            yield name_of(each), types[name_of(kind)], is_list


def leaf_names(described: Described) -> list[str]:
    fields = free_fields(described)
    return [name_of(each) for each in fields if inner(mapping(each.get("type")))[0].get("kind") in LEAVES]


def is_wrapper(types: Mapping[str, Described], described: Described) -> bool:
    """Whether it only holds what was asked for: a page of a list, or the outcome of a mutation."""
    return "id" not in leaf_names(described) and next(holds(types, described), None) is not None


def selection(types: Mapping[str, Described], described: Described, levels: int = _LEVELS) -> str:
    """What to ask for of a type: nothing of a leaf; of an object its leaves, and those of single objects in it.

    Lists within are asked for only where the object does nothing but hold them: each multiplies what is answered.
    """
    kind, _ = inner(described)
    if kind.get("kind") in LEAVES:
        return ""
    known = types.get(name_of(kind), {})
    if known.get("kind") in _ABSTRACT:
        return _of_each_kind(types, known)
    asked = leaf_names(known)
    goes_on = levels > 1 and (levels == _LEVELS or is_wrapper(types, known))
    for name, below, is_list in holds(types, known) if goes_on else ():
        if not is_list or is_wrapper(types, known):
            asked.append(f"{name}{selection(types, below, levels - 1)}")
    return f"{{{' '.join(asked or ['__typename'])}}}"


def _of_each_kind(types: Mapping[str, Described], described: Described) -> str:
    """Names are made different by the type, as two of the same name may be of different types."""
    asked = [*leaf_names(described), "__typename"]
    for each in mappings(described.get("possibleTypes"))[:_MOST_KINDS]:
        name = name_of(each)
        below = [leaf for leaf in leaf_names(types.get(name, {})) if leaf not in asked]
        if below:
            asked.append(f"... on {name}{{{' '.join(f'{name}_{leaf}:{leaf}' for leaf in below)}}}")
    return f"{{{' '.join(asked)}}}"


def json_schema(types: Mapping[str, Described], described: Described, levels: int = _LEVELS) -> Mapping[str, Json]:
    """Of values that a variable of this type takes."""
    match described.get("kind"):
        case "NON_NULL":
            return json_schema(types, mapping(described.get("ofType")), levels)
        case "LIST":
            return {"type": "array", "items": dict(json_schema(types, mapping(described.get("ofType")), levels))}
        case "ENUM":
            values = mappings(types.get(name_of(described), {}).get("enumValues"))
            return {"type": "string", "enum": [name_of(each) for each in values]}
        case "INPUT_OBJECT":
            given = given_fields(types, described) if levels > 1 else []
            members = {name_of(each): dict(json_schema(types, mapping(each.get("type")), levels - 1)) for each in given}
            needed: list[Json] = [name_of(each) for each in given if is_needed(each)]
            return {"type": "object", "properties": members, "required": needed}
        case _:
            return _SCALARS.get(name_of(described), {"type": "string"})


def given_fields(types: Mapping[str, Described], described: Described) -> list[Described]:
    """Of an input object."""
    return mappings(types.get(name_of(described), {}).get("inputFields"))
