"""What the names in a template stand for: parameters, pseudo parameters, and resources with their attributes.

One `Resolution` serves one reading: `declared` asks it for every resource, `evaluator` asks it back for every name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.cloudformation.anatomy import NESTED_STACK, is_generator, nearest
from setpoint.intent.cloudformation.attributes import check_attributes
from setpoint.intent.cloudformation.declarations import Declaration
from setpoint.intent.cloudformation.evaluator import Evaluator
from setpoint.intent.cloudformation.identification import Identification
from setpoint.intent.cloudformation.identity import MANAGED_POLICY
from setpoint.intent.cloudformation.outputs import Outputs
from setpoint.intent.cloudformation.resolved import MOST_VALUES, Resolved, Unidentified, all_unknown, is_bounded
from setpoint.intent.cloudformation.scope import Chain
from setpoint.intent.cloudformation.spelling import check_spelling
from setpoint.intent.cloudformation.surroundings import PSEUDO_PARAMETERS, TemplateSurroundings
from setpoint.intent.cloudformation.template import Template
from setpoint.model.canonical import Json, Unknown

OUTPUTS: Final = "Outputs."
"""How the attributes of a nested stack begin ("AWS::CloudFormation::Stack", "Return values")."""


class Resolution:
    """The scope (`evaluator.Scope`) of one template in its surroundings."""

    def __init__(
        self,
        template: Template,
        surroundings: TemplateSurroundings,
        open_nested: Callable[[Resolved], Resolution | Unknown] | None = None,
    ) -> None:
        """`open_nested` makes the resolution of a nested stack's template; unknown where that cannot be read."""
        self._template = template
        self._around = surroundings
        self._open_nested = open_nested
        self._chain = Chain()
        self._evaluator = Evaluator(template, self, self._chain, surroundings.outside)
        self._identification = Identification(surroundings)
        self._outputs = Outputs(template, self._evaluator)
        self._resolved: dict[str, Resolved] = {}
        self._nested: dict[str, Resolution | Unknown] = {}

    @property
    def template(self) -> Template:
        return self._template

    @property
    def surroundings(self) -> TemplateSurroundings:
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
        return self._outputs.value(name, where)

    def exported(self, name: str) -> Json:
        """What this template exports under a name; None where it exports no such thing."""
        return self._outputs.exported(name)

    def reference(self, name: str, where: str) -> Json:
        if name in PSEUDO_PARAMETERS:
            return self._around.pseudo_parameter(name)
        if name in self._around.parameters:
            return self._around.parameters[name]
        declaration = self._declaration(name, "Ref", where)
        if isinstance(declaration, Unknown):
            return declaration
        if declaration.type in self._around.read:
            physical_id = self._resource(name, where).physical_id
        else:
            physical_id = self._identification.stack_id(name) or self._identification.no_stack_id()
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
        return self._identification.attribute(resource, attribute)

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
                    self._open_nested(stack) if self._open_nested else Unknown("nested stacks are not read")
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
        identifier = self._identification.identifier(declaration, properties, schema)
        return Resolved(
            declaration,
            properties,
            identifier,
            self._identification.physical_id(declaration, properties, identifier),
            self._around.address + declaration.logical_id,
        )

    def _check_attribute(self, declaration: Declaration, name: str, where: str) -> None:
        schema = self._around.schemas(declaration.type)
        if schema is not None and name not in schema.kinds:
            raise InputError(
                f"{declaration.type} has no attribute {name}",
                where=where,
                remedy=nearest(name, (path for path in schema.kinds if "[" not in path)),
            )
