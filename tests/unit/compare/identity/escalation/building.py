"""Accounts in the form of AWS's export, built in a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Final

from setpoint.compare.identity.escalation.search import find_escalations
from setpoint.intent.iam.catalogue import IamDataCatalogue
from setpoint.intent.iam.escalations import load_paths
from setpoint.intent.iam.managed import known_policy
from setpoint.model.canonical import Json
from setpoint.model.escalation import Escalation, EscalationPath, Existing
from setpoint.model.iam import NamedPolicy, PolicyKind
from setpoint.model.iam_account import IamAccount
from setpoint.model.iam_account_reading import read_account
from setpoint.model.iam_reading import read_policy

ACCOUNT: Final = "111122223333"
IAM: Final = f"arn:aws:iam::{ACCOUNT}:"
ADMINISTRATOR: Final = "arn:aws:iam::aws:policy/AdministratorAccess"
NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

ROOT: Final = {"AWS": f"{IAM}root"}
"""A trust that leaves it to the policies of whoever is in the account."""


def document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(*actions: str, on: str | list[str] = "*", **more: Json) -> Json:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def deny(*actions: str, on: str = "*", **more: Json) -> Json:
    return {"Effect": "Deny", "Action": list(actions), "Resource": on, **more}


def trusting(principal: Json, action: str = "sts:AssumeRole", **more: Json) -> Json:
    return document({"Effect": "Allow", "Principal": principal, "Action": action, **more})


@dataclass
class Building:
    """An account; what its methods return are ARNs."""

    users: list[Json] = field(default_factory=list)
    groups: list[Json] = field(default_factory=list)
    roles: list[Json] = field(default_factory=list)
    policies: list[Json] = field(default_factory=list)
    scps: list[Json] = field(default_factory=list)
    """One of each level; so for those of resources."""
    rcps: list[Json] = field(default_factory=list)
    organisation: str = ""

    def user(self, name: str, *inline: Json, **more: Json) -> str:
        """`inline` are documents; so for groups and roles."""
        arn = f"{IAM}user/{name}"
        entry = {"UserName": name, "UserPolicyList": _inline(inline), "GroupList": more.get("groups", [])}
        self.users.append(entry | _common(arn, more))
        return arn

    def group(self, name: str, *inline: Json, **more: Json) -> str:
        arn = f"{IAM}group/{name}"
        self.groups.append({"GroupName": name, "GroupPolicyList": _inline(inline)} | _common(arn, more))
        return arn

    def role(self, name: str, *inline: Json, trust: Json = None, profile: bool = False, **more: Json) -> str:
        arn = f"{IAM}role/{name}"
        entry = {
            "RoleName": name.rpartition("/")[2],
            "RolePolicyList": _inline(inline),
            "AssumeRolePolicyDocument": trust or trusting({"Service": "ec2.amazonaws.com"}),
            "InstanceProfileList": [{"Arn": f"{IAM}instance-profile/{name}"}] if profile else [],
        }
        self.roles.append(entry | _common(arn, more))
        return arn

    def admin(self, name: str, trust: Json = None, *, profile: bool = False) -> str:
        return self.role(name, trust=trust, attached=[ADMINISTRATOR], profile=profile)

    def policy(self, name: str, body: Json) -> str:
        arn = f"{IAM}policy/{name}"
        version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": body}
        self.policies.append({"Arn": arn, "PolicyName": name, "PolicyVersionList": [version]})
        return arn

    @property
    def export(self) -> Json:
        return {
            "UserDetailList": self.users,
            "GroupDetailList": self.groups,
            "RoleDetailList": self.roles,
            "Policies": self.policies,
        }

    @property
    def account(self) -> IamAccount:
        account = read_account(self.export, "export.json", known_policy)
        scps, rcps = _levels(self.scps, PolicyKind.SCP), _levels(self.rcps, PolicyKind.RCP)
        return replace(account, scps=scps, rcps=rcps, organisation=self.organisation)

    def find(self, existing: Sequence[Existing] | None = None, goal: str = "") -> dict[str, Escalation]:
        report = find_escalations(self.account, shipped_paths(), existing, catalogue(), NOW, goal)
        return {each.principal: each for each in report.found}


def _levels(documents: Sequence[Json], kind: PolicyKind) -> tuple[tuple[NamedPolicy, ...], ...] | None:
    return tuple((NamedPolicy(kind, read_policy(each, kind, kind)),) for each in documents) or None


@cache
def shipped_paths() -> tuple[EscalationPath, ...]:
    return load_paths([])


@cache
def catalogue() -> IamDataCatalogue:
    return IamDataCatalogue()


def ids(found: Escalation, *, conditional: bool = False) -> set[str]:
    """Of the paths that are open, or of those that are not."""
    return {each.id for each in found.paths if bool(each.missing) is conditional}


def _inline(documents: Sequence[Json]) -> list[Json]:
    return [{"PolicyName": f"p{index}", "PolicyDocument": each} for index, each in enumerate(documents)]


def _common(arn: str, more: Mapping[str, Json]) -> dict[str, Json]:
    attached = [{"PolicyName": each.rpartition("/")[2], "PolicyArn": each} for each in more.get("attached", [])]
    entry: dict[str, Json] = {"Arn": arn, "AttachedManagedPolicies": attached}
    if "boundary" in more:
        entry["PermissionsBoundary"] = {"PermissionsBoundaryArn": more["boundary"]}
    if "tags" in more:
        entry["Tags"] = [{"Key": key, "Value": value} for key, value in more["tags"].items()]
    return entry
