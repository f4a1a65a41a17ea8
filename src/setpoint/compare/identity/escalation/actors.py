"""Who acts, with all the policies that bear on it: every user and role of an account, as it is or can make itself.

An actor is one principal in one condition. `search` asks for another condition when a hop leads to one: with everything
granted to it, in more groups, without its permissions boundary.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from setpoint.compare.identity.aws.evaluation import Policies
from setpoint.compare.identity.aws.patterns import matcher, tokens_of
from setpoint.compare.identity.aws.request import Caller, CallerKind
from setpoint.model.iam import Effect, NamedPolicy, PolicyDocument, Selection, Statement
from setpoint.model.iam_account import IamAccount, IamGroup, IamRole, IamUser, is_of_aws

EVERYTHING: Final = Statement(Effect.ALLOW, Selection(("*",)), Selection(("*",)))
ALL_GRANTED: Final = NamedPolicy("a policy that it gives itself", PolicyDocument((EVERYTHING,)))
"""What a principal that may write its own permissions ends with."""

_ALL_ACTIONS: Final = frozenset({"*", "*:*"})


@dataclass(frozen=True, eq=False, slots=True)
class Actor:
    """One principal in one condition."""

    principal: IamUser | IamRole
    caller: Caller
    policies: Policies
    same: int
    """Equal for actors to whom the same documents apply: what does not hang on the caller is found once for them."""
    groups: tuple[IamGroup, ...] = ()
    doubts: tuple[str, ...] = ()
    """What is not known and might deny, a clause each."""

    @property
    def arn(self) -> str:
        return self.principal.arn

    @property
    def is_user(self) -> bool:
        return isinstance(self.principal, IamUser)


class Actors:
    """Makes the actors of an account."""

    def __init__(self, account: IamAccount) -> None:
        self.account = account
        self._same: dict[tuple[object, ...], int] = {}

    def of(self, principal: IamUser | IamRole) -> Actor:
        """As it is."""
        groups = self.account.groups_of(principal) if isinstance(principal, IamUser) else ()
        policies = Policies(
            identity=self.account.identity_policies(principal),
            boundary=self.account.boundary(principal),
            scps=None if isinstance(principal, IamRole) and principal.is_service_linked else self.account.scps,
            rcps=self.account.rcps,
        )
        caller, same = self._caller(principal), self._number(policies)
        return Actor(principal, caller, policies, same, groups, self._doubts(principal))

    def raised(self, actor: Actor) -> Actor:
        """With everything granted to it; what denies or limits stays."""
        denying = tuple(each for each in actor.policies.identity if _denies(each.document))
        return self._with(actor, replace(actor.policies, identity=(ALL_GRANTED, *denying)))

    def joined(self, actor: Actor, groups: Iterable[IamGroup]) -> Actor:
        """In these groups as well."""
        more = tuple(each for each in groups if each not in actor.groups)
        granted = [policy for group in more for policy in self.account.granted(group)]
        new = tuple(each for each in granted if each not in actor.policies.identity)
        policies = replace(actor.policies, identity=(*actor.policies.identity, *new))
        return replace(self._with(actor, policies), groups=(*actor.groups, *more))

    def unbound(self, actor: Actor) -> Actor:
        """Without its permissions boundary."""
        freed = self._with(actor, replace(actor.policies, boundary=None))
        return replace(freed, doubts=tuple(each for each in actor.doubts if actor.principal.boundary not in each))

    def _with(self, actor: Actor, policies: Policies) -> Actor:
        return replace(actor, policies=policies, same=self._number(policies))

    def _caller(self, principal: IamUser | IamRole) -> Caller:
        kind = CallerKind.USER if isinstance(principal, IamUser) else CallerKind.ROLE
        organisation = self.account.organisation
        return Caller(principal.arn, self.account.id, kind, tags=principal.tags, organisation=organisation)

    def _number(self, policies: Policies) -> int:
        """Equal documents of an account are one value (`model.iam_account_reading`), so identity will do."""
        limit = id(policies.boundary.document) if policies.boundary else 0
        key = (*sorted({id(each.document) for each in policies.identity}), "within", limit, policies.scps is None)
        return self._same.setdefault(key, len(self._same))

    def _doubts(self, principal: IamUser | IamRole) -> tuple[str, ...]:
        """A boundary, or a policy of the account's own, that nobody told."""
        own = [each for each in self.account.unknown_policies(principal) if not is_of_aws(each)]
        if principal.boundary and self.account.policies[principal.boundary].document is None:
            own.append(principal.boundary)
        return tuple(untold(each) for each in own)


def untold(policy_arn: str) -> str:
    """A clause for what is missing."""
    return f"what {policy_arn} says"


def is_unlimited(policies: Policies) -> bool:
    """Whether every action on every resource is allowed without condition, denials by the organisation aside."""
    layers = [policies.identity, *((each,) for each in (policies.boundary,) if each), *(policies.scps or ())]
    own = [*policies.identity, *((policies.boundary,) if policies.boundary else ())]
    return all(allows_everything(layer) for layer in layers) and not any(_denies(each.document) for each in own)


def allows_everything(policies: Sequence[NamedPolicy]) -> bool:
    """By statements without condition that speak of every resource, denials aside."""
    allowing = [
        statement
        for policy in policies
        for statement in policy.document.statements
        if statement.effect is Effect.ALLOW and not statement.conditions and _is_of_everything(statement)
    ]
    plain = [pattern for each in allowing if not each.actions.negated for pattern in each.actions.patterns]
    if not _ALL_ACTIONS.isdisjoint(plain):
        return True
    fits = [matcher(tokens_of(each.lower())) for each in plain]
    # All but some actions, and those some by other statements: a pattern that fits another's text covers it.
    return any(
        all(any(covers(left_out.lower()) for covers in fits) for left_out in each.actions.patterns)
        for each in allowing
        if each.actions.negated
    )


def _is_of_everything(statement: Statement) -> bool:
    selection = statement.resources
    return selection is not None and not selection.negated and "*" in selection.patterns


def _denies(document: PolicyDocument) -> bool:
    return any(each.effect is Effect.DENY for each in document.statements)
