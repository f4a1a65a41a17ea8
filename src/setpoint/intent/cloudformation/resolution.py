"""What the names in a template stand for: parameters, pseudo parameters, and resources with their attributes.

One `Resolution` serves one reading: `declared` asks it for every resource, `evaluator` asks it back for every name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.cloudformation.anatomy import NESTED_STACK, is_generator, nearest
from setpoint.intent.cloudformation.answers import Answers
from setpoint.intent.cloudformation.attributes import check_attributes
from setpoint.intent.cloudformation.declarations import Declaration
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
from setpoint.intent.cloudformation.outside import Outside
from setpoint.intent.cloudformation.resolved import MOST_VALUES, Resolved, Unidentified, all_unknown, is_bounded
from setpoint.intent.cloudformation.spelling import check_spelling
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.intent.cloudformation.template import Template
from setpoint.model.canonical import Json, Unknown
from setpoint.model.schema import ResourceSchema

Schemas = Callable[[str], ResourceSchema | None]

NO_STACK: Final = "its physical id is not known: give it a name or name its stack"

PSEUDO_PARAMETERS: Final = (
    "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId",
    "AWS::StackName", "AWS::URLSuffix",
)  # fmt: skip
"""CloudFormation User Guide, "Pseudo parameters reference"."""

OUTPUTS: Final = "Outputs."
"""How the attributes of a nested stack begin ("AWS::CloudFormation::Stack", "Return values")."""


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
    outside: Outside = field(default_factory=lambda: Outside(Answers(None)))
    declared_export: Callable[[str], Json] | None = None
    """What a template beside this one exports under a name; None where none does."""
    open_nested: Callable[[Resolved], Resolution | Unknown] | None = None
    """The resolution of a nested stack's template; unknown where that cannot be read."""
    address: str = ""
    """Of a nested stack: the logical ids that lead to it, each with a `/` behind it."""
    stack_name: str = ""
    """Where the stack is not asked, or does not exist yet."""
    stack_tags: Mapping[str, str] = field(default_factory=dict)
    """As above."""


