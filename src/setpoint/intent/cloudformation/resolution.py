"""What the names in a template stand for: parameters, pseudo parameters, and resources with their attributes.

One `Resolution` serves one reading: `declared` asks it for every resource, `evaluator` asks it back for every name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.cloudformation.evaluator import NO_VALUE, Chain, Evaluator
from setpoint.intent.cloudformation.identity import (
    MANAGED_POLICY,
    Place,
    attribute,
    declared_identifier,
    managed_policy_arn,
    physical_identifier,
)
from setpoint.intent.cloudformation.live import LiveAttributes
from setpoint.intent.cloudformation.spelling import check_spelling
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.intent.cloudformation.template import Declaration, Template, nearest
from setpoint.model.canonical import Json, Unknown
from setpoint.model.schema import ResourceSchema

Schemas = Callable[[str], ResourceSchema | None]

NO_STACK: Final = "its physical id is not known: give it a name or name its stack"

PSEUDO_PARAMETERS: Final = (
    "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId",
    "AWS::StackName", "AWS::URLSuffix",
)  # fmt: skip
"""CloudFormation User Guide, "Pseudo parameters reference"."""


@dataclass(frozen=True, slots=True)
class Unidentified(Unknown):
    """A resource's physical id, not known; which resource is meant is, so that its parts find it (`folding`)."""

    logical_id: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that a template is resolved against."""

    place: Place
    parameters: Mapping[str, Json]
    exports: Mapping[str, str]
    stack: StackFacts | None
    schemas: Schemas
    live: LiveAttributes
    read: frozenset[str]
    """The types whose properties are worked out; of the others only the physical id counts."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A declared resource, worked out."""

    declaration: Declaration
    properties: Mapping[str, Json]
    identifier: str | Unknown
    """The primary identifier."""
    physical_id: str | Unknown
    """What `Ref` gives."""
    doubt: str = ""
    """Not empty when it is not known whether its condition holds, and why."""


