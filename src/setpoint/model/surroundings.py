"""What is known around a declared resource: the names that AWS derives values from. The comparator reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from setpoint.model.canonical import Json

NOTHING: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything may be empty: then nothing is derived from it."""

    logical_id: str = ""
    physical_id: str = ""
    """What CloudFormation's `Ref` returns of it."""
    stack_tags: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Tags of the stack, which CloudFormation puts on its resources (CloudFormation User Guide, "Resource tag")."""
    key_aliases: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """KMS alias → the id of the key that it leads to, in the resource's account and region."""
    related: tuple[Mapping[str, Json], ...] = ()
    """Actual states of what this one takes values from: the cluster of an instance, the source of a replica."""
    attached: frozenset[str] = frozenset()
    """Ids that other resources of the stack attach to this one: an instance to an address."""
    sibling_policies: tuple[str, ...] = ()
    """Names of inline policies that other resources of the stack put on this one."""

    def facts(self) -> dict[str, Json]:
        """As JSON, for a digest."""
        return {**asdict(self), "attached": sorted(self.attached)}


NO_SURROUNDINGS: Final = Surroundings()
