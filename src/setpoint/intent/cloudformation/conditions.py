"""Conditions of a template: whether they hold, as far as what they compare is known. Part of `evaluator`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from setpoint.errors import InputError
from setpoint.intent.cloudformation.anatomy import is_generator, nearest
from setpoint.intent.cloudformation.functions import first_unknown, text
from setpoint.intent.cloudformation.scope import Chain
from setpoint.intent.cloudformation.template import Template
from setpoint.intent.cloudformation.values import Call
from setpoint.model.canonical import Json, Unknown
from setpoint.model.paths import element


class Conditions:
    """Each is worked out once."""

    def __init__(self, template: Template, chain: Chain, value: Callable[[Json, str], Json]) -> None:
        """`value` works out what stands at a path."""
        self._template = template
        self._chain = chain
        self._value = value
        self._known: dict[str, bool | Unknown] = {}

    def named(self, name: Json, where: str) -> bool | Unknown:
        """Whether the named condition holds."""
        if not isinstance(name, str) or name not in self._template.conditions:
            if any(is_generator(key) for key in self._template.conditions):
                return Unknown(f"the condition {name} may be declared by a macro or a loop, which is not run")
            remedy = nearest(str(name), self._template.conditions)
            raise InputError(f"there is no condition {name}", where=where, remedy=remedy)
        if name not in self._known:
            path = f"Conditions.{name}"
            with self._chain.entered(f"condition {name}", where):
                self._known[name] = self.truth(self._template.conditions[name], path)
        return self._known[name]

    def truth(self, value: Json, path: str) -> bool | Unknown:
        """Whether the condition at `path` holds."""
        where = self._template.where(path)
        if isinstance(value, Mapping) and set(value) == {"Condition"}:
            return self.named(value["Condition"], where)
        call = self._template.call(value, path)
        match call:
            case Call("Condition"):
                return self.named(call.argument, where)
            case Call("Fn::Equals"):
                return self._equals(call, where)
            case Call("Fn::Not"):
                holds = self._operands(call, 1, 1, where)[0]
                return holds if isinstance(holds, Unknown) else not holds
            case Call("Fn::And"):
                return _all(self._operands(call, 2, 10, where), of=True)
            case Call("Fn::Or"):
                return _all(self._operands(call, 2, 10, where), of=False)
        raise InputError("a condition was expected: Fn::And, Fn::Equals, Fn::Not, Fn::Or or Condition", where=where)

    def _equals(self, call: Call, where: str) -> bool | Unknown:
        pair = self._value(call.argument, call.path)
        if not isinstance(pair, list) or len(pair) != 2:
            raise InputError("Fn::Equals takes two values", where=where)
        unknown = first_unknown(pair)
        if unknown is not None:
            return Unknown(unknown.reason)
        one, other = (each if isinstance(each, Mapping | list) else text(each, where) for each in pair)
        return bool(one == other)

    def _operands(self, call: Call, least: int, most: int, where: str) -> list[bool | Unknown]:
        if not isinstance(call.argument, list) or not least <= len(call.argument) <= most:
            count = f"{least} to {most} conditions" if most > least else "one condition"
            raise InputError(f"{call.function} takes a list of {count}", where=where)
        return [self.truth(operand, element(call.path, index)) for index, operand in enumerate(call.argument)]


def _all(operands: list[bool | Unknown], *, of: bool) -> bool | Unknown:
    """And (`of` True) or Or (`of` False): one operand that decides makes the unknown ones irrelevant."""
    if (not of) in operands:
        return not of
    return next((operand for operand in operands if isinstance(operand, Unknown)), of)