class Resolution:
    """The scope (`evaluator.Scope`) of one template in its surroundings."""

    def __init__(self, template: Template, surroundings: Surroundings) -> None:
        self._template = template
        self._around = surroundings
        self._chain = Chain()
        self._evaluator = Evaluator(template, self, self._chain)
        self._resolved: dict[str, Resolved] = {}

    def resources(self) -> Iterator[Resolved]:
        """Every resource of the types that are read, unless its condition is false.

        CloudFormation works every condition out before it creates anything, and so refuses one that nobody uses too
        ("Use conditions in templates").
        """
        for name in self._template.conditions:
            if not name.startswith("Fn::"):
                self._evaluator.condition(name, self._template.where(f"Conditions.{name}"))
        for logical_id, declaration in self._template.resources.items():
            if declaration.type not in self._around.read:
                continue
            holds = self.holds(declaration)
            if holds is not False:
                resolved = self._resource(logical_id, self._template.where(declaration.path))
                yield replace(resolved, doubt=holds.reason) if isinstance(holds, Unknown) else resolved

    def holds(self, declaration: Declaration) -> bool | Unknown:
        """Whether the resource's condition holds; one without a condition is always declared."""
        if declaration.condition is None:
            return True
        return self._evaluator.condition(declaration.condition, self._template.where(f"{declaration.path}.Condition"))

    def reference(self, name: str, where: str) -> Json:
        if name in PSEUDO_PARAMETERS:
            return self._pseudo_parameter(name)
        if name in self._around.parameters:
            return self._around.parameters[name]
        declaration = self._declaration(name, "Ref", where)
        if isinstance(declaration, Unknown):
            return declaration
        if declaration.type in self._around.read:
            physical_id = self._resource(name, where).physical_id
        else:
            physical_id = self._stack_id(name) or self._no_stack_id()
        return (
            Unidentified(f"Ref {name}: {physical_id.reason}", name) if isinstance(physical_id, Unknown) else physical_id
        )

    def attribute(self, logical_id: str, attribute: str, where: str) -> Json:
        call = f"Fn::GetAtt {logical_id}.{attribute}"
        declaration = self._declaration(logical_id, "Fn::GetAtt", where)
        if isinstance(declaration, Unknown):
            return declaration
        if declaration.type not in self._around.read:
            return Unknown(f"{call}: {declaration.type} is not read")
        self._check_attribute(declaration, attribute, where)
        resource = self._resource(logical_id, where)
        if attribute in resource.properties:
            return resource.properties[attribute]
        if isinstance(resource.identifier, Unknown) and declaration.type != MANAGED_POLICY:
            return Unidentified(f"{call}: {resource.identifier.reason}", logical_id)
        value = self._attribute(resource, attribute)
        return Unknown(f"{call}: {value.reason}") if isinstance(value, Unknown) else value

    def export(self, name: str) -> Json:
        known = self._around.exports.get(name)
        return Unknown(f"Fn::ImportValue {name}: no such export is known") if known is None else known

    def _declaration(self, name: str, function: str, where: str) -> Declaration | Unknown:
        declaration = self._template.resources.get(name)
        if declaration is None:
            if self._template.generators:
                return Unknown(f"{function} {name}: it may be declared by a macro or a loop, which is not run")
            names = {*self._template.resources, *self._around.parameters, *PSEUDO_PARAMETERS}
            raise InputError(
                f"{function} names {name}, which the template does not declare",
                where=where,
                remedy=nearest(name, names),
            )
        if self.holds(declaration) is False:
            raise InputError(
                f"{function} names {name}, which is not created because its condition {declaration.condition} is false",
                where=where,
                remedy="check the parameters that the condition depends on",
            )
        return declaration

    def _pseudo_parameter(self, name: str) -> Json:
        place, stack = self._around.place, self._around.stack
        of_place: Mapping[str, Json] = {
            "AWS::AccountId": place.account,
            "AWS::NoValue": NO_VALUE,
            "AWS::Partition": place.partition,
            "AWS::Region": place.region,
            "AWS::URLSuffix": place.url_suffix,
        }
        if name in of_place:
            return of_place[name]
        if stack is None:
            return Unknown(f"Ref {name}: the stack is not known")
        of_stack: Mapping[str, Json] = {
            "AWS::NotificationARNs": list(stack.notification_arns),
            "AWS::StackId": stack.stack_id,
            "AWS::StackName": stack.name,
        }
        return of_stack[name]

    def _resource(self, logical_id: str, where: str) -> Resolved:
        if logical_id not in self._resolved:
            # The whole resource, not the one property that is asked for: CloudFormation refuses a circle of resources
            # whichever of their properties it runs through.
            with self._chain.entered(logical_id, where):
                self._resolved[logical_id] = self._resolve(self._template.resources[logical_id])
        return self._resolved[logical_id]

    def _resolve(self, declaration: Declaration) -> Resolved:
        schema = self._around.schemas(declaration.type)
        if schema is not None:
            check_spelling(self._template, declaration, schema)
        properties = self._evaluator.value(declaration.properties, declaration.properties_path)
        if isinstance(properties, Unknown):
            properties = all_unknown(declaration, schema, properties.reason)
        if not isinstance(properties, Mapping):
            raise InputError("Properties is not an object", where=self._template.where(declaration.properties_path))
        identifier = self._identifier(declaration, properties, schema)
        return Resolved(declaration, properties, identifier, self._physical_id(declaration, properties, identifier))

    def _identifier(
        self, declaration: Declaration, properties: Mapping[str, Json], schema: ResourceSchema | None
    ) -> str | Unknown:
        by_name = declared_identifier(properties, schema)
        if isinstance(by_name, str):
            return by_name
        physical_id = self._stack_id(declaration.logical_id)
        by_stack = physical_identifier(declaration.type, physical_id) if physical_id else None
        return by_stack or by_name or self._no_stack_id()

    def _physical_id(
        self, declaration: Declaration, properties: Mapping[str, Json], identifier: str | Unknown
    ) -> str | Unknown:
        if declaration.type == MANAGED_POLICY:
            by_name = managed_policy_arn(self._around.place, properties)
            return self._stack_id(declaration.logical_id) or by_name or self._no_stack_id()
        if isinstance(identifier, Unknown):
            return self._stack_id(declaration.logical_id) or identifier
        return identifier

    def _attribute(self, resource: Resolved, name: str) -> Json:
        place, declaration = self._around.place, resource.declaration
        if declaration.type == MANAGED_POLICY and name == "PolicyArn":
            return resource.physical_id
        identifier = resource.identifier
        if isinstance(identifier, Unknown):
            return identifier
        derived = attribute(declaration.type, name, place, identifier, resource.properties)
        return (
            self._around.live.attribute(place.urn(declaration.type, identifier), name) if derived is None else derived
        )

    def _check_attribute(self, declaration: Declaration, name: str, where: str) -> None:
        schema = self._around.schemas(declaration.type)
        if schema is not None and name not in schema.kinds:
            raise InputError(
                f"{declaration.type} has no attribute {name}",
                where=where,
                remedy=nearest(name, (path for path in schema.kinds if "[" not in path)),
            )

    def _stack_id(self, logical_id: str) -> str | None:
        stack = self._around.stack
        return stack.physical_ids.get(logical_id) if stack else None

    def _no_stack_id(self) -> Unknown:
        stack = self._around.stack
        return Unknown(
            f"its physical id is not known: the stack {stack.name} does not have it yet" if stack else NO_STACK
        )


def all_unknown(declaration: Declaration, schema: ResourceSchema | None, reason: str) -> dict[str, Json]:
    """Every property that could be declared, as unknown: what is made elsewhere may set any of them."""
    if schema is None:
        names = [name for name in declaration.properties if not name.startswith("Fn::")]
    else:
        names = [path for path in schema.kinds if not {".", "["} & set(path) and path not in schema.read_only]
    return dict.fromkeys(names, Unknown(reason))
