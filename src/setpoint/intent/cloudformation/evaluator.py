"""Values and conditions of a template, worked out on demand. `resolution` says what the names in them stand for.

What cannot be known becomes an `Unknown` that keeps its reason through every function around it; what cannot be right
is an `InputError` with file:line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NoReturn

from setpoint.errors import InputError
from setpoint.intent.cloudformation import functions
from setpoint.intent.cloudformation.anatomy import is_generator, nearest
from setpoint.intent.cloudformation.answers import Answers
from setpoint.intent.cloudformation.conditions import Conditions
from setpoint.intent.cloudformation.functions import Variable, bounded, first_unknown, substitutions, text
from setpoint.intent.cloudformation.outside import DYNAMIC_REFERENCE, Outside
from setpoint.intent.cloudformation.scope import NO_VALUE, Chain, Scope
from setpoint.intent.cloudformation.template import Template
from setpoint.intent.cloudformation.values import Call, NotRun
from setpoint.model.canonical import Json, Unknown
from setpoint.model.paths import element, join

_SIGNED_64_BITS: Final = range(-(2**63), 2**63)


class Evaluator:
    """Works out the values of one template."""

    def __init__(self, template: Template, scope: Scope, chain: Chain, outside: Outside | None = None) -> None:
        """Without `outside`, nothing is known beyond the template and the scope."""
        self._template = template
        self._scope = scope
        self._outside = outside or Outside(Answers(None))
        self._conditions = Conditions(template, chain, self.value)
        self._handlers: Mapping[str, Callable[[Call, str], Json]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::If": self._if,
            "Fn::FindInMap": self._find_in_map,
            "Fn::ImportValue": self._import_value,
            "Fn::GetAZs": self._get_azs,
            "Fn::GetStackOutput": self._get_stack_output,
        }

    def value(self, value: Json, path: str) -> Json:
        """The value at `path`: JSON with an `Unknown` wherever something is not known, or `NO_VALUE`."""
        result = self._value(value, path)
        if isinstance(result, str) and DYNAMIC_REFERENCE in result:
            return self._outside.with_references(result)
        if isinstance(result, int) and result not in _SIGNED_64_BITS:
            return str(result)  # an account id or the like, written without quotes: no JSON number
        return result

    def condition(self, name: Json, where: str) -> bool | Unknown:
        """Whether the named condition holds."""
        return self._conditions.named(name, where)

    def truth(self, value: Json, path: str) -> bool | Unknown:
        """Whether the condition at `path` holds."""
        return self._conditions.truth(value, path)

    def _value(self, value: Json, path: str) -> Json:
        call = self._template.call(value, path)
        if call is not None:
            return self._call(call, self._template.where(path))
        if isinstance(value, list):
            items = [self.value(item, element(path, index)) for index, item in enumerate(value)]
            return [item for item in items if item is not NO_VALUE]
        if isinstance(value, Mapping):
            members = {key: self.value(member, join(path, key)) for key, member in value.items()}
            return {key: member for key, member in members.items() if member is not NO_VALUE}
        return Unknown(value.reason) if isinstance(value, NotRun) else value

    def _call(self, call: Call, where: str) -> Json:
        handler = self._handlers.get(call.function)
        if handler is not None:
            return handler(call, where)
        if call.function in functions.OF_SHAPE:
            return functions.OF_SHAPE[call.function](self.value(call.argument, call.path), where)
        if call.function in functions.OF_KNOWN:
            argument = self.value(call.argument, call.path)
            return _plain(first_unknown(argument)) or functions.OF_KNOWN[call.function](argument, where)
        if isinstance(call.argument, NotRun):
            return Unknown(call.argument.reason)
        return Unknown(f"{call.function} is not resolved")

    def _ref(self, call: Call, where: str) -> Json:
        name = self._name(call.argument, call.path)
        if isinstance(name, Unknown):
            return name
        if not isinstance(name, str):
            raise InputError("Ref takes a name", where=where)
        return self._scope.reference(name, where)

    def _get_att(self, call: Call, where: str) -> Json:
        argument = call.argument
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        if not isinstance(parts, list) or len(parts) != 2:
            raise InputError("Fn::GetAtt takes a resource and an attribute: Resource.Attribute", where=where)
        name = self._name(parts[0], element(call.path, 0))
        attribute = self.value(parts[1], element(call.path, 1))
        unknown = first_unknown([name, attribute])
        if unknown is not None:
            return _plain(unknown)
        if not isinstance(name, str):
            raise InputError("Fn::GetAtt takes a resource and an attribute: Resource.Attribute", where=where)
        return self._scope.attribute(name, text(attribute, where), where)

    def _name(self, argument: Json, path: str) -> Json:
        """A name, which the language extensions let functions make ("AWS::LanguageExtensions transform")."""
        return self.value(argument, path) if self._template.extended else argument

    def _sub(self, call: Call, where: str) -> Json:
        argument = call.argument
        template, variables = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
        if not isinstance(template, str) or not isinstance(variables, Mapping):
            raise InputError("Fn::Sub takes a text, or a list of a text and an object of variables", where=where)
        pieces: list[str] = []
        for piece in substitutions(template, where):
            if isinstance(piece, str):
                pieces.append(piece)
                continue
            value = self._variable(piece, variables, element(call.path, 1), where)
            if isinstance(value, Unknown):
                return _plain(value)
            pieces.append(text(value, where))
        return bounded("".join(pieces), where)

    def _variable(self, variable: Variable, variables: Mapping[str, Json], path: str, where: str) -> Json:
        name = variable.name
        if name in variables:
            return self.value(variables[name], join(path, name))
        if "." in name:
            logical_id, attribute = name.split(".", 1)
            return self._scope.attribute(logical_id, attribute, where)
        return self._scope.reference(name, where)

    def _if(self, call: Call, where: str) -> Json:
        if not isinstance(call.argument, list) or len(call.argument) != 3:
            raise InputError("Fn::If takes a condition and two values", where=where)
        holds = self.condition(call.argument[0], where)
        if isinstance(holds, Unknown):
            return holds
        chosen = 1 if holds else 2
        return self.value(call.argument[chosen], element(call.path, chosen))

    def _find_in_map(self, call: Call, where: str) -> Json:
        argument = call.argument
        if not isinstance(argument, list) or len(argument) not in (3, 4):
            raise InputError("Fn::FindInMap takes a mapping, a key and a second key", where=where)
        keys = [self.value(key, element(call.path, index)) for index, key in enumerate(argument[:3])]
        unknown = first_unknown(keys)
        if unknown is not None:
            return _plain(unknown)
        found: Json = self._template.mappings
        for key in (text(key, where) for key in keys):
            if not isinstance(found, Mapping):
                raise InputError(f"Fn::FindInMap looks for {key!r} in what is no mapping", where=where)
            if key in found:
                found = found[key]
                continue
            if any(is_generator(name) for name in found):
                return Unknown(f"Fn::FindInMap {key}: it may be declared by a macro or a loop, which is not run")
            if len(argument) == 4 and isinstance(argument[3], Mapping) and "DefaultValue" in argument[3]:
                return self.value(argument[3]["DefaultValue"], join(element(call.path, 3), "DefaultValue"))
            raise InputError(f"Fn::FindInMap finds no {key!r}", where=where, remedy=nearest(key, found))
        return found

    def _import_value(self, call: Call, where: str) -> Json:
        name = self.value(call.argument, call.path)
        return _plain(name) or self._scope.export(text(name, where))

    def _get_azs(self, call: Call, where: str) -> Json:
        region = self.value(call.argument, call.path)
        return _plain(region) or self._outside.availability_zones(text(region, where))

    def _get_stack_output(self, call: Call, where: str) -> Json:
        argument = self.value(call.argument, call.path)
        if not isinstance(argument, Mapping) or not {"StackName", "OutputName"} <= argument.keys():
            return _plain(argument) or _refuse("Fn::GetStackOutput takes an object of StackName and OutputName", where)
        unknown = first_unknown(argument)
        if unknown is not None:
            return _plain(unknown)
        if "RoleArn" in argument:
            return Unknown("Fn::GetStackOutput is not followed into what another role sees")
        names = (text(argument.get(key, ""), where) for key in ("StackName", "OutputName", "Region"))
        return self._outside.stack_output(*names)


def _refuse(what: str, where: str) -> NoReturn:
    raise InputError(what, where=where)


def _plain(value: Json) -> Unknown | None:
    """An unknown as part of something larger: still unknown, for the same reason, but no longer the thing itself."""
    return Unknown(value.reason) if isinstance(value, Unknown) else None
