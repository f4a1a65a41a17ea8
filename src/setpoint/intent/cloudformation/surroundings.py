"""All that a template is resolved against. `opening` gathers it, `resolution` and what it is made of read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from setpoint.intent.cloudformation.answers import Answers
from setpoint.intent.cloudformation.identity import Place
from setpoint.intent.cloudformation.live import LiveAttributes
from setpoint.intent.cloudformation.outside import Outside
from setpoint.intent.cloudformation.scope import NO_VALUE
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.model.canonical import Json, Unknown
from setpoint.model.schema import ResourceSchema

Schemas = Callable[[str], ResourceSchema | None]

PSEUDO_PARAMETERS: Final = (
    "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId",
    "AWS::StackName", "AWS::URLSuffix",
)  # fmt: skip
"""CloudFormation User Guide, "Pseudo parameters reference"."""


@dataclass(frozen=True, slots=True)
class TemplateSurroundings:
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
    address: str = ""
    """Of a nested stack: the logical ids that lead to it, each with a `/` behind it."""
    stack_name: str = ""
    """Where the stack is not asked, or does not exist yet."""
    stack_tags: Mapping[str, str] = field(default_factory=dict)
    """As above."""
    not_processed: str = ""
    """Of a template with macros: why what AWS made of it could not be read, a clause."""

    def pseudo_parameter(self, name: str) -> Json:
        """What `Ref` gives of one of `PSEUDO_PARAMETERS`."""
        place, stack = self.place, self.stack
        of_place: Mapping[str, Json] = {**place.pseudo_parameters(), "AWS::NoValue": NO_VALUE}
        if name in of_place:
            return of_place[name]
        if stack is None and name == "AWS::StackName" and self.stack_name:
            return self.stack_name
        if stack is None:
            return Unknown(f"Ref {name}: the stack is not known")
        of_stack: Mapping[str, Json] = {
            "AWS::NotificationARNs": list(stack.notification_arns),
            "AWS::StackId": stack.stack_id,
            "AWS::StackName": stack.name,
        }
        return of_stack[name]
