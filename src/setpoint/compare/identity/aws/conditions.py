"""Whether a request meets a condition.

"IAM JSON policy elements: Condition operators", "Single-valued vs. multivalued context keys" and "Conditions with
multiple context keys or values".
"""

from __future__ import annotations

from collections.abc import Sequence

from setpoint.compare.identity.aws.facts import Facts
from setpoint.compare.identity.aws.operators import NEGATED, value_matcher, value_tokens
from setpoint.compare.identity.aws.patterns import Matcher, Tokens, Variable, filled
from setpoint.compare.identity.aws.truth import NO, YES, Outcome, Truth, outcome
from setpoint.model.iam import Condition, Operator, Quantifier


class CompiledCondition:
    """A condition, with as much of it worked out as does not depend on the request."""

    __slots__ = ("_fixed", "_negated", "_null", "_open", "_operator", "condition")

    def __init__(self, condition: Condition, *, variables: bool) -> None:
        self.condition = condition
        self._operator = NEGATED.get(condition.operator, condition.operator)
        self._negated = condition.operator in NEGATED
        self._null = {value.lower() for value in condition.values} if condition.operator is Operator.NULL else None
        values = (
            [] if self._null else [value_tokens(self._operator, each, variables=variables) for each in condition.values]
        )
        self._open: list[Tokens] = [each for each in values if any(isinstance(token, Variable) for token in each)]
        self._fixed = [value_matcher(self._operator, each) for each in values if each not in self._open]

    def met(self, facts: Facts) -> Outcome:
        key = self.condition.key
        values = facts.known(key)
        if values is None:
            return Outcome(Truth.MAYBE, (key,))
        if self._null is not None:
            return outcome(holds=("false" if values else "true") in self._null)
        if not values and self.condition.if_exists:
            return YES
        if self._is_empty(values):
            return self._of_nothing(facts)
        return self._of_values(values, facts) if self._open else outcome(holds=self._holds(values, self._fixed))

    def _is_empty(self, values: Sequence[str]) -> bool:
        """With a quantifier, a value that is an empty text counts as none."""
        return not values or (self.condition.quantifier is not Quantifier.NONE and not any(values))

    def _of_nothing(self, facts: Facts) -> Outcome:
        """A key that is absent is not equal to anything. A quantifier decides by itself."""
        if self.condition.quantifier is not Quantifier.NONE:
            return outcome(holds=self.condition.quantifier is Quantifier.ALL)
        return self._of_values((), facts) if self._negated else NO

    def _of_values(self, values: Sequence[str], facts: Facts) -> Outcome:
        """With variables: one that has no value fits nothing, and nothing follows from that it does not fit."""
        sure, possible, missing = list(self._fixed), list(self._fixed), set[str]()
        for tokens in self._open:
            whole, unknown = filled(tokens, facts.known)
            if whole is None and self._negated:
                return NO
            if whole is None:
                continue
            possible.append(value_matcher(self._operator, whole))
            missing.update(unknown)
            if not unknown:
                sure.append(possible[-1])
        holds = self._holds(values, sure)
        # An unknown value can only add to what fits, or be absent, which makes a negated condition fail.
        open_yet = holds if self._negated else not holds and self._holds(values, possible)
        return Outcome(Truth.MAYBE, tuple(sorted(missing))) if missing and open_yet else outcome(holds=holds)

    def _holds(self, values: Sequence[str], matchers: Sequence[Matcher]) -> bool:
        fitting = (any(fits(value) for fits in matchers) for value in values)
        if self.condition.quantifier is Quantifier.ALL:
            return all(not fit if self._negated else fit for fit in fitting)
        if self.condition.quantifier is Quantifier.ANY:
            return any(not fit if self._negated else fit for fit in fitting)
        return any(fitting) is not self._negated
