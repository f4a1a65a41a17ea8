"""A declared resource, worked out: what `resolution` makes, and `folding` and `declared` go on with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.intent.cloudformation.declarations import Declaration
from setpoint.model.canonical import Json, Unknown
from setpoint.model.schema import ResourceSchema

MOST_VALUES: Final = 1_000_000
"""Of one resource, worked out: as many as a document may have (`files.MAX_YAML_NODES`). Without a bound, a few
resources that refer to one another twice each would make one of any size."""


@dataclass(frozen=True, slots=True)
class Unidentified(Unknown):
    """A resource's physical id, not known; which resource is meant is, so that its parts find it (`folding`)."""

    address: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """A declared resource, worked out."""

    declaration: Declaration
    properties: Mapping[str, Json]
    identifier: str | Unknown
    """The primary identifier."""
    physical_id: str | Unknown
    """What `Ref` gives."""
    address: str
    """Its logical id, behind those of the nested stacks that it is in."""
    doubt: str = ""
    """Not empty when it is not known whether its condition holds, and why."""


def is_bounded(properties: Mapping[str, Json]) -> bool:
    """Whether there are no more than `MOST_VALUES` of them, at any depth."""
    left, todo = MOST_VALUES, [properties]
    while todo and left > 0:
        each = todo.pop()
        children = each.values() if isinstance(each, Mapping) else each if isinstance(each, list) else ()
        todo.extend(children)
        left -= 1
    return left > 0


def all_unknown(declaration: Declaration, schema: ResourceSchema | None, reason: str) -> dict[str, Json]:
    """Every property that could be declared, as unknown: what is made elsewhere may set any of them."""
    if schema is None:
        names = [name for name in declaration.properties if not name.startswith("Fn::")]
    else:
        names = [path for path in schema.kinds if not {".", "["} & set(path) and path not in schema.read_only]
    return dict.fromkeys(names, Unknown(reason))
