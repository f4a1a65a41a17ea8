"""Identities: what each was meant to be allowed, what it is granted, what it uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Self

from pydantic import Field

from setpoint.model.identity import (
    AccountReading,
    Aspect,
    GrantChange,
    Granter,
    Permission,
    PermissionRow,
    PrincipalComparison,
    PrincipalUse,
    Used,
    UsedRow,
    Verdict,
)
from setpoint.model.urn import Urn
from setpoint.wire.document import Document, Moment, example

_GRANTER: Final[dict[str, Any]] = {"policy": "role/ci: inline policy read", "index": 0, "sid": "", "through": ""}
_USED: Final[dict[str, Any]] = {
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::invoices/2026/*",
    "count": 412,
    "last": "2026-05-31T12:00:00Z",
}
_ROW: Final[dict[str, Any]] = {
    "aspect": "may",
    "actions": ["s3:GetObject"],
    "but_actions": False,
    "resources": ["arn:aws:s3:::invoices/*"],
    "but_resources": False,
    "condition": "",
    "name": "may s3:GetObject on arn:aws:s3:::invoices/*",
    "compared": "as intended",
    "verdict": "as intended",
    "intended_by": ["main.tfstate: aws_iam_role.ci: inline policy read: Statement[0]"],
    "granted_by": [_GRANTER],
    "limited_by": "",
    "because": "",
    "use_unknown": "",
    "is_shared": False,
    "is_meant": False,
    "used": [_USED],
    "changed": None,
}
_PRINCIPAL: Final[dict[str, Any]] = {
    "urn": "aws:111122223333:global:AWS::IAM::Role:ci",
    "principal": "arn:aws:iam::111122223333:role/ci",
    "service": "billing",
    "declared_at": "main.tfstate: aws_iam_role.ci",
    "exists": True,
    "is_undeclared": False,
    "provided_by": "",
    "doubts": [],
    "permissions": [_ROW],
}
_READING: Final[dict[str, Any]] = {
    "partition": "aws",
    "account": "111122223333",
    "read_at": "2026-05-31T12:00:00Z",
    "doubts": [],
}


class GranterDocument(Document):
    model_config = example(**_GRANTER)

    policy: str
    index: int = Field(description="Of the statement, from 0.")
    sid: str
    through: str = Field(description="The group by way of which; empty where it has it itself.")


class UsedDocument(Document):
    model_config = example(**_USED)

    action: str
    resource: str = Field(description="The one that it was done to last.")
    count: int
    last: Moment


class GrantChangeDocument(Document):
    model_config = example(at="2026-05-30T09:00:00Z", by="arn:aws:iam::111122223333:user/ann")

    at: Moment
    by: str


class PermissionRowDocument(Document):
    model_config = example(**_ROW)

    aspect: Aspect
    actions: tuple[str, ...]
    but_actions: bool = Field(description="Whether all actions are meant but these.")
    resources: tuple[str, ...] = Field(description="For `trusts`, who may become it.")
    but_resources: bool
    condition: str
    name: str = Field(description="Of the permission: the path of its finding.")
    compared: Verdict = Field(description="Intended against granted alone.")
    verdict: Verdict = Field(description="With regard to its use, too.")
    intended_by: tuple[str, ...]
    granted_by: tuple[GranterDocument, ...]
    limited_by: str
    because: str = Field(description="Why it could not be told whether it was intended, or is granted.")
    use_unknown: str = Field(description="Why it is not known whether it was used.")
    is_shared: bool = Field(description="Whether it comes by way of a group, of which it is told.")
    is_meant: bool = Field(description="Whether what keeps it from having any effect was intended to.")
    used: tuple[UsedDocument, ...]
    changed: GrantChangeDocument | None = Field(description="When what grants it was last changed, if that is known.")

    @classmethod
    def of(cls, each: UsedRow) -> Self:
        row, permission, changed = each.row, each.row.permission, each.changed
        return cls(
            aspect=permission.aspect,
            actions=permission.actions,
            but_actions=permission.but_actions,
            resources=permission.resources,
            but_resources=permission.but_resources,
            condition=permission.condition,
            name=permission.name,
            compared=row.verdict,
            verdict=each.verdict,
            intended_by=row.intended_by,
            granted_by=tuple(
                GranterDocument(policy=one.policy, index=one.index, sid=one.sid, through=one.through)
                for one in row.granted_by
            ),
            limited_by=row.limited_by,
            because=row.because,
            use_unknown=each.because,
            is_shared=row.is_shared,
            is_meant=row.is_meant,
            used=tuple(
                UsedDocument(action=one.action, resource=one.resource, count=one.count, last=one.last)
                for one in each.used
            ),
            changed=GrantChangeDocument(at=changed.at, by=changed.by) if changed else None,
        )

    def model(self) -> UsedRow:
        row = PermissionRow(
            permission=Permission(
                self.aspect,
                self.actions,
                self.resources,
                self.condition,
                but_actions=self.but_actions,
                but_resources=self.but_resources,
            ),
            verdict=self.compared,
            intended_by=self.intended_by,
            granted_by=tuple(Granter(each.policy, each.index, each.sid, each.through) for each in self.granted_by),
            limited_by=self.limited_by,
            because=self.because,
            is_shared=self.is_shared,
            is_meant=self.is_meant,
        )
        used = tuple(Used(each.action, each.resource, each.count, each.last) for each in self.used)
        changed = GrantChange(self.changed.at, self.changed.by) if self.changed else None
        return UsedRow(row, self.verdict, used, self.use_unknown, changed)


class PrincipalDocument(Document):
    model_config = example(**_PRINCIPAL)

    urn: str
    principal: str = Field(description="As its provider names it.")
    service: str
    declared_at: str = Field(description="Empty where it is declared nowhere.")
    exists: bool
    is_undeclared: bool = Field(description="Whether it is there, and nobody intended that.")
    provided_by: str = Field(description="Whose it is, where the provider itself made it.")
    doubts: tuple[str, ...] = Field(description="What is not known of it.")
    permissions: tuple[PermissionRowDocument, ...]

    @classmethod
    def of(cls, principal: PrincipalUse) -> Self:
        comparison = principal.comparison
        return cls(
            urn=comparison.urn,
            principal=comparison.principal,
            service=comparison.service,
            declared_at=comparison.declared_at,
            exists=comparison.exists,
            is_undeclared=comparison.is_undeclared,
            provided_by=comparison.provided_by,
            doubts=comparison.doubts,
            permissions=tuple(PermissionRowDocument.of(each) for each in principal.rows),
        )

    def model(self) -> PrincipalUse:
        rows = tuple(each.model() for each in self.permissions)
        comparison = PrincipalComparison(
            urn=Urn(self.urn),
            principal=self.principal,
            service=self.service,
            declared_at=self.declared_at,
            exists=self.exists,
            rows=tuple(each.row for each in rows),
            doubts=self.doubts,
            provided_by=self.provided_by,
            is_undeclared=self.is_undeclared,
        )
        return PrincipalUse(comparison, rows)


class AccountReadingDocument(Document):
    model_config = example(**_READING)

    partition: str
    account: str
    read_at: Moment | None = Field(description="Null where its identities were never read.")
    doubts: tuple[str, ...] = Field(description="What could not be read the last time.")


class AccountReadingsDocument(Document):
    model_config = example(accounts=[_READING])

    accounts: tuple[AccountReadingDocument, ...]

    @classmethod
    def of(cls, readings: Sequence[AccountReading]) -> Self:
        return cls(
            accounts=tuple(
                AccountReadingDocument(
                    partition=each.partition, account=each.account, read_at=each.read_at, doubts=each.doubts
                )
                for each in readings
            )
        )

    def model(self) -> Sequence[AccountReading]:
        return [AccountReading(each.partition, each.account, each.read_at, each.doubts) for each in self.accounts]
