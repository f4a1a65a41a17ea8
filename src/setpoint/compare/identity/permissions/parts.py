"""Statements as they are compared: in a form in which those of one meaning are the same, and as people read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from setpoint.compare.identity.permissions.conditions import Conditions, normal, told
from setpoint.compare.identity.permissions.inclusion import (
    Box,
    Space,
    space_of_actions,
    space_of_names,
    space_of_resources,
)
from setpoint.model.iam import Effect, NamedPolicy, Principals, Selection, Statement
from setpoint.model.identity import Aspect, Granter, Permission

EVERY_RESOURCE: Final = Selection(("*",))
"""What a statement without resources speaks of."""

_ACCOUNT_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a statement grants or denies. Equal for statements that say the same."""

    aspect: Aspect
    box: Box
    conditions: Conditions


@dataclass(frozen=True, slots=True)
class Part:
    """A statement, or a piece of one, and where it stands."""

    meaning: Meaning
    actions: Selection
    """As the document spells them; so for the resources."""
    resources: Selection
    spaces: tuple[Space, ...]
    """Of each of the resources, in the same order; of those that are not meant, of all together."""
    condition: str
    granter: Granter

    @property
    def box(self) -> Box:
        return self.meaning.box

    @property
    def permission(self) -> Permission:
        return Permission(
            self.meaning.aspect,
            tuple(sorted(set(self.actions.patterns))),
            tuple(sorted(set(self.resources.patterns))),
            self.condition,
            but_actions=self.actions.negated,
            but_resources=self.resources.negated,
        )

    def by_action(self) -> Iterator[Part]:
        """A piece for each pattern of actions; all of it where it says which are not meant."""
        if self.actions.negated:
            yield self
            return
        for each in self.actions.patterns:
            actions = Selection((each,))
            box = replace(self.box, actions=space_of_actions(actions))
            yield replace(self, meaning=replace(self.meaning, box=box), actions=actions)

    def by_resource(self) -> Iterator[Part]:
        """A piece for each pattern of resources; all of it where it says which are not meant."""
        if self.resources.negated:
            yield self
            return
        for each, space in zip(self.resources.patterns, self.spaces, strict=True):
            yield self.about((each,), (space,))

    def about(self, resources: Iterable[str], spaces: Iterable[Space]) -> Part:
        """The piece of it about some of its resources."""
        some, kept = tuple(resources), tuple(spaces)
        space = Space(frozenset(chain.from_iterable(each.patterns for each in kept)))
        meaning = replace(self.meaning, box=replace(self.box, resources=space))
        return replace(self, meaning=meaning, resources=Selection(some), spaces=kept)


def parts_of(policy: NamedPolicy, *, through: str = "") -> Iterator[Part]:
    """Of a policy that says what whoever has it may do."""
    variables = policy.document.has_variables
    for index, statement in enumerate(policy.document.statements):
        aspect = Aspect.MAY if statement.effect is Effect.ALLOW else Aspect.MAY_NOT
        resources = statement.resources or EVERY_RESOURCE
        spaces = _each(resources, lambda some: space_of_resources(some, variables=variables))
        granter = Granter(policy.name, index, statement.sid, through)
        yield _part(statement, aspect, resources, spaces, granter, variables=variables)


def trusts_of(policy: NamedPolicy) -> Iterator[Part]:
    """Of a policy that says who may become whoever has it."""
    for index, statement in enumerate(policy.document.statements):
        if statement.principals is None:
            continue
        aspect = Aspect.TRUSTS if statement.effect is Effect.ALLOW else Aspect.TRUSTS_NOT
        named = Selection(tuple(_names(statement.principals)), statement.principals.negated)
        spaces = _each(named, lambda some: space_of_names(some.patterns, negated=some.negated))
        granter = Granter(policy.name, index, statement.sid)
        yield _part(statement, aspect, named, spaces, granter, variables=policy.document.has_variables)


def _part(
    statement: Statement,
    aspect: Aspect,
    resources: Selection,
    spaces: tuple[Space, ...],
    granter: Granter,
    *,
    variables: bool,
) -> Part:
    together = Space(frozenset(chain.from_iterable(each.patterns for each in spaces)), resources.negated)
    meaning = Meaning(
        aspect, Box(space_of_actions(statement.actions), together), normal(statement.conditions, variables=variables)
    )
    return Part(meaning, statement.actions, resources, spaces, told(statement.conditions), granter)


def _each(selection: Selection, space: Callable[[Selection], Space]) -> tuple[Space, ...]:
    if selection.negated:
        return (space(selection),)
    return tuple(space(Selection((each,))) for each in selection.patterns)


def _names(principals: Principals) -> Iterator[str]:
    """An account's id is short for its root user ("AWS JSON policy elements: Principal")."""
    for each in principals.aws:
        yield f"arn:aws:iam::{each}:root" if each.isdigit() and len(each) == _ACCOUNT_DIGITS else each
    yield from principals.service
    yield from principals.federated
    yield from (f"canonical user {each}" for each in principals.canonical_user)
