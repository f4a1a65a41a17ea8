"""JSON Schemas as parts of a body: one part for each leaf. Called by `operations`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Part, PartPlace

MAX_LEAVES: Final = 200
MAX_LEVELS: Final = 8
"""Of a body: deeper ones are seen in generated documents only, and their leaves are alike."""

Schema = Mapping[str, Json]


def simplified(schema: Json) -> Schema:
    """The schema with `allOf` merged in, and the first of `oneOf` and `anyOf` that says something chosen."""
    if not isinstance(schema, Mapping):
        return {}
    result: dict[str, Json] = {key: value for key, value in schema.items() if key not in ("allOf", "oneOf", "anyOf")}
    chosen = [*entries(schema, "allOf")]
    for key in ("oneOf", "anyOf"):
        told = [
            each for each in entries(schema, key) if isinstance(each, Mapping) and each and each.get("type") != "null"
        ]
        chosen += told[:1]
    for each in map(simplified, chosen):
        properties = {**dict(items(each, "properties")), **dict(items(result, "properties"))}
        required = [*entries(each, "required"), *entries(result, "required")]
        result = {**each, **result}
        if properties:
            result["properties"] = properties
        if required:
            result["required"] = required
    return result


def example_of(schema: Schema) -> Json:
    """What the schema itself offers as a value, example before default before the first allowed; None where nothing."""
    for key in ("example", "const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    for key in ("examples", "enum"):
        for each in entries(schema, key):
            if each is not None:
                return each
    return None


def type_of(schema: Schema) -> str:
    """`string`, `object`, …; of several the first that is not null; guessed where it is left out."""
    told = schema.get("type")
    if isinstance(told, list):
        told = next((each for each in told if each != "null"), "null")
    if isinstance(told, str):
        return told
    if isinstance(schema.get("properties"), Mapping):
        return "object"
    return "array" if "items" in schema else "string"


def body_parts(schema: Json, example: Json = None) -> tuple[Part, ...]:
    """Parts of a body with this schema, named by JSON Pointers; `example` is one of the whole body."""
    found: list[Part] = []
    for part in _parts(schema, "", example, is_required=True, level=0):
        found.append(part)
        if len(found) == MAX_LEAVES:
            break
    return tuple(found)


def _parts(schema: Json, pointer: str, example: Json, *, is_required: bool, level: int) -> Iterator[Part]:
    simple = simplified(schema)
    if simple.get("readOnly") is True:
        return
    example = example if example is not None else example_of(simple)
    kind = type_of(simple)
    if level < MAX_LEVELS and kind == "object" and isinstance(simple.get("properties"), Mapping):
        given = example if isinstance(example, Mapping) else {}
        required = entries(simple, "required")
        for name, below in items(simple, "properties"):
            step = f"{pointer}/{escaped(name)}"
            needed = is_required and name in required
            yield from _parts(below, step, given.get(name), is_required=needed, level=level + 1)
    elif level < MAX_LEVELS and kind == "array" and isinstance(simple.get("items"), Mapping) and simple["items"]:
        first = example[0] if isinstance(example, list) and example else None
        yield from _parts(simple["items"], f"{pointer}/0", first, is_required=is_required, level=level + 1)
    elif not simple and isinstance(example, Mapping | list):
        yield from _parts_of_example(example, pointer, level)
    else:
        yield Part(PartPlace.BODY, pointer, simple, example, is_required)


def _parts_of_example(example: Json, pointer: str, level: int) -> Iterator[Part]:
    """Where no schema tells: an example's own members."""
    if level >= MAX_LEVELS or not example or not isinstance(example, Mapping | list):
        yield Part(PartPlace.BODY, pointer, {}, example, is_required=True)
        return
    members = example.items() if isinstance(example, Mapping) else [("0", example[0])]
    for name, value in members:
        yield from _parts_of_example(value, f"{pointer}/{escaped(str(name))}", level + 1)


def escaped(name: str) -> str:
    """As a step of a JSON Pointer (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


def entries(holder: Json, key: str) -> list[Json]:
    """The list under this key; an empty one where there is none, since a target's document may hold anything."""
    value = holder.get(key) if isinstance(holder, Mapping) else None
    return value if isinstance(value, list) else []


def items(holder: Json, key: str = "") -> list[tuple[str, Json]]:
    """The members of a mapping, or of the one under its key; none where it is none."""
    value = holder.get(key) if key and isinstance(holder, Mapping) else None if key else holder
    return [(str(name), each) for name, each in value.items()] if isinstance(value, Mapping) else []
