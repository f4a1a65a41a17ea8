"""All principals of an account: who is to be compared with what, and when a remembered comparison still holds.

Implements `compare.interface.IdentityComparator`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from setpoint.compare.identity.permissions.comparison import Sides
from setpoint.compare.identity.permissions.holding import Holder, Holding, Holdings
from setpoint.compare.identity.permissions.limits import Limits
from setpoint.compare.identity.permissions.parts import Part
from setpoint.compare.identity.permissions.use import with_use
from setpoint.model.canonical import digest
from setpoint.model.iam import PolicyDocument
from setpoint.model.iam_account import IamAccount, IamGroup, IamRole, IamUser
from setpoint.model.iam_declared import DeclaredIam
from setpoint.model.identity import (
    Granter,
    PermissionRow,
    PrincipalComparison,
    PrincipalUse,
    Used,
    UseRecord,
    Verdict,
)
from setpoint.model.urn import GLOBAL, Urn

VERSION: Final = "1"
"""Of the rules here: raised when they come to conclude otherwise from the same."""

HOLDERS: Final[Mapping[str, Callable[[IamAccount], Sequence[Holder]]]] = {
    "AWS::IAM::User": lambda account: account.users,
    "AWS::IAM::Group": lambda account: account.groups,
    "AWS::IAM::Role": lambda account: account.roles,
}
"""Type → all of an account."""

PROVIDED: Final = {
    "/aws-service-role/": "AWS: a service-linked role",
    "/aws-reserved/": "AWS: a role of IAM Identity Center",
}
"""Paths that only AWS may use (IAM User Guide, "Create a service-linked role"; IAM Identity Center User Guide,
"Referencing permission sets in resource policies")."""


class PermissionComparator:
    """Implements `compare.interface.IdentityComparator`."""

    def __init__(self, owner_tag: str) -> None:
        self._owner_tag = owner_tag

    def principals(self, granted: IamAccount, declared: DeclaredIam | None) -> Iterator[ComparablePrincipal]:
        account = _Account(granted, declared, self._owner_tag)
        for type_name, holders in HOLDERS.items():
            live = {each.name: each for each in holders(granted)}
            intended = {each.name: each for each in holders(account.declared_account)}
            # By name, which is unique: a path may have been changed.
            for name, each in sorted({**intended, **live}.items()):
                yield ComparablePrincipal(account, type_name, each.arn, live.get(name), intended.get(name))

    def with_use(
        self, comparison: PrincipalComparison, used: Iterable[Used], record: UseRecord, since: datetime
    ) -> PrincipalUse:
        return with_use(comparison, used, record, since)


@dataclass(frozen=True, eq=False)
class ComparablePrincipal:
    """Somebody who is there, or was declared, or both; not yet compared."""

    account: _Account
    type_name: str
    principal: str
    """Its ARN."""
    live: Holder | None
    intended: Holder | None

    @property
    def urn(self) -> Urn:
        granted, name = self.account.granted, self.principal.rpartition("/")[2]
        return Urn.aws(granted.partition, granted.id, GLOBAL, self.type_name, name)

    @property
    def service(self) -> str:
        """As the declared tag says, else the live one."""
        tags = (getattr(each, "tags", {}) for each in (self.intended, self.live) if each is not None)
        return next(filter(None, (each.get(self.account.owner_tag, "") for each in tags)), "")

    @cached_property
    def key(self) -> str:
        """The digest of all that the comparison depends on."""
        sides = (self.account.digest_of(each, side) for side, each in ((0, self.live), (1, self.intended)))
        return digest(
            VERSION, *sides, self.account.digest, self._place, list(self._doubts), self.service, self._has_trust
        )

    def compare(self) -> PrincipalComparison:
        granted = self.account.holdings.of(self.live) if self.live is not None else None
        sides = Sides(
            self._holding, granted, self._limits(granted), self._place_of, self._doubts, has_trust=self._has_trust
        )
        rows, provided = sides.rows(), self._provided_by
        return PrincipalComparison(
            urn=self.urn,
            principal=self.principal,
            service=self.service,
            declared_at=self._place,
            exists=self.live is not None,
            rows=tuple(_given(each, provided) for each in rows) if provided else rows,
            doubts=() if provided else (*self._doubts, *_unread(granted)),
            provided_by=provided,
            is_undeclared=self.intended is None and not self._doubts and not provided,
        )

    @property
    def _holding(self) -> Holding | None:
        return None if self.intended is None else self.account.intended.of(self.intended)

    @property
    def _has_trust(self) -> bool:
        """Whether it was declared who may assume it, if anybody declared it at all."""
        declared, intended = self.account.declared, self.intended
        return declared is None or intended is None or intended.arn not in declared.without_trust

    @property
    def _provided_by(self) -> str:
        """Whose it is, where nobody could declare it."""
        if self.intended is not None:
            return ""
        return next((told for path, told in PROVIDED.items() if path in self.principal), "")

    def _limits(self, granted: Holding | None) -> Limits:
        is_free = isinstance(self.live, IamRole) and self.live.is_service_linked
        return Limits.of(granted, () if is_free else self.account.levels)

    @property
    def _place(self) -> str:
        declared = self.account.declared
        return declared.places.get(self.intended.arn, "") if declared and self.intended is not None else ""

    @cached_property
    def _doubts(self) -> tuple[str, ...]:
        """Why more may be intended for it than is known."""
        declared = self.account.declared
        if declared is None:
            return (f"nothing of IAM is declared for the account {self.account.granted.id}",)
        return declared.doubts if self.intended is None else declared.unresolved.get(self.intended.arn, ())

    def _place_of(self, granter: Granter) -> str:
        declared = self.account.declared
        policy = declared.places.get(granter.policy) if declared else None
        return policy or f"{self._place}: {granter.name}"


@dataclass(frozen=True, eq=False)
class _Account:
    granted: IamAccount
    declared: DeclaredIam | None
    owner_tag: str
    _digests: dict[int, str] = field(default_factory=dict)
    """By the document's identity: most are those of many principals."""

    @cached_property
    def holdings(self) -> Holdings:
        return Holdings(self.granted)

    @cached_property
    def intended(self) -> Holdings:
        return Holdings(self.declared_account, others=self.granted)

    @cached_property
    def levels(self) -> tuple[tuple[Part, ...], ...]:
        return self.holdings.levels()

    @cached_property
    def digest(self) -> str:
        """Of what bears on every principal."""
        levels = [[self._document(each.document) for each in level] for level in self.granted.scps or ()]
        return digest(levels, dict(self.declared.places) if self.declared else {})

    @property
    def declared_account(self) -> IamAccount:
        return self.declared.account if self.declared else IamAccount(self.granted.id, self.granted.partition)

    def digest_of(self, holder: Holder | None, side: int) -> str:
        """Of all that a principal has; `side` is 0 for what it is granted, 1 for what it was meant to have."""
        if holder is None:
            return ""
        account, holdings = (self.declared_account, self.intended) if side else (self.granted, self.holdings)
        groups = account.groups_of(holder) if isinstance(holder, IamUser) else ()
        boundary = "" if isinstance(holder, IamGroup) else holder.boundary
        return digest(
            [self._held(each, holdings) for each in (holder, *groups)],
            self._attached(boundary, holdings) if boundary else None,
            self._document(holder.trust) if isinstance(holder, IamRole) else None,
        )

    def _held(self, holder: Holder, holdings: Holdings) -> Sequence[object]:
        inline = [[each.name, self._document(each.document)] for each in holder.inline]
        return [holder.arn, inline, [self._attached(each, holdings) for each in holder.attached]]

    def _attached(self, arn: str, holdings: Holdings) -> Sequence[str]:
        policy = holdings.policy(arn)
        return [arn, self._document(policy.document) if policy else ""]

    def _document(self, document: PolicyDocument) -> str:
        if id(document) not in self._digests:
            self._digests[id(document)] = digest(repr(document))
        return self._digests[id(document)]


def _unread(granted: Holding | None) -> tuple[str, ...]:
    """What of it nobody told."""
    if granted is None:
        return ()
    unknown = tuple(f"what {each} says is not known" for each in granted.unknown)
    limit = granted.boundary if granted.boundary and granted.limits is None else ""
    return (*unknown, f"what the boundary {limit} says is not known") if limit else unknown


def _given(row: PermissionRow, provider: str) -> PermissionRow:
    """What the provider grants to what is its own, nobody else is asked to intend."""
    verdict = Verdict.LIMITED if row.limited_by else Verdict.AS_INTENDED
    return replace(row, verdict=verdict, intended_by=(provider,), because="", is_meant=True)
