"""What a template's parameters stand for: given, of the stack, or by default; checked as CloudFormation checks them.

Called by `reader`. The rules are those of the CloudFormation User Guide, "Parameters" and "SSM parameter types".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.cloudformation.functions import text
from setpoint.intent.cloudformation.template import Template, nearest
from setpoint.model.canonical import Json, Unknown

ATTRIBUTES: Final = frozenset(
    {
        "AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description", "MaxLength", "MaxValue",
        "MinLength", "MinValue", "NoEcho", "Type",
    }
)  # fmt: skip

LOOKED_UP: Final = "AWS::SSM::Parameter::Value<"
"""Types whose default is the name of a Systems Manager parameter; the value is what is kept there."""

_TYPES: Final = re.compile(
    r"String|Number|CommaDelimitedList|List<Number>|List<String>|AWS::[A-Za-z0-9:]+|List<AWS::[A-Za-z0-9:]+>"
    r"|AWS::SSM::Parameter::Value<(String|CommaDelimitedList|List<[A-Za-z0-9:]+>|AWS::[A-Za-z0-9:]+)>"
)


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One entry of the section `Parameters`, with where it stands."""

    name: str
    attributes: Mapping[str, Json]
    type: str
    where: str

    @property
    def is_list(self) -> bool:
        inner = self.type.removeprefix(LOOKED_UP)
        return inner.startswith(("List<", "CommaDelimitedList"))

    @property
    def is_number(self) -> bool:
        return self.type in ("Number", "List<Number>")


def parameter_values(template: Template, given: Mapping[str, str], of_stack: Mapping[str, str]) -> dict[str, Json]:
    """Each parameter's value: text, a list of texts, or `Unknown`. What is `given` wins over what the stack has.

    Raises `InputError` for a parameter that has no value, a value that its declaration refuses, and a given one that
    the template does not declare. The stack may know more than the template does: perhaps an older one made it.
    """
    for name in given:
        if name not in template.parameters:
            raise InputError(
                f"the parameter {name} is given, but not declared by the template",
                where=template.where("Parameters"),
                remedy=nearest(name, template.parameters),
            )
    return {name: _value(_parameter(template, name), given, of_stack) for name in template.parameters}


def _parameter(template: Template, name: str) -> _Parameter:
    attributes, path = template.parameters[name], f"Parameters.{name}"
    for attribute in attributes:
        if attribute not in ATTRIBUTES:
            raise InputError(
                f"{attribute} is not an attribute of a parameter",
                where=template.where(f"{path}.{attribute}"),
                remedy=nearest(attribute, ATTRIBUTES),
            )
    kind = attributes.get("Type")
    if not isinstance(kind, str) or not _TYPES.fullmatch(kind):
        raise InputError(f"the parameter {name} has no Type that CloudFormation knows", where=template.where(path))
    return _Parameter(name, attributes, kind, template.where(path))


def _value(parameter: _Parameter, given: Mapping[str, str], of_stack: Mapping[str, str]) -> Json:
    # Looked at first: a secret is neither asked for, nor checked, nor quoted in a message.
    if text(parameter.attributes.get("NoEcho", False), parameter.where).lower() == "true":
        return Unknown(f"the parameter {parameter.name} is NoEcho")
    for values in (given, of_stack):
        if parameter.name in values:
            return _checked(parameter, values[parameter.name])
    if "Default" not in parameter.attributes:
        raise InputError(
            f"the parameter {parameter.name} has no value and no default",
            where=parameter.where,
            remedy=f"give it in setpoint.yaml, under parameters: of this template ({parameter.name}: ...), "
            "or name its stack there",
        )
    default = text(parameter.attributes["Default"], parameter.where)
    if parameter.type.startswith(LOOKED_UP):
        return Unknown(f"the parameter {parameter.name} is kept in Systems Manager as {default} and is not looked up")
    return _checked(parameter, default)


def _checked(parameter: _Parameter, value: str) -> Json:
    items = [item.strip() for item in value.split(",")] if parameter.is_list else [value]
    for item in items:
        _check_number(parameter, item)
        _check_allowed(parameter, item)
        _check_length(parameter, item)
    return items if parameter.is_list else value


def _check_number(parameter: _Parameter, value: str) -> None:
    if not parameter.is_number:
        return
    number = _number(value)
    if number is None:
        raise _refused(parameter, value, "it is not a number")
    least, most = _bound(parameter, "MinValue"), _bound(parameter, "MaxValue")
    if least is not None and number < least:
        raise _refused(parameter, value, f"the least is {least}")
    if most is not None and number > most:
        raise _refused(parameter, value, f"the most is {most}")


def _check_allowed(parameter: _Parameter, value: str) -> None:
    allowed = parameter.attributes.get("AllowedValues")
    if isinstance(allowed, list):
        texts = [text(each, parameter.where) for each in allowed]
        same_number = parameter.is_number and any(_number(each) == _number(value) for each in texts)
        if value not in texts and not same_number:
            raise _refused(parameter, value, f"allowed are {', '.join(texts)}")
    pattern = parameter.attributes.get("AllowedPattern")
    if isinstance(pattern, str) and not _matches(pattern, value):
        raise _refused(parameter, value, f"it does not match {pattern}")


def _check_length(parameter: _Parameter, value: str) -> None:
    least, most = _bound(parameter, "MinLength"), _bound(parameter, "MaxLength")
    if least is not None and len(value) < least:
        raise _refused(parameter, value, f"the shortest has {least} characters")
    if most is not None and len(value) > most:
        raise _refused(parameter, value, f"the longest has {most} characters")


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        # CloudFormation's patterns are Java's: one that Python cannot read has been checked by CloudFormation itself.
        return True


def _bound(parameter: _Parameter, attribute: str) -> Decimal | None:
    if attribute not in parameter.attributes:
        return None
    bound = _number(text(parameter.attributes[attribute], parameter.where))
    if bound is None:
        raise InputError(f"{attribute} of the parameter {parameter.name} is not a number", where=parameter.where)
    return bound


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _refused(parameter: _Parameter, value: str, because: str) -> InputError:
    return InputError(f"the parameter {parameter.name} cannot be {value!r}: {because}", where=parameter.where)
