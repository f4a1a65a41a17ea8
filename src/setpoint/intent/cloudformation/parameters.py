"""What a template's parameters stand for: given, of the stack, or by default; checked as CloudFormation checks them.

Called by `reader`. The rules are those of the CloudFormation User Guide, "Parameters" and "SSM parameter types".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.cloudformation.anatomy import nearest
from setpoint.intent.cloudformation.functions import first_unknown, text
from setpoint.intent.cloudformation.template import Template
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


@dataclass(frozen=True, slots=True)
class Given:
    """Where values come from, the first that has one wins."""

    by_settings: Mapping[str, str] = field(default_factory=dict)
    by_parent: Mapping[str, Json] = field(default_factory=dict)
    """Of a nested stack: worked out by the template around it. Lists and `Unknown` may be among them."""
    by_stack: Mapping[str, str] = field(default_factory=dict)
    """It may know more than the template does: perhaps an older one made it."""
    look_up: Callable[[str], str | Unknown] | None = None
    """What a Systems Manager parameter holds."""
    is_all: bool = True
    """Whether a parameter without a value is a mistake; where not, its value is not known."""


def parameter_values(template: Template, given: Mapping[str, str], of_stack: Mapping[str, str]) -> dict[str, Json]:
    """As `values_of`, of a template that stands alone."""
    return values_of(template, Given(by_settings=given, by_stack=of_stack))


def values_of(template: Template, given: Given) -> dict[str, Json]:
    """Each parameter's value: text, a list of texts, or `Unknown`.

    Raises `InputError` for a parameter that has no value, a value that its declaration refuses, and one that is given
    but not declared.
    """
    for name in (*given.by_settings, *given.by_parent):
        if name not in template.parameters:
            raise InputError(
                f"the parameter {name} is given, but not declared by the template",
                where=template.where("Parameters"),
                remedy=nearest(name, template.parameters),
            )
    return {name: _value(_parameter(template, name), given) for name in template.parameters}


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


def _value(parameter: _Parameter, given: Given) -> Json:
    # Looked at first: a secret is neither asked for, nor checked, nor quoted in a message.
    if text(parameter.attributes.get("NoEcho", False), parameter.where).lower() == "true":
        return Unknown(f"the parameter {parameter.name} is NoEcho")
    name, is_name = parameter.name, parameter.type.startswith(LOOKED_UP)
    if name in given.by_settings:
        return _checked(parameter, given.by_settings[name])
    if name in given.by_parent and not is_name:
        return _passed(parameter, given.by_parent[name])
    if name in given.by_stack:
        # CloudFormation keeps what a Systems Manager parameter held when the stack was last updated.
        return _checked(parameter, given.by_stack[name])
    written = _written(parameter, given)
    if isinstance(written, Unknown):
        return written
    value = text(written, parameter.where)
    return _looked_up(parameter, value, given) if is_name else _checked(parameter, value)


def _written(parameter: _Parameter, given: Given) -> Json:
    """What the parent gives, or the template itself."""
    name = parameter.name
    written = given.by_parent.get(name, parameter.attributes.get("Default"))
    if written is None and not given.is_all:
        return Unknown(f"the parameter {name} has no value before it is deployed")
    if written is None:
        raise InputError(
            f"the parameter {name} has no value and no default",
            where=parameter.where,
            remedy=f"give it in setpoint.yaml, under parameters: of this template ({name}: ...), "
            "or name its stack there",
        )
    return written


def _passed(parameter: _Parameter, value: Json) -> Json:
    """What a parent gives: CloudFormation passes a list as text with commas."""
    unknown = first_unknown(value)
    if unknown is not None:
        # Whole, it stays what it is: a rule in the nested stack has to find the group that it was given by reference.
        return value if isinstance(value, Unknown) else Unknown(unknown.reason)
    if isinstance(value, list):
        return _checked(parameter, ",".join(text(item, parameter.where) for item in value))
    return _checked(parameter, text(value, parameter.where))


def _looked_up(parameter: _Parameter, name: str, given: Given) -> Json:
    if given.look_up is None:
        return Unknown(f"the parameter {parameter.name} is kept in Systems Manager as {name} and is not looked up")
    value = given.look_up(name)
    if isinstance(value, Unknown):
        return Unknown(f"the parameter {parameter.name}: {value.reason}")
    return _checked(parameter, value)


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
