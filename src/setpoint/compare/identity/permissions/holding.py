"""What a user, a group or a role of an account holds, statement by statement: as it was declared, or as it is.

`comparison` sets two of them side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from setpoint.compare.identity.permissions.inclusion import Box
from setpoint.compare.identity.permissions.parts import Meaning, Part, parts_of, trusts_of
from setpoint.model.iam import NamedPolicy
from setpoint.model.iam_account import IamAccount, IamGroup, IamRole, IamUser
from setpoint.model.identity import Aspect

Holder = IamUser | IamGroup | IamRole


@dataclass(frozen=True)
class Holding:
    """Everything that bears on what one principal may do, beside the organisation."""

    parts: tuple[Part, ...] = ()
    boundary: str = ""
    limits: tuple[Part, ...] | None = None
    """What the boundary says; None where there is none, or nobody told."""
    groups: frozenset[str] = frozenset()
    """By name: those that it is in, and whose permissions it has with them."""
    unknown: tuple[str, ...] = ()
    """ARNs of policies that it has, and of which nobody told what they say."""
    _by_aspect: dict[Aspect, tuple[Part, ...]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, aspect: Aspect) -> tuple[Part, ...]:
        if aspect not in self._by_aspect:
            self._by_aspect[aspect] = tuple(each for each in self.parts if each.meaning.aspect is aspect)
        return self._by_aspect[aspect]

    @cached_property
    def meanings(self) -> Mapping[Meaning, tuple[Part, ...]]:
        """What says exactly this."""
        found: dict[Meaning, tuple[Part, ...]] = {}
        for each in self.parts:
            found[each.meaning] = (*found.get(each.meaning, ()), each)
        return found

    @cached_property
    def flat_denials(self) -> tuple[Part, ...]:
        """Those that hold whatever the circumstances."""
        return flat_denials(self.parts)


def flat_denials(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(each for each in parts if each.meaning.aspect is Aspect.MAY_NOT and not each.meaning.conditions)


def boxes(parts: Iterable[Part]) -> tuple[Box, ...]:
    return tuple(each.box for each in parts)


@dataclass(slots=True)
class Holdings:
    """Of one account. Documents that several principals have are taken apart once."""

    account: IamAccount
    others: IamAccount | None = None
    """Tells what a policy of AWS's own says where the account does not."""
    _parts: dict[tuple[int, str, str], tuple[Part, ...]] = field(default_factory=dict)

    def of(self, holder: Holder) -> Holding:
        attached = list(holder.attached)
        parts = [*self._own(holder)]
        groups: tuple[IamGroup, ...] = self.account.groups_of(holder) if isinstance(holder, IamUser) else ()
        for group in groups:
            parts += self._own(group, through=group.name)
            attached += group.attached
        if isinstance(holder, IamRole):
            parts += trusts_of(holder.trust_policy)
        boundary = "" if isinstance(holder, IamGroup) else holder.boundary
        return Holding(
            parts=tuple(parts),
            boundary=boundary,
            limits=self._limits(boundary),
            groups=frozenset(each.name for each in groups),
            unknown=tuple(dict.fromkeys(each for each in attached if self.policy(each) is None)),
        )

    def levels(self) -> tuple[tuple[Part, ...], ...]:
        """The organisation's policies, from its root to the account."""
        return tuple(
            tuple(part for policy in level for part in self._taken_apart(policy)) for level in self.account.scps or ()
        )

    def _own(self, holder: Holder, *, through: str = "") -> Iterator[Part]:
        for policy in holder.inline:
            yield from self._taken_apart(policy, through)
        for attached in filter(None, map(self.policy, holder.attached)):
            yield from self._taken_apart(attached, through)

    def _limits(self, boundary: str) -> tuple[Part, ...] | None:
        policy = self.policy(boundary) if boundary else None
        return None if policy is None else tuple(self._taken_apart(policy))

    def policy(self, arn: str) -> NamedPolicy | None:
        """None where nobody told what it says."""
        found = self.account.policies.get(arn)
        if (found is None or found.document is None) and self.others is not None:
            other = self.others.policies.get(arn)
            found = other if other is not None and other.is_of_aws else found
        return None if found is None or found.document is None else NamedPolicy(arn, found.document)

    def _taken_apart(self, policy: NamedPolicy, through: str = "") -> tuple[Part, ...]:
        key = (id(policy.document), policy.name, through)
        if key not in self._parts:
            self._parts[key] = tuple(parts_of(policy, through=through))
        return self._parts[key]
