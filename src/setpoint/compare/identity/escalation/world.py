"""One account, numbered for the search: its principals, groups and policies as targets, and who holds what.

Users come first, then roles; a set of principals is the bits of one number in that order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from setpoint.compare.identity.escalation.actors import Actor, Actors, allows_everything
from setpoint.compare.identity.escalation.asking import Asking, Reach, Targets
from setpoint.compare.identity.escalation.circumstances import BOUNDARY, RESOURCE_TAGS, Circumstances
from setpoint.compare.identity.escalation.trusts import Trusts
from setpoint.model.bits import bits_of, members
from setpoint.model.iam_account import IamAccount, IamRole, IamUser

AWS_RESERVED: Final = ":role/aws-reserved/"
"""Roles that only IAM Identity Center changes ("Referencing permission sets in resource policies")."""


class World:
    def __init__(self, account: IamAccount, circumstances: Circumstances) -> None:
        self.account = account
        self.principals: Sequence[IamUser | IamRole] = (*account.users, *account.roles)
        self.numbers: Mapping[str, int] = {each.arn: number for number, each in enumerate(self.principals)}
        self.actors = Actors(account)
        self.base: Sequence[Actor] = [self.actors.of(each) for each in self.principals]
        self.asking = Asking(account.id, circumstances)
        self.users = Targets("users", [each.arn for each in account.users], _facts_of(account.users))
        self.roles = Targets("roles", [each.arn for each in account.roles], _facts_of(account.roles))
        self.groups = Targets("groups", [each.arn for each in account.groups], lambda _number, _key: ())
        own = [arn for arn, each in account.policies.items() if not each.is_of_aws]
        self.policies = Targets("policies", own, lambda _number, _key: None)
        self.trusts = Trusts(account, self.asking, self.roles)
        self.everybody = (1 << len(self.principals)) - 1
        self.changeable = self.everybody & ~self.of_roles(
            bits_of(number for number, each in enumerate(account.roles) if _is_fixed(each))
        )
        """Principals whose permissions somebody in the account can change."""
        self.with_profile = bits_of(number for number, each in enumerate(account.roles) if each.instance_profiles)
        """Roles that an EC2 instance can have."""
        self.admin_groups = bits_of(
            number for number, each in enumerate(account.groups) if allows_everything(account.granted(each))
        )
        self._members = _held((number, each.groups) for number, each in enumerate(account.users))
        self._holders = _held((number, account.attachments(each)) for number, each in enumerate(self.principals))

    def of_roles(self, bits: int) -> int:
        """Roles, as principals."""
        return bits << len(self.account.users)

    def reach_of_roles(self, reach: Reach) -> Reach:
        return Reach(self.of_roles(reach.sure), self.of_roles(reach.maybe))

    def role_number(self, number: int) -> int:
        """Of a principal that is a role, among the roles."""
        return number - len(self.account.users)

    def members_of_one(self, group: int) -> int:
        """Users who are in it."""
        return self._members.get(self.account.groups[group].name, 0)

    def holders_of_one(self, policy: int) -> int:
        """Principals to whom it is attached, directly or through a group."""
        return self._holders.get(self.policies.arns[policy], 0)

    def holders_of(self, policies: int) -> int:
        """Principals to whom any of these policies is attached."""
        found = 0
        for each in members(policies):
            found |= self.holders_of_one(each)
        return found

    def groups_of(self, actor: Actor) -> int:
        return self.groups.bits(each.arn for each in actor.groups)

    def policies_of(self, actor: Actor) -> int:
        """Customer managed ones that are attached to it or to a group of it."""
        return self.policies.bits((*actor.principal.attached, *(arn for each in actor.groups for arn in each.attached)))


def _facts_of(principals: Sequence[IamUser | IamRole]) -> Callable[[int, str], tuple[str, ...] | None]:
    """What the account tells of its principals under condition keys: tags and boundaries."""

    def facts(number: int, key: str) -> tuple[str, ...]:
        principal = principals[number]
        if key == BOUNDARY:
            return (principal.boundary,) if principal.boundary else ()
        prefix = next(each for each in RESOURCE_TAGS if key.startswith(each))
        name = key.removeprefix(prefix)
        return next(((value,) for tag, value in principal.tags.items() if tag.lower() == name), ())

    return facts


def _is_fixed(role: IamRole) -> bool:
    return role.is_service_linked or AWS_RESERVED in role.arn


def _held(holdings: Iterable[tuple[int, Iterable[str]]]) -> dict[str, int]:
    """What is held → who holds it."""
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for number, held in holdings:
        for each in held:
            holders[each].append(number)
    return {each: bits_of(numbers) for each, numbers in holders.items()}
