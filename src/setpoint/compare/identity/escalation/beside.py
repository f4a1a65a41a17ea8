"""What exists beside IAM: found by its kind, with the role that it has as a principal of the account."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.compare.identity.aws.evaluation import Answer
from setpoint.compare.identity.escalation.world import World
from setpoint.model.bits import bits_of
from setpoint.model.escalation import Existing
from setpoint.model.escalation_words import KINDS
from setpoint.model.iam_account import IamRole

BY_PROFILE: Final = frozenset({"instance", "launch-template"})
"""Kinds that get their role through an instance profile."""

CLUSTER: Final = "cluster"
MAKERS: Final = ("instance", "autoscaling-group")
"""Kinds of what may be, or start, a container instance of a cluster."""
CONTAINER_INSTANCE: Final = "container-instance"
REGISTER: Final = "ecs:registercontainerinstance"
"""What the agent of an ECS container instance does first ("Amazon ECS container instance IAM role")."""

LOGIN_PROFILE: Final = "login-profile"
KEY: Final = "access-key"
PROFILE: Final = "instance-profile"
MOST_KEYS: Final = 2
"""Access keys that a user can have (IAM User Guide, "IAM and AWS STS quotas")."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that exists."""

    told: Existing
    role: int | None
    """Its role, as the number of a principal; None where it has none of this account."""


class Beside:
    """`things` is None where nobody told what exists: then anything may."""

    def __init__(self, things: Sequence[Existing] | None, world: World) -> None:
        self.is_told = things is not None
        found = things or ()
        profiles = _profiles(found, world)
        roles = {name: world.numbers[each.arn] for each in world.account.roles for name in (each.arn, each.name)}
        self._of: defaultdict[str, list[Thing]] = defaultdict(list)
        for each in found:
            names = (profiles, roles) if each.kind in BY_PROFILE else (roles, profiles)
            number = names[0].get(each.role, names[1].get(each.role))
            self._of[each.kind].append(Thing(each, number))
        if not self._of[CONTAINER_INSTANCE] and self._of[CLUSTER]:
            makers = [each for kind in MAKERS for each in self._of[kind]]
            self._of[CONTAINER_INSTANCE] = [_container_instance(each, world) for each in makers]
        users = {name: number for number, each in enumerate(world.account.users) for name in (each.arn, each.name)}
        keys = Counter(users[each.role] for each in found if each.kind == KEY and each.role in users)
        self.with_password = bits_of(
            users[each.role] for each in found if each.kind == LOGIN_PROFILE and each.role in users
        )
        """Users of whom it is known that they have a password."""
        self.with_all_keys = bits_of(number for number, count in keys.items() if count >= MOST_KEYS)
        """Users of whom it is known that they can have no further access key."""
        self.with_profile = world.of_roles(world.with_profile) | bits_of(profiles.values())
        """Roles that an EC2 instance can have, as principals."""

    def of(self, kind: str) -> Sequence[Thing]:
        return self._of[kind]


def _container_instance(maker: Thing, world: World) -> Thing:
    """Nothing tells that an instance is registered with a cluster; its role being allowed to says as much."""
    arn = KINDS[CONTAINER_INSTANCE].arn
    registers = False
    if maker.role is not None:
        registers = world.asking.on(world.base[maker.role], REGISTER, "*").answer is Answer.ALLOWED
    doubt = {} if registers else {"registered": "unknown"}
    return Thing(Existing(CONTAINER_INSTANCE, arn, facts={**maker.told.facts, **doubt}), None)


def _profiles(things: Sequence[Existing], world: World) -> Mapping[str, int]:
    """Instance profile, by ARN and by name → its role."""
    found: dict[str, int] = {}
    by_name: Mapping[str, IamRole] = world.account.roles_by_name
    for role in world.account.roles:
        for arn in role.instance_profiles:
            found[arn] = found[arn.rpartition("/")[2]] = world.numbers[role.arn]
    for each in things:
        role_name = each.role.rpartition("/")[2]
        if each.kind == PROFILE and role_name in by_name:
            number = world.numbers[by_name[role_name].arn]
            found[each.arn] = found[each.arn.rpartition("/")[2]] = number
    return found
