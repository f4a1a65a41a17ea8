"""Property names against the resource's schema: one that is misspelt would silently declare nothing.

Called by `resolution`.
"""

from __future__ import annotations

from collections.abc import Mapping

from setpoint.errors import InputError
from setpoint.intent.cloudformation.anatomy import nearest
from setpoint.intent.cloudformation.declarations import Declaration
from setpoint.intent.cloudformation.template import Template
from setpoint.model.canonical import Json
from setpoint.model.paths import element, join
from setpoint.model.schema import Kind, ResourceSchema


def check_spelling(template: Template, declaration: Declaration, schema: ResourceSchema) -> None:
    """Raises `InputError` at the first property that the schema does not know, at any depth."""
    _check(template, schema, declaration.properties, declaration.properties_path, "")


def _check(template: Template, schema: ResourceSchema, value: Json, path: str, schema_path: str) -> None:
    call = template.call(value, path)
    if call is not None:
        if call.function == "Fn::If" and isinstance(call.argument, list):
            for index, branch in enumerate(call.argument[1:], start=1):
                _check(template, schema, branch, element(call.path, index), schema_path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check(template, schema, item, element(path, index), element(schema_path))
    elif isinstance(value, Mapping) and schema.kinds.get(schema_path, Kind.OBJECT) is Kind.OBJECT:
        for name, member in value.items():
            child = _child(template, schema, schema_path, name, join(path, name))
            if child is not None:
                _check(template, schema, member, join(path, name), child)


def _child(template: Template, schema: ResourceSchema, parent: str, name: str, path: str) -> str | None:
    """The schema path of a member; None where the object is free-form."""
    if join(parent, name) in schema.kinds:
        return join(parent, name)
    if element(parent) in schema.kinds:
        return element(parent)
    start = join(parent, "")
    known = {each.removeprefix(start) for each in schema.kinds if each.startswith(start)}
    siblings = {each for each in known if not {".", "["} & set(each)}
    if not siblings:
        return None
    raise InputError(
        f"{schema.type} has no property {join(parent, name)}",
        where=template.where(path),
        remedy=nearest(name, siblings),
    )
