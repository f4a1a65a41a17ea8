"""A JSON patch (RFC 6902) that leads from one value to another, touching as little as it can. Pure.

Lists are replaced whole: services return many of them in an order of their own, so that an index means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from setpoint.act.revert.values import with_elements
from setpoint.model.canonical import Json, digest
from setpoint.model.paths import join, split

Operation = Mapping[str, Json]


def patch(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[Operation]:
    """The operations that make the members of an object `before` those of `after`; a member that is None is absent."""
    return list(_members("", before, after))


def _members(pointer: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Operation]:
    for name in sorted({*before, *after}):
        yield from _value(f"{pointer}/{_escaped(name)}", before.get(name), after.get(name))


def _value(pointer: str, before: Json, after: Json) -> Iterator[Operation]:
    if digest(before) == digest(after):
        return
    if after is None:
        yield {"op": "remove", "path": pointer}
    elif before is None:
        yield {"op": "add", "path": pointer, "value": after}
    elif isinstance(before, Mapping) and isinstance(after, Mapping) and before:
        yield from _members(pointer, before, after)
    else:
        yield {"op": "replace", "path": pointer, "value": after}


def _escaped(name: str) -> str:
    """As one step of a JSON pointer (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


def with_declared(before: Json, declared: Json, paths: Iterable[str], keyed: Mapping[str, str]) -> Json:
    """The declared values at these paths of one property, and everything else as it is.

    Where a path leads into a list, all of the list is as declared, but for a list whose elements have names: of that,
    what nobody declared stays. `keyed` names such lists, and the property that names their elements.
    """
    for path in paths:
        name, *steps = split(path)
        before = _with(name, before, declared, steps, keyed)
    return before


def _with(path: str, before: Json, declared: Json, steps: Sequence[str], keyed: Mapping[str, str]) -> Json:
    if path in keyed and isinstance(declared, list):
        return with_elements(keyed[path])(before, declared)
    if not steps or not isinstance(before, Mapping) or not isinstance(declared, Mapping):
        return declared
    name = steps[0]
    return {**before, name: _with(join(path, name), before.get(name), declared.get(name), steps[1:], keyed)}
