"""An AWS account's users, groups, roles and policies as values, whether read from an export or from AWS itself.

`model/iam_account_reading` makes them; the search for escalations and `setpoint can-i` ask them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final

from setpoint.model.iam import NamedPolicy, PolicyDocument

SERVICE_LINKED: Final = "/aws-service-role/"
"""The path of roles that only an AWS service may assume or change (IAM User Guide, "Create a service-linked role")."""


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    arn: str
    document: PolicyDocument | None
    """The default version's; None where nobody told it, so that what it allows and denies is unknown."""

    @property
    def is_of_aws(self) -> bool:
        """Whether AWS manages it; nobody in the account can change it then."""
        return is_of_aws(self.arn)


def is_of_aws(policy_arn: str) -> bool:
    """Whether AWS manages the policy of this ARN (`arn:aws:iam::aws:policy/…`)."""
    return policy_arn.split(":", 5)[4:5] == ["aws"]


@dataclass(frozen=True, slots=True)
class IamGroup:
    name: str
    arn: str
    inline: tuple[NamedPolicy, ...] = ()
    attached: tuple[str, ...] = ()
    """ARNs of managed policies; so for users and roles."""


@dataclass(frozen=True, slots=True)
class IamUser:
    name: str
    arn: str
    groups: tuple[str, ...] = ()
    """By name."""
    inline: tuple[NamedPolicy, ...] = ()
    attached: tuple[str, ...] = ()
    boundary: str = ""
    """The ARN of the managed policy that is its permissions boundary; empty where it has none."""
    tags: Mapping[str, str] = field(default_factory=dict)
    created: datetime | None = None
    """None where nobody told it."""


@dataclass(frozen=True, slots=True)
class IamRole:
    name: str
    arn: str
    trust: PolicyDocument
    """Who may assume it."""
    inline: tuple[NamedPolicy, ...] = ()
    attached: tuple[str, ...] = ()
    boundary: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    instance_profiles: tuple[str, ...] = ()
    """ARNs of those that hand the role to EC2 instances."""
    created: datetime | None = None

    @property
    def is_service_linked(self) -> bool:
        return SERVICE_LINKED in self.arn

    @property
    def trust_policy(self) -> NamedPolicy:
        """As evidence names it."""
        return NamedPolicy(f"role/{self.name}: trust policy", self.trust)


Holder = IamUser | IamGroup | IamRole
"""To whom policies are attached."""


@dataclass(frozen=True)
class IamAccount:
    """All of IAM in one account. ARNs are unique."""

    id: str
    """Twelve digits; empty for an account without any user, role or group."""
    partition: str = "aws"
    users: tuple[IamUser, ...] = ()
    groups: tuple[IamGroup, ...] = ()
    roles: tuple[IamRole, ...] = ()
    policies: Mapping[str, ManagedPolicy] = field(default_factory=dict)
    """By ARN: every one that is attached or a boundary, and whatever else was told."""
    scps: tuple[tuple[NamedPolicy, ...], ...] | None = None
    """Service control policies level by level, from the root to the account; None where none apply or are known."""
    rcps: tuple[tuple[NamedPolicy, ...], ...] | None = None
    """Resource control policies, in the same way."""
    organisation: str = ""
    """`o-…`; empty where it is in none, or nobody told in which."""
    unread: tuple[str, ...] = ()
    """What could not be read, a clause each: `organizations:ListParents denied`."""

    @cached_property
    def groups_by_name(self) -> Mapping[str, IamGroup]:
        return {each.name: each for each in self.groups}

    @cached_property
    def roles_by_name(self) -> Mapping[str, IamRole]:
        return {each.name: each for each in self.roles}

    def groups_of(self, user: IamUser) -> tuple[IamGroup, ...]:
        return tuple(self.groups_by_name[name] for name in user.groups)

    def granted(self, holder: Holder) -> tuple[NamedPolicy, ...]:
        """Identity policies of the holder itself, without those of its groups and those that are not known."""
        return (*holder.inline, *self._known(holder.attached))

    def identity_policies(self, principal: IamUser | IamRole) -> tuple[NamedPolicy, ...]:
        """All that grant or deny to it, those of its groups too, each once."""
        policies = self.granted(principal)
        if isinstance(principal, IamUser):
            for group in self.groups_of(principal):
                policies += tuple(each for each in self.granted(group) if each not in policies)
        return policies

    def attachments(self, principal: IamUser | IamRole) -> Iterator[str]:
        """ARNs of managed policies that are attached to it or to one of its groups."""
        yield from principal.attached
        if isinstance(principal, IamUser):
            for group in self.groups_of(principal):
                yield from group.attached

    def unknown_policies(self, principal: IamUser | IamRole) -> tuple[str, ...]:
        """ARNs of those attached to it or its groups of which nobody told what they say."""
        return tuple(dict.fromkeys(arn for arn in self.attachments(principal) if self.policies[arn].document is None))

    def boundary(self, principal: IamUser | IamRole) -> NamedPolicy | None:
        """None where there is none, or where nobody told what it says."""
        return next(iter(self._known((principal.boundary,) if principal.boundary else ())), None)

    def _known(self, arns: Iterable[str]) -> tuple[NamedPolicy, ...]:
        found = (self.policies[arn] for arn in arns)
        return tuple(NamedPolicy(each.arn, each.document) for each in found if each.document is not None)
