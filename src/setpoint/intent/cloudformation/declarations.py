"""One entry of the section `Resources`: its attributes, checked for their form. Called by `template`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from setpoint.errors import InputError
from setpoint.files import Document
from setpoint.intent.cloudformation.anatomy import RESOURCE_ATTRIBUTES, check_keys, listed, nearest
from setpoint.intent.cloudformation.values import ShortForm
from setpoint.model.canonical import Json


@dataclass(frozen=True, slots=True)
class Declaration:
    logical_id: str
    type: str
    properties: Json
    condition: str | None
    depends_on: tuple[str, ...] = ()
    policies: Mapping[str, Json] = field(default_factory=dict)
    """`DeletionPolicy` and `UpdateReplacePolicy`, where they are declared."""
    metadata: Json = None

    @property
    def path(self) -> str:
        return f"Resources.{self.logical_id}"

    @property
    def properties_path(self) -> str:
        return f"{self.path}.Properties"


def read_declaration(document: Document, logical_id: str, value: Json, *, strict: bool) -> Declaration:
    """`strict` where no macro may change what is written. Raises `InputError` with file:line."""
    path = f"Resources.{logical_id}"
    if not isinstance(value, Mapping):
        raise InputError(f"the resource {logical_id} is not an object", where=document.where(path))
    if not isinstance(value.get("Type"), str):
        raise InputError(f"the resource {logical_id} has no Type", where=document.where(path))
    if strict:
        check_keys(document, path, value, RESOURCE_ATTRIBUTES, "an attribute of a resource")
    condition = value.get("Condition")
    if condition is not None and not isinstance(condition, str):
        raise InputError("a resource's Condition is a name", where=document.where(f"{path}.Condition"))
    properties = value.get("Properties")
    if properties is not None and not isinstance(properties, Mapping | ShortForm):
        raise InputError("Properties is not an object", where=document.where(f"{path}.Properties"))
    return Declaration(
        logical_id,
        value["Type"],
        {} if properties is None else properties,
        condition,
        _names(document, f"{path}.DependsOn", value.get("DependsOn")) if strict else (),
        {name: value[name] for name in ("DeletionPolicy", "UpdateReplacePolicy") if strict and name in value},
        value.get("Metadata"),
    )


def check_dependencies(document: Document, resources: Mapping[str, Declaration]) -> None:
    for declaration in resources.values():
        for name in declaration.depends_on:
            if name not in resources:
                raise InputError(
                    f"{declaration.logical_id} depends on {name}, which the template does not declare",
                    where=document.where(f"{declaration.path}.DependsOn"),
                    remedy=nearest(name, resources),
                )


def _names(document: Document, path: str, value: Json) -> tuple[str, ...]:
    names = listed(value)
    if not all(isinstance(name, str) for name in names):
        raise InputError("DependsOn takes the name of a resource, or a list of names", where=document.where(path))
    return tuple(names)
