"""Whether one condition of a statement holds wherever another does; what cannot be decided does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from setpoint.compare.identity.aws.operators import NEGATED
from setpoint.compare.identity.permissions.inclusion import marked
from setpoint.model.iam import Condition, Operator

Conditions = frozenset[Condition]
"""All of which have to be met; values in order, without repetitions."""

_ANY_CASE: Final = frozenset(
    {Operator.BOOL, Operator.NULL, Operator.STRING_EQUALS_IGNORE_CASE, Operator.STRING_NOT_EQUALS_IGNORE_CASE}
)
"""Whose values are the same in any case of letters ("IAM JSON policy elements: Condition operators")."""

_SAME: Final = {Operator.ARN_EQUALS: Operator.ARN_LIKE, Operator.ARN_NOT_EQUALS: Operator.ARN_NOT_LIKE}
"""Operators that behave alike ("Amazon Resource Name (ARN) condition operators")."""


def normal(conditions: Iterable[Condition], *, variables: bool) -> Conditions:
    return frozenset(_normal(each, variables=variables) for each in conditions)


def implies(strong: Conditions, weak: Conditions) -> bool:
    """Whether whatever meets all of the strong ones meets all of the weak ones."""
    return all(any(_implies(each, wanted) for each in strong) for wanted in weak)


def told(conditions: Iterable[Condition]) -> str:
    """As people read them, in one order."""
    return " and ".join(sorted(f"{each.name} {each.key} = {' or '.join(each.values)}" for each in conditions))


def _normal(condition: Condition, *, variables: bool) -> Condition:
    values = {marked(each, variables=variables) for each in condition.values}
    if condition.operator in _ANY_CASE:
        values = {each.lower() for each in values}
    operator = _SAME.get(condition.operator, condition.operator)
    return replace(condition, operator=operator, values=tuple(sorted(values)))


def _implies(strong: Condition, weak: Condition) -> bool:
    """Of the same kind, with fewer values that may be there, or more that may not."""
    if (strong.operator, strong.key, strong.quantifier) != (weak.operator, weak.key, weak.quantifier):
        return False
    if strong.if_exists and not weak.if_exists:
        return False
    narrower, wider = set(strong.values), set(weak.values)
    return wider <= narrower if strong.operator in NEGATED else narrower <= wider
