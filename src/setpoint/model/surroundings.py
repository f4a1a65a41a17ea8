"""What is known around a resource: the names that AWS derives values from. The comparator is given it beside the states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

NOTHING: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything may be empty: then nothing is derived from it."""

    stack: str = ""
    logical_id: str = ""
    physical_id: str = ""
    """What CloudFormation's `Ref` returns of it."""
    stack_tags: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Tags of the stack, which CloudFormation puts on its resources (CloudFormation User Guide, "Resource tag")."""
    key_aliases: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """KMS alias → the id of the key that it leads to, in the resource's account and region."""
    related: tuple[Mapping[str, Any], ...] = ()
    """Actual states of entities that this one takes values from: the cluster of an instance, the source of a replica."""
    sibling_policies: tuple[str, ...] = ()
    """Names of inline policies that other resources of the stack put on this one."""


NO_SURROUNDINGS: Final = Surroundings()
