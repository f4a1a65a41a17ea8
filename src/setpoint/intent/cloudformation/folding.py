"""Resources that CloudFormation lets a template declare apart, put where the model has them: into their parent's list.

Pure; `declared` calls it with every resolved resource.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.intent.cloudformation.identity import MANAGED_POLICY
from setpoint.intent.cloudformation.resolved import Resolved, Unidentified
from setpoint.intent.cloudformation.shape import SECURITY_GROUP
from setpoint.model.canonical import Json, Unknown

ROLE: Final = "AWS::IAM::Role"


@dataclass(frozen=True, slots=True)
class Part:
    """How one type becomes part of another."""

    parent_type: str
    named_by: str
    """The property that names the parent, or a list of parents."""
    list_property: str
    """The parent's list that it is an item of."""
    item: Callable[[Resolved], Json]


@dataclass(frozen=True, slots=True)
class Leftover:
    """A part, or a side of it, that no resource of the template takes in."""

    resource: Resolved
    reason: str


def _rule(resource: Resolved) -> Json:
    return {name: value for name, value in resource.properties.items() if name not in ("GroupId", "GroupName")}


def _inline_policy(resource: Resolved) -> Json:
    return {name: resource.properties[name] for name in ("PolicyName", "PolicyDocument") if name in resource.properties}


def _policy_arn(resource: Resolved) -> Json:
    return resource.physical_id


PARTS: Final[Mapping[str, Part]] = {
    "AWS::EC2::SecurityGroupEgress": Part(SECURITY_GROUP, "GroupId", "SecurityGroupEgress", _rule),
    "AWS::EC2::SecurityGroupIngress": Part(SECURITY_GROUP, "GroupId", "SecurityGroupIngress", _rule),
    MANAGED_POLICY: Part(ROLE, "Roles", "ManagedPolicyArns", _policy_arn),
    "AWS::IAM::Policy": Part(ROLE, "Roles", "Policies", _inline_policy),
    "AWS::IAM::RolePolicy": Part(ROLE, "RoleName", "Policies", _inline_policy),
}

WHOLLY_FOLDED: Final = frozenset(PARTS) - {MANAGED_POLICY}
"""Types of which nothing is left once their parents have taken them in; a managed policy has a document of its own."""

UNREAD_PARENTS: Final = ("GroupName", "Groups", "Users")
"""Other ways to name a parent: a group of the default VPC by its name; IAM's groups and users."""


def fold(resources: Iterable[Resolved]) -> tuple[dict[str, dict[str, Json]], list[Leftover]]:
    """The properties of every resource that stands for itself, by address, with its parts; and what found no parent."""
    known = list(resources)
    wholes = _Wholes([each for each in known if each.declaration.type not in WHOLLY_FOLDED])
    leftovers = [leftover for each in known if each.declaration.type in PARTS for leftover in wholes.take_in(each)]
    return wholes.properties, leftovers


class _Wholes:
    """The resources that stand for themselves, and the parts that they have taken in."""

    def __init__(self, resources: Sequence[Resolved]) -> None:
        self.properties = {each.address: dict(each.properties) for each in resources}
        self._types = {each.address: each.declaration.type for each in resources}
        self._by_identifier = {
            (each.declaration.type, each.identifier): each.address
            for each in resources
            if isinstance(each.identifier, str)
        }

    def take_in(self, resource: Resolved) -> Iterator[Leftover]:
        part = PARTS[resource.declaration.type]
        for name in _names(resource, part):
            parent = self._parent(part, name)
            if parent is None:
                yield Leftover(resource, _homeless(part, name))
            else:
                _add(self.properties[parent], part, resource)
        for name in UNREAD_PARENTS:
            if resource.properties.get(name):
                yield Leftover(resource, f"what it names by {name} is not read")

    def _parent(self, part: Part, name: Json) -> str | None:
        if isinstance(name, Unidentified):
            return name.address if self._types.get(name.address) == part.parent_type else None
        return self._by_identifier.get((part.parent_type, name)) if isinstance(name, str) else None


def _names(resource: Resolved, part: Part) -> list[Json]:
    named = resource.properties.get(part.named_by, [])
    return named if isinstance(named, list) else [named]


def _homeless(part: Part, name: Json) -> str:
    why = name.reason if isinstance(name, Unknown) else f"{name} is no {part.parent_type} of this template"
    return f"{part.named_by}: {why}"


def _add(parent: dict[str, Json], part: Part, resource: Resolved) -> None:
    listed = parent.get(part.list_property, [])
    if isinstance(listed, Unknown):
        return
    if resource.doubt:
        parent[part.list_property] = Unknown(f"{resource.address} may belong to it: {resource.doubt}")
        return
    items, item = listed if isinstance(listed, list) else [listed], part.item(resource)
    parent[part.list_property] = items if item in items else [*items, item]
