"""Which live resource each declared one is: by its name, else by the stack. Called by `resolution`.

`identity` has what follows from names alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.intent.cloudformation.declarations import Declaration
from setpoint.intent.cloudformation.identity import (
    MANAGED_POLICY,
    declared_identifier,
    derived_attribute,
    managed_policy_arn,
    physical_identifier,
)
from setpoint.intent.cloudformation.resolved import Resolved
from setpoint.intent.cloudformation.surroundings import TemplateSurroundings
from setpoint.model.canonical import Json, Unknown
from setpoint.model.schema import ResourceSchema

NO_STACK: Final = "its physical id is not known: give it a name or name its stack"


class Identification:
    def __init__(self, around: TemplateSurroundings) -> None:
        self._around = around

    def identifier(
        self, declaration: Declaration, properties: Mapping[str, Json], schema: ResourceSchema | None
    ) -> str | Unknown:
        by_name = declared_identifier(properties, schema)
        if isinstance(by_name, str):
            return by_name
        physical_id = self.stack_id(declaration.logical_id)
        by_stack = physical_identifier(declaration.type, physical_id, schema, properties) if physical_id else None
        return by_stack or by_name or self.no_stack_id()

    def physical_id(
        self, declaration: Declaration, properties: Mapping[str, Json], identifier: str | Unknown
    ) -> str | Unknown:
        if declaration.type == MANAGED_POLICY:
            by_name = managed_policy_arn(self._around.place, properties)
            return self.stack_id(declaration.logical_id) or by_name or self.no_stack_id()
        if isinstance(identifier, Unknown):
            return self.stack_id(declaration.logical_id) or identifier
        return identifier

    def attribute(self, resource: Resolved, name: str) -> Json:
        place, declaration = self._around.place, resource.declaration
        if declaration.type == MANAGED_POLICY and name == "PolicyArn":
            return resource.physical_id
        identifier = resource.identifier
        if isinstance(identifier, Unknown):
            return identifier
        derived = derived_attribute(declaration.type, name, place, identifier, resource.properties)
        return (
            self._around.live.attribute(place.urn(declaration.type, identifier), name) if derived is None else derived
        )

    def stack_id(self, logical_id: str) -> str | None:
        stack = self._around.stack
        return stack.physical_ids.get(logical_id) if stack else None

    def no_stack_id(self) -> Unknown:
        stack = self._around.stack
        return Unknown(
            f"its physical id is not known: the stack {stack.name} does not have it yet" if stack else NO_STACK
        )
