"""What grants a principal its permissions now: every policy of its own and of its groups, statement by statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from setpoint.compare.identity.rightsize.reference import Reference
from setpoint.model.iam import Effect, NamedPolicy, PolicyDocument, Selection, Statement
from setpoint.model.iam_account import IamAccount, IamGroup, IamRole, IamUser


class Holding(StrEnum):
    INLINE = "inline"
    ATTACHED = "attached"
    GROUP = "group"
    """Held by a group that the user is in."""


@dataclass(frozen=True, slots=True)
class HeldPolicy:
    policy: NamedPolicy
    holding: Holding
    group: str = ""
    """Name of the group, where one holds it."""

    @property
    def name(self) -> str:
        """By which IAM knows it: the ARN, or the name of an inline policy."""
        return self.policy.name.rpartition(": inline policy ")[2]

    @property
    def allows(self) -> bool:
        return any(each.effect is Effect.ALLOW for each in self.policy.document.statements)

    @property
    def denies(self) -> bool:
        return any(each.effect is Effect.DENY for each in self.policy.document.statements)


def held_policies(account: IamAccount, principal: IamUser | IamRole) -> tuple[HeldPolicy, ...]:
    """Of which it is known what they say, each once."""
    held = list(_of(account, principal, ""))
    if isinstance(principal, IamUser):
        for group in account.groups_of(principal):
            known = {each.policy for each in held}
            held += [each for each in _of(account, group, group.name) if each.policy not in known]
    return tuple(held)


def _of(account: IamAccount, holder: IamUser | IamRole | IamGroup, group: str) -> Iterator[HeldPolicy]:
    for policy in account.granted(holder):
        holding = Holding.INLINE if policy in holder.inline else Holding.ATTACHED
        yield HeldPolicy(policy, Holding.GROUP if group else holding, group)


@dataclass(frozen=True)
class Granting:
    """A statement that allows, with what it speaks of."""

    policy: NamedPolicy
    index: int
    reference: Reference

    @property
    def document(self) -> PolicyDocument:
        return self.policy.document

    @property
    def statement(self) -> Statement:
        return self.document.statements[self.index]

    @property
    def resources(self) -> Selection:
        """A policy of an identity always says."""
        selection = self.statement.resources
        if selection is None:
            raise ValueError(f"statement {self.index} of {self.policy.name} names no resource")
        return selection

    @cached_property
    def by_pattern(self) -> dict[str, tuple[str, ...]]:
        """Pattern → the actions that it stands for; of `NotAction`, under `*` all but those."""
        selection = self.statement.actions
        matching = {each: tuple(self.reference.matching(each)) for each in selection.patterns}
        if not selection.negated:
            return matching
        excepted = {action for actions in matching.values() for action in actions}
        return {"*": tuple(each for each in self.reference.matching("*") if each not in excepted)}

    @cached_property
    def actions(self) -> frozenset[str]:
        return frozenset(action for actions in self.by_pattern.values() for action in actions)

    def spells(self, pattern: str) -> bool:
        """Whether the statement names this very pattern."""
        return not self.statement.actions.negated and pattern in self.statement.actions.patterns

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Patterns that stand for no action that is known: misspelt, or too new."""
        if self.statement.actions.negated:
            return ()
        return tuple(pattern for pattern, actions in self.by_pattern.items() if not actions)


def granting_statements(held: Iterable[HeldPolicy], reference: Reference) -> list[Granting]:
    return [
        Granting(each.policy, index, reference)
        for each in held
        for index, statement in enumerate(each.policy.document.statements)
        if statement.effect is Effect.ALLOW
    ]
