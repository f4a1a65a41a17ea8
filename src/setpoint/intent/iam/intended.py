"""IAM as it was declared, account by account: by the estate, by Terraform beside it, by reviewed policy files.

What of it cannot be worked out is told, and never taken for nothing. Implements
`intent.interface.IdentityIntentReader`; `wiring.identity` makes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from setpoint.intent.iam.drafts import GROUP, NAMED_BY, READ, ROLE, USER, AccountDraft
from setpoint.intent.iam.policy_files import Kind, PolicyFile, PolicyFolder
from setpoint.intent.interface import IntentReader
from setpoint.model.canonical import digest
from setpoint.model.iam import NamedPolicy
from setpoint.model.iam_declared import DeclaredIam
from setpoint.model.resource import Resource
from setpoint.model.snapshot import ANY_TYPE, AreaCoverage, Coverage, Extent

OF_ESTATE: Final = frozenset(
    {
        *("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy"),
        *("AWS::IAM::UserToGroupAddition", "aws_iam_role_policy", "aws_iam_role_policy_attachment"),
        *("awscc_iam_role", "awscc_iam_user", "awscc_iam_group", "awscc_iam_managed_policy"),
        *("awscc_iam_role_policy", "awscc_iam_user_policy", "awscc_iam_group_policy"),
    }
)
OF_TERRAFORM: Final = frozenset(
    {
        *("aws_iam_user_policy", "aws_iam_user_policy_attachment", "aws_iam_policy_attachment"),
        *("aws_iam_user_group_membership", "aws_iam_group_membership"),
        *("aws_iam_group_policy", "aws_iam_group_policy_attachment"),
    }
)
"""Types of what gives permissions to whoever is declared elsewhere: where one is not read, more may be intended. Of
either reading of Terraform, those that it is the one to read."""

HOLDERS: Final = {Kind.ROLE: ROLE, Kind.USER: USER, Kind.GROUP: GROUP}


class IamIntent:
    """Implements `intent.interface.IdentityIntentReader`."""

    def __init__(self, terraform: Sequence[IntentReader], folder: PolicyFolder | None, own: tuple[str, str]) -> None:
        """`terraform` reads users, groups and policies; `own` are partition and account of the credentials in use."""
        self._terraform = terraform
        self._folder = folder
        self._own = own

    def fingerprint(self) -> str:
        files = self._folder.fingerprint() if self._folder else ""
        return digest([each.fingerprint() for each in self._terraform], files, list(self._own))

    def read(self, declared: Iterable[Resource], coverage: Coverage) -> Mapping[str, DeclaredIam]:
        reading = _Reading(self._own)
        reading.take(declared, coverage, OF_ESTATE)
        for snapshot in (each.read() for each in self._terraform):
            reading.take(snapshot.resources.values(), snapshot.coverage, OF_TERRAFORM)
        for file in self._folder.read() if self._folder else ():
            reading.add(file)
        return reading.finished()


class _Reading:
    def __init__(self, own: tuple[str, str]) -> None:
        self._own = own
        self._accounts: dict[tuple[str, str], AccountDraft] = {}
        self._doubts: list[tuple[tuple[str, str], str]] = []

    def take(self, resources: Iterable[Resource], coverage: Coverage, parts: Collection[str]) -> None:
        for resource in resources:
            if resource.type in READ:
                partition, account, _ = resource.urn.split(":", 2)
                self._account(partition, account).take(resource)
        for each in coverage.areas.values():
            if _may_declare_more(each, parts):
                place = (each.area.partition, each.area.account)
                self._doubts += [(place, reason) for reason in each.reasons]

    def add(self, file: PolicyFile) -> None:
        partition, own = self._own
        account = self._account(partition, file.account or own)
        if file.kind is Kind.POLICY:
            account.add_policy(file.name, file.document, file.where)
            return
        holder = account.holder(HOLDERS[file.kind], file.name)
        holder.places.append(file.where)
        if file.is_trust:
            holder.trust = file.document
        else:
            holder.inline.append(NamedPolicy(file.where, file.document))

    def finished(self) -> Mapping[str, DeclaredIam]:
        """By account. One of which nothing of IAM is declared is not among them, whatever is not known of it."""
        for place, reason in self._doubts:
            if place in self._accounts:
                self._accounts[place].doubts.append(reason)
        return {account: draft.finished() for (_, account), draft in self._accounts.items()}

    def _account(self, partition: str, account: str) -> AccountDraft:
        return self._accounts.setdefault((partition, account), AccountDraft(partition, account))


def _may_declare_more(coverage: AreaCoverage, parts: Collection[str]) -> bool:
    """Whether users, groups, roles or policies may be declared there that were not read."""
    if coverage.extent in {Extent.PARTIAL, Extent.NONE}:
        return coverage.area.type in {ANY_TYPE, *NAMED_BY, *parts}
    return coverage.extent is Extent.NOT_COVERED and coverage.area.type in parts
