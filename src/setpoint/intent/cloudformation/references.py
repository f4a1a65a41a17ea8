"""Which names a piece of a template refers to, as it stands, before anything is worked out. Called by `around`."""

from __future__ import annotations

from collections.abc import Mapping

from setpoint.intent.cloudformation.functions import Variable, substitutions
from setpoint.intent.cloudformation.template import Template
from setpoint.intent.cloudformation.values import Call, NotRun
from setpoint.model.canonical import Json
from setpoint.model.paths import element, join


def references(template: Template, value: Json, path: str) -> frozenset[str]:
    """Every name in a `Ref`, `Fn::GetAtt` or `Fn::Sub` at or inside `value`."""
    call = template.call(value, path)
    if call is not None:
        return _named(call, template) | references(template, call.argument, call.path)
    if isinstance(value, Mapping):
        found = (references(template, member, join(path, name)) for name, member in value.items())
    elif isinstance(value, list):
        found = (references(template, member, element(path, index)) for index, member in enumerate(value))
    else:
        return frozenset()
    return frozenset().union(*found)


def _named(call: Call, template: Template) -> frozenset[str]:
    argument = call.argument
    if isinstance(argument, NotRun):
        return frozenset()
    if call.function == "Fn::GetAtt":
        argument = argument[0] if isinstance(argument, list) and argument else argument
        return frozenset([argument.partition(".")[0]] if isinstance(argument, str) else ())
    if call.function == "Ref":
        return frozenset([argument] if isinstance(argument, str) else ())
    written = argument[0] if isinstance(argument, list) and argument else argument
    if call.function != "Fn::Sub" or not isinstance(written, str):
        return frozenset()
    pieces = substitutions(written, template.where(call.path))
    return frozenset(piece.name.partition(".")[0] for piece in pieces if isinstance(piece, Variable))
