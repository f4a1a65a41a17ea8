"""Paths into a resource: `VersioningConfiguration.Status`, `SecurityGroupIngress[*].CidrIp`, `Tags[service]`.

A *schema path* has `[*]` for any element of a list (or any key of a map); a *concrete path* has `[0]` or `[key]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from setpoint.model.canonical import Json

ANY = "*"

_STEP = re.compile(r"\.?([^.\[\]]+)|\[([^\]]*)\]")


def split(path: str) -> list[str]:
    """`A.B[*].C` as `["A", "B", "*", "C"]`."""
    return [name or key for name, key in _STEP.findall(path)]


def join(parent: str, name: str) -> str:
    """The path of property `name` of the object at `parent` (the root is the empty path)."""
    return f"{parent}.{name}" if parent else name


def element(parent: str, key: str | int = ANY) -> str:
    """The path of one element of the list (or open map) at `parent`."""
    return f"{parent}[{key}]"


def schema_path(path: str) -> str:
    """A concrete path with every index and key widened to `[*]`."""
    return re.sub(r"\[[^\]]*\]", "[*]", path)


def covers(wide: str, narrow: str) -> bool:
    """Whether `narrow` is at or below `wide`, both read as schema paths."""
    wide, narrow = schema_path(wide), schema_path(narrow)
    return narrow == wide or narrow.startswith((f"{wide}.", f"{wide}["))


def lookup(value: Json, path: str) -> Iterator[Json]:
    """Every value at a schema path; nothing where the path leads nowhere."""
    yield from _lookup(value, split(path))


def _lookup(value: Json, steps: list[str]) -> Iterator[Json]:
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    if step == ANY:
        children = value if isinstance(value, list) else list(value.values()) if isinstance(value, Mapping) else []
        for child in children:
            yield from _lookup(child, rest)
    elif isinstance(value, Mapping) and step in value:
        yield from _lookup(value[step], rest)


def without(value: Json, path: str) -> Json:
    """`value` without what stands at a schema path; a property that this empties goes too."""
    return _without(value, split(path))


def _without(value: Json, steps: Sequence[str]) -> Json:
    if isinstance(value, list):
        # Some schemas leave out the `*` of a list: /properties/Rules/Transition.
        rest = steps[1:] if steps[0] == ANY else steps
        return [_without(element, rest) for element in value] if rest else []
    if not isinstance(value, Mapping):
        return value
    step, rest = steps[0], steps[1:]
    kept: dict[str, Json] = {}
    for name, child in value.items():
        if step not in (ANY, name):
            kept[name] = child
        elif rest:
            inner = _without(child, rest)
            if inner or inner == child:
                kept[name] = inner
    return kept