class Resolution:
    """The scope (`evaluator.Scope`) of one template in its surroundings."""

    def __init__(self, template: Template, surroundings: Surroundings) -> None:
        self._template = template
        self._around = surroundings
        self._chain = Chain()
        self._evaluator = Evaluator(template, self, self._chain, surroundings.outside)
        self._resolved: dict[str, Resolved] = {}
        self._nested: dict[str, Resolution | Unknown] = {}

    @property
    def template(self) -> Template:
        return self._template

    @property
    def surroundings(self) -> Surroundings:
        return self._around

    def resources(self) -> Iterator[Resolved]:
        """Every resource of the types that are read, unless its condition is false.

        CloudFormation works every condition out before it creates anything, and so refuses one that nobody uses too
        ("Use conditions in templates").
        """
        for name in self._template.conditions:
            if not is_generator(name):
                self._evaluator.condition(name, self._template.where(f"Conditions.{name}"))
        for logical_id, declaration in self._template.resources.items():
            if declaration.type not in self._around.read:
                continue
            holds = self.holds(declaration)
            check_attributes(declaration, self._template, self._evaluator)
            if holds is not False:
                resolved = self._resource(logical_id, self._template.where(declaration.path))
                yield replace(resolved, doubt=holds.reason) if isinstance(holds, Unknown) else resolved

    def holds(self, declaration: Declaration) -> bool | Unknown:
        """Whether the resource's condition holds; one without a condition is always declared."""
        if declaration.condition is None:
            return True
        return self._evaluator.condition(declaration.condition, self._template.where(f"{declaration.path}.Condition"))

    def nested(self) -> Iterator[tuple[Declaration, Resolution | Unknown, str]]:
        """The stacks inside this one, or why their templates are not known; none whose condition is false.

        Last, why it is not known whether the condition holds; empty where that is known.
        """
        for logical_id, declaration in self._template.resources.items():
            holds = declaration.type == NESTED_STACK and self.holds(declaration)
            if holds is not False:
                child = self._child(logical_id, self._template.where(declaration.path))
                yield declaration, child, holds.reason if isinstance(holds, Unknown) else ""

    def output(self, name: str, where: str) -> Json:
        """What `Fn::GetAtt Nested.Outputs.name` gives."""
        if self._template.macros:
            return Unknown(f"the macro {' and '.join(self._template.macros)} is not run")
        output = self._template.outputs.get(name)
        if output is None:
            if any(is_generator(each) for each in self._template.outputs):
                return Unknown(f"the output {name} may be declared by a macro or a loop, which is not run")
            raise InputError(
                f"{self._template.document.name} has no output {name}",
                where=where,
                remedy=nearest(name, self._template.outputs),
            )
        path = f"Outputs.{name}"
        if not isinstance(output, Mapping) or "Value" not in output:
            raise InputError(f"the output {name} has no Value", where=self._template.where(path))
        condition = output.get("Condition")
        holds = condition is None or self._evaluator.condition(condition, self._template.where(f"{path}.Condition"))
        if isinstance(holds, Unknown):
            return holds
        if not holds:
            raise InputError(f"the output {name} is not there because its condition is false", where=where)
        return self._evaluator.value(output["Value"], f"{path}.Value")

    def exported(self, name: str) -> Json:
        """What this template exports under a name; None where it exports no such thing."""
        outputs = {} if self._template.macros else self._template.outputs
        for output_name, output in outputs.items():
            export = output.get("Export") if isinstance(output, Mapping) else None
            path = f"Outputs.{output_name}"
            if isinstance(export, Mapping) and self._evaluator.value(export.get("Name"), f"{path}.Export.Name") == name:
                return self.output(output_name, self._template.where(path))
        return None

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
        if isinstance(physical_id, Unknown):
            return Unidentified(f"Ref {name}: {physical_id.reason}", self._around.address + name)
        return physical_id

    def attribute(self, logical_id: str, attribute: str, where: str) -> Json:
        call = f"Fn::GetAtt {logical_id}.{attribute}"
        declaration = self._declaration(logical_id, "Fn::GetAtt", where)
        if isinstance(declaration, Unknown):
            return declaration
        if declaration.type == NESTED_STACK and attribute.startswith(OUTPUTS):
            value = self._nested_output(logical_id, attribute.removeprefix(OUTPUTS), where)
        elif declaration.type not in self._around.read:
            value = Unknown(f"{declaration.type} is not read")
        else:
            value = self._resource_attribute(declaration, attribute, where)
        if isinstance(value, Unidentified):
            return Unidentified(f"{call}: {value.reason}", value.address)
        return Unknown(f"{call}: {value.reason}") if isinstance(value, Unknown) else value

    def _nested_output(self, logical_id: str, output: str, where: str) -> Json:
        child = self._child(logical_id, where)
        return child if isinstance(child, Unknown) else child.output(output, where)

    def _resource_attribute(self, declaration: Declaration, attribute: str, where: str) -> Json:
        self._check_attribute(declaration, attribute, where)
        resource = self._resource(declaration.logical_id, where)
        if attribute in resource.properties:
            return resource.properties[attribute]
        if isinstance(resource.identifier, Unknown) and declaration.type != MANAGED_POLICY:
            return Unidentified(resource.identifier.reason, resource.address)
        return self._attribute(resource, attribute)

    def export(self, name: str) -> Json:
        known: Json = self._around.exports.get(name)
        if known is None and self._around.declared_export is not None:
            known = self._around.declared_export(name)
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
        of_place: Mapping[str, Json] = {**place.pseudo_parameters(), "AWS::NoValue": NO_VALUE}
        if name in of_place:
            return of_place[name]
        if stack is None and name == "AWS::StackName" and self._around.stack_name:
            return self._around.stack_name
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

    def _child(self, logical_id: str, where: str) -> Resolution | Unknown:
        if logical_id not in self._nested:
            stack = self._resource(logical_id, where)
            with self._chain.entered(f"the template of {logical_id}", where):
                self._nested[logical_id] = (
                    self._around.open_nested(stack)
                    if self._around.open_nested
                    else Unknown("nested stacks are not read")
                )
        return self._nested[logical_id]

    def _resolve(self, declaration: Declaration) -> Resolved:
        schema = self._around.schemas(declaration.type)
        if schema is not None:
            check_spelling(self._template, declaration, schema)
        properties = self._evaluator.value(declaration.properties, declaration.properties_path)
        if isinstance(properties, Unknown):
            properties = all_unknown(declaration, schema, properties.reason)
        if not isinstance(properties, Mapping):
            raise InputError("Properties is not an object", where=self._template.where(declaration.properties_path))
        if not is_bounded(properties):
            raise InputError(
                f"{declaration.logical_id} has more than {MOST_VALUES:,} values, worked out",
                where=self._template.where(declaration.path),
            )
        identifier = self._identifier(declaration, properties, schema)
        return Resolved(
            declaration,
            properties,
            identifier,
            self._physical_id(declaration, properties, identifier),
            self._around.address + declaration.logical_id,
        )

    def _identifier(
        self, declaration: Declaration, properties: Mapping[str, Json], schema: ResourceSchema | None
    ) -> str | Unknown:
        by_name = declared_identifier(properties, schema)
        if isinstance(by_name, str):
            return by_name
        physical_id = self._stack_id(declaration.logical_id)
        by_stack = physical_identifier(declaration.type, physical_id, schema, properties) if physical_id else None
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
