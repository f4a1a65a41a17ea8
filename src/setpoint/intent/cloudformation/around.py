"""What is known around each resource of a template: the names and states that AWS derives values of its own from.

`declared` asks for it. Replayed recordings bring the same facts with them (`intent/recordings`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.intent.cloudformation.anatomy import listed
from setpoint.intent.cloudformation.references import references
from setpoint.intent.cloudformation.resolution import Resolution
from setpoint.intent.cloudformation.resolved import Resolved
from setpoint.model.canonical import Json, Unknown
from setpoint.model.surroundings import Surroundings

TIES: Final = ("Addition", "Association", "Attachment", "Registration")
"""How the names of types end whose resources tie two others together, and show in the models of both."""

POLICY_OWNERS: Final[Mapping[str, Mapping[str, str]]] = {
    "AWS::IAM::GroupPolicy": {"GroupName": "AWS::IAM::Group"},
    "AWS::IAM::Policy": {"Groups": "AWS::IAM::Group", "Users": "AWS::IAM::User"},
    "AWS::IAM::UserPolicy": {"UserName": "AWS::IAM::User"},
}
"""Inline policies that are declared apart: the property that names who gets them, and of which type that is. Those of
roles are folded into the role (`folding`)."""

RELATED: Final[Mapping[str, Mapping[str, str]]] = {
    "AWS::DocDB::DBInstance": {"DBClusterIdentifier": "AWS::DocDB::DBCluster"},
    "AWS::Neptune::DBInstance": {"DBClusterIdentifier": "AWS::Neptune::DBCluster"},
    "AWS::RDS::DBInstance": {
        "DBClusterIdentifier": "AWS::RDS::DBCluster",
        "SourceDBInstanceIdentifier": "AWS::RDS::DBInstance",
    },
}
"""The properties that name what settings are taken from, and of which type that is (CloudFormation Template Reference,
"AWS::RDS::DBInstance": what the cluster manages, and what a read replica has of its source)."""

_AWS_KEYS: Final = "alias/aws/"


@dataclass(frozen=True, slots=True)
class Stack:
    """One template, with all that is worked out of it."""

    resolution: Resolution
    resources: tuple[Resolved, ...]


class Neighbourhood:
    """What the resources of a template, and of those nested in it, say of one another."""

    def __init__(self, stacks: Sequence[Stack]) -> None:
        self._attached: defaultdict[str, set[str]] = defaultdict(set)
        self._policies: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._aliases: dict[str, str] = {}
        self._takes_keys: dict[str, bool] = {}
        """Type → whether any of its properties has to do with KMS."""
        for stack in stacks:
            self._note(stack)

    def around(self, resolution: Resolution, resource: Resolved) -> Surroundings:
        of_stack = resolution.surroundings
        type_name, identifier = resource.declaration.type, resource.identifier
        return Surroundings(
            logical_id=resource.declaration.logical_id,
            physical_id=_text(resource.physical_id),
            stack_tags=of_stack.stack.tags if of_stack.stack is not None else of_stack.stack_tags,
            key_aliases=self._key_aliases(resolution, resource),
            related=tuple(_related(resolution, resource)),
            attached=frozenset(self._attached.get(resource.address, ())),
            sibling_policies=tuple(sorted(self._policies.get((type_name, _text(identifier)), ()))),
        )

    def _note(self, stack: Stack) -> None:
        by_name = {each.declaration.logical_id: each for each in stack.resources}
        for each in stack.resources:
            type_name = each.declaration.type
            if type_name.endswith(TIES):
                self._note_tie(each, stack.resolution, by_name)
            elif type_name in POLICY_OWNERS:
                self._note_policy(each)
            elif type_name == "AWS::KMS::Alias":
                name, key = (_text(each.properties.get(name)) for name in ("AliasName", "TargetKeyId"))
                self._aliases |= {name: key.rpartition("/")[2]} if name and key else {}

    def _note_tie(self, tie: Resolved, resolution: Resolution, by_name: Mapping[str, Resolved]) -> None:
        declaration = tie.declaration
        named = references(resolution.template, declaration.properties, declaration.properties_path)
        tied = [by_name[name] for name in sorted(named) if name in by_name]
        for each in tied:
            others = (_text(other.physical_id) for other in (tie, *tied) if other is not each)
            self._attached[each.address].update(filter(None, others))

    def _note_policy(self, policy: Resolved) -> None:
        name = _text(policy.properties.get("PolicyName"))
        for property_name, owner_type in POLICY_OWNERS[policy.declaration.type].items():
            for owner in listed(policy.properties.get(property_name)):
                if name and isinstance(owner, str):
                    self._policies[owner_type, owner].append(name)

    def _key_aliases(self, resolution: Resolution, resource: Resolved) -> Mapping[str, str]:
        """Those that AWS manages, and those that the resource names, where its type has to do with KMS at all."""
        around, type_name = resolution.surroundings, resource.declaration.type
        if type_name not in self._takes_keys:
            schema = around.schemas(type_name)
            self._takes_keys[type_name] = any("kms" in path.lower() for path in (schema.kinds if schema else ()))
        if not self._takes_keys[type_name]:
            return {}
        live = around.outside.answers.key_aliases() if around.stack is not None else {}
        known = {**self._aliases, **({} if isinstance(live, Unknown) else live)}
        named = {text[text.find("alias/") :] for text in _texts(resource.properties) if "alias/" in text}
        return {name: key for name, key in known.items() if name.startswith(_AWS_KEYS) or name in named}


def _related(resolution: Resolution, resource: Resolved) -> Iterator[Mapping[str, Json]]:
    around = resolution.surroundings
    schema = around.schemas(resource.declaration.type)
    for name, type_name in RELATED.get(resource.declaration.type, {}).items():
        identifier = resource.properties.get(name)
        if isinstance(identifier, str) and schema is not None and type_name in around.read:
            found = around.live.properties(around.place.urn(type_name, identifier))
            shared = {key: value for key, value in found.items() if key in schema.kinds}
            yield from [shared] if shared else []


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    members: Iterable[Json] = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for member in members:
        yield from _texts(member)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
