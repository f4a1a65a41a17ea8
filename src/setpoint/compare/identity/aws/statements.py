"""Policies prepared for many requests: patterns and conditions are read once, statements are found by action."""

from __future__ import annotations

from typing import Final

from setpoint.compare.identity.aws.conditions import CompiledCondition
from setpoint.compare.identity.aws.facts import Facts
from setpoint.compare.identity.aws.patterns import (
    Matcher,
    Sign,
    Tokens,
    Variable,
    action_matcher,
    filled,
    matcher,
    resource_tokens,
)
from setpoint.compare.identity.aws.truth import NO, YES, Outcome, Truth, outcome
from setpoint.model.iam import PolicyDocument, Selection, Statement

MAX_POLICIES: Final = 32_768
"""How many prepared policies are kept; an account of 10,000 principals has about as many."""
MAX_ACTIONS: Final = 4_096
"""Of how many actions it is kept which statements speak of them, for each policy."""


class CompiledResources:
    """`Resource` or `NotResource`."""

    __slots__ = ("_fixed", "_negated", "_open", "tokens")

    def __init__(self, selection: Selection, *, variables: bool) -> None:
        self.tokens = [resource_tokens(each, variables=variables) for each in selection.patterns]
        self._negated = selection.negated
        self._open = [each for each in self.tokens if any(isinstance(token, Variable) for token in each)]
        self._fixed = [matcher(each) for each in self.tokens if each not in self._open]

    def meant(self, facts: Facts) -> Outcome:
        resource = facts.resource
        if resource is None:
            return self._whatever()
        if any(fits(resource) for fits in self._fixed):
            return outcome(holds=not self._negated)
        return self._by_variables(resource, facts) if self._open else outcome(holds=self._negated)

    def _whatever(self) -> Outcome:
        """While it is open which resource is meant."""
        return outcome(holds=not self._negated) if (Sign.MANY,) in self.tokens else Outcome(Truth.MAYBE)

    def _by_variables(self, resource: str, facts: Facts) -> Outcome:
        """A variable without a value fits nothing, and nothing follows from that it does not fit."""
        missing: set[str] = set()
        absent = False
        for tokens in self._open:
            whole, unknown = filled(tokens, facts.known)
            absent = absent or whole is None
            fits: Matcher | None = matcher(whole) if whole is not None else None
            if fits is not None and fits(resource):
                if not unknown:
                    return outcome(holds=not self._negated)
                missing.update(unknown)
            elif self._negated:
                missing.update(unknown)
        if absent and self._negated:
            return NO
        return Outcome(Truth.MAYBE, tuple(sorted(missing))) if missing else outcome(holds=self._negated)


class CompiledStatement:
    """A statement, and where it stands."""

    __slots__ = ("_acts", "_conditions", "_negated", "index", "resources", "statement")

    def __init__(self, statement: Statement, index: int, *, variables: bool) -> None:
        self.statement = statement
        self.index = index
        self._acts = action_matcher(statement.actions.patterns)
        self._negated = statement.actions.negated
        selection = statement.resources
        self.resources = CompiledResources(selection, variables=variables) if selection else None
        self._conditions = [CompiledCondition(each, variables=variables) for each in statement.conditions]

    def speaks_of(self, action: str) -> bool:
        """`action` is in lower case."""
        return self._acts(action) is not self._negated

    def applies(self, facts: Facts) -> Outcome:
        """To the resource and the circumstances of a request about whose action it speaks."""
        met = self.resources.meant(facts) if self.resources else YES
        for condition in self._conditions:
            if met.truth is Truth.NO:
                return NO
            further = condition.met(facts)
            if further.truth is not Truth.YES:
                met = Outcome(min(met.truth, further.truth), met.missing + further.missing)
        return NO if met.truth is Truth.NO else met

    def patterns(self, facts: Facts) -> list[Tokens]:
        """What it says of resources, with the variables of this request; an unknown one stands for any text."""
        whole = (filled(each, facts.known)[0] for each in (self.resources.tokens if self.resources else ()))
        return [each for each in whole if each is not None]


class CompiledPolicy:
    __slots__ = ("_by_action", "_statements", "document")

    def __init__(self, document: PolicyDocument) -> None:
        self.document = document
        self._statements = [
            CompiledStatement(each, index, variables=document.has_variables)
            for index, each in enumerate(document.statements)
        ]
        self._by_action: dict[str, tuple[CompiledStatement, ...]] = {}

    def about(self, action: str) -> tuple[CompiledStatement, ...]:
        """The statements that speak of an action, which is in lower case."""
        found = self._by_action.get(action)
        if found is None:
            if len(self._by_action) >= MAX_ACTIONS:
                self._by_action.clear()
            found = self._by_action[action] = tuple(each for each in self._statements if each.speaks_of(action))
        return found


_COMPILED: Final[dict[int, CompiledPolicy]] = {}
"""By the document's identity: hashing what it says would take longer than evaluating it. Each keeps its document, so
that no other can get the same identity meanwhile."""


def compiled(document: PolicyDocument) -> CompiledPolicy:
    found = _COMPILED.get(id(document))
    if found is None:
        if len(_COMPILED) >= MAX_POLICIES:
            _COMPILED.clear()
        found = _COMPILED[id(document)] = CompiledPolicy(document)
    return found
