"""The section `Rules`: assertions about parameters, which CloudFormation makes before anything else.

Called by `opening`. The functions are those of the template reference, "Rule-specific intrinsic functions" and
"Condition functions"; what AWS alone knows (`Fn::RefAll`, `Fn::ValueOf`) is not known here, and refuses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.cloudformation.anatomy import RULE_FUNCTIONS, listed
from setpoint.intent.cloudformation.evaluator import Evaluator
from setpoint.intent.cloudformation.functions import first_unknown, text
from setpoint.intent.cloudformation.template import Template
from setpoint.intent.cloudformation.values import Call
from setpoint.model.canonical import Json, Unknown
from setpoint.model.paths import element


def check_rules(template: Template, evaluator: Evaluator) -> None:
    """Raises `InputError` for the first assertion that certainly does not hold, and for what is no rule."""
    rules = _Rules(template, evaluator)
    for name, rule in template.rules.items():
        rules.check(name, rule)


class _Rules:
    def __init__(self, template: Template, evaluator: Evaluator) -> None:
        self._template = template
        self._evaluator = evaluator

    def check(self, name: str, rule: Json) -> None:
        path = f"Rules.{name}"
        if not isinstance(rule, Mapping) or not isinstance(rule.get("Assertions"), list):
            raise InputError(f"the rule {name} has no list of Assertions", where=self._template.where(path))
        condition = rule.get("RuleCondition")
        if condition is not None and self._truth(condition, f"{path}.RuleCondition") is not True:
            return
        for index, assertion in enumerate(rule["Assertions"]):
            at = element(f"{path}.Assertions", index)
            if not isinstance(assertion, Mapping) or "Assert" not in assertion:
                raise InputError(f"an assertion of the rule {name} has no Assert", where=self._template.where(at))
            if self._truth(assertion["Assert"], f"{at}.Assert") is False:
                said = assertion.get("AssertDescription")
                raise InputError(
                    f"the parameters break the rule {name}" + (f" ({said})" if isinstance(said, str) else ""),
                    where=self._template.where(at),
                )

    def _truth(self, value: Json, path: str) -> bool | Unknown:
        call = self._template.call(value, path)
        if call is None or call.function not in RULE_FUNCTIONS | _OPERATORS.keys():
            return self._evaluator.truth(value, path)
        where = self._template.where(path)
        if call.function in _OPERATORS:
            operands = [
                self._truth(each, element(call.path, index)) for index, each in enumerate(listed(call.argument))
            ]
            return _OPERATORS[call.function](operands)
        return self._of_lists(call, where)

    def _of_lists(self, call: Call, where: str) -> bool | Unknown:
        test = _TESTS.get(call.function)
        if test is None:
            return Unknown(f"{call.function} is not resolved")
        pair = [self._values(each, element(call.path, index)) for index, each in enumerate(listed(call.argument))]
        if len(pair) != 2:
            raise InputError(f"{call.function} takes two arguments", where=where)
        unknown = first_unknown(pair)
        if unknown is not None:
            return Unknown(unknown.reason)
        one, other = ([text(each, where) for each in listed(values)] for values in pair)
        return test(one, other)

    def _values(self, value: Json, path: str) -> Json:
        call = self._template.call(value, path)
        if call is not None and call.function in RULE_FUNCTIONS:
            return Unknown(f"{call.function} is not resolved")
        return self._evaluator.value(value, path)


def _and(operands: list[bool | Unknown]) -> bool | Unknown:
    return False if False in operands else next((each for each in operands if isinstance(each, Unknown)), True)


def _or(operands: list[bool | Unknown]) -> bool | Unknown:
    return True if True in operands else next((each for each in operands if isinstance(each, Unknown)), False)


def _not(operands: list[bool | Unknown]) -> bool | Unknown:
    holds = operands[0] if operands else Unknown("Fn::Not of nothing")
    return holds if isinstance(holds, Unknown) else not holds


_OPERATORS: Final[Mapping[str, Callable[[list[bool | Unknown]], bool | Unknown]]] = {
    "Fn::And": _and,
    "Fn::Not": _not,
    "Fn::Or": _or,
}

_TESTS: Final[Mapping[str, Callable[[list[str], list[str]], bool]]] = {
    "Fn::Contains": lambda values, sought: set(sought) <= set(values),
    "Fn::EachMemberEquals": lambda values, wanted: all(each in wanted for each in values),
    "Fn::EachMemberIn": lambda values, allowed: set(values) <= set(allowed),
}
