"""One account in the format of `aws iam get-account-authorization-details`, and the documents of policies in it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Json = dict[str, Any]

REGION: Final = "eu-west-1"
WHEN: Final = "2026-01-15T09:00:00+00:00"
STRANGER: Final = "210987654321"
"""An account outside of all this, which roles trust that nobody of the account shall be able to assume."""
AWS_POLICIES: Final = "arn:aws:iam::aws:policy/"
HARMLESS: Final = ("s3:ListAllMyBuckets", "cloudwatch:GetMetricData")
MFA: Final = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
OFFICE: Final = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
ENDPOINT: Final = {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}


def allow(action: str | Sequence[str], resource: str | Sequence[str] = "*", condition: Json | None = None) -> Json:
    return _statement("Allow", action, resource, condition)


def deny(action: str | Sequence[str], resource: str | Sequence[str] = "*", condition: Json | None = None) -> Json:
    return _statement("Deny", action, resource, condition)


def _statement(effect: str, action: str | Sequence[str], resource: str | Sequence[str], condition: Json | None) -> Json:
    statement: Json = {"Effect": effect, "Action": _plain(action), "Resource": _plain(resource)}
    return statement | ({"Condition": condition} if condition else {})


def _plain(value: str | Sequence[str]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


def document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


ADMINISTRATOR: Final = document(allow("*"))
MANAGED: Final[dict[str, Json]] = {
    "AdministratorAccess": ADMINISTRATOR,
    "IAMFullAccess": document(allow(["iam:*", "organizations:DescribeAccount"])),
    "ReadOnlyAccess": document(
        allow(["s3:Get*", "s3:List*", "ec2:Describe*", "iam:Get*", "iam:List*", "lambda:Get*", "lambda:List*"])
    ),
    "SecurityAudit": document(
        allow(["iam:GenerateCredentialReport", "iam:Get*", "iam:List*", "cloudtrail:DescribeTrails"])
    ),
    "PowerUserAccess": document(
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
        allow(["iam:CreateServiceLinkedRole", "iam:ListRoles", "organizations:DescribeOrganization"]),
    ),
    "AWSLambda_FullAccess": document(
        allow(["lambda:*", "iam:ListRoles", "logs:DescribeLogGroups"]),
        allow("iam:PassRole", "*", {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
    ),
    "AmazonSSMFullAccess": document(allow(["ssm:*", "ds:CreateComputer", "ec2:DescribeInstanceStatus"])),
    "AmazonSSMManagedInstanceCore": document(
        allow(["ssm:UpdateInstanceInformation", "ssmmessages:*", "ec2messages:*"])
    ),
    "AmazonEC2ContainerServiceforEC2Role": document(
        allow(["ecs:RegisterContainerInstance", "ecs:Poll", "ecs:StartTelemetrySession"])
    ),
}
"""AWS's managed policies, shortened to what matters here."""


@dataclass(slots=True)
class Account:
    """One export, what exists beside IAM, and what is expected of each principal."""

    name: str
    number: str
    users: list[Json] = field(default_factory=list)
    groups: list[Json] = field(default_factory=list)
    roles: list[Json] = field(default_factory=list)
    policies: dict[str, Json] = field(default_factory=dict)
    resources: list[Json] = field(default_factory=list)
    expected: dict[str, Json] = field(default_factory=dict)

    def arn(self, rest: str) -> str:
        return f"arn:aws:iam::{self.number}:{rest}"

    def fill(self, text: str, me: str = "") -> str:
        """`@` is the start of an IAM ARN of this account, `%` the region and account in the middle of another."""
        return text.replace("@", self.arn("")).replace("%", f"{REGION}:{self.number}").replace("{me}", me)

    def policy(self, name: str, content: Json) -> str:
        """A customer managed policy."""
        return self._keep(self.arn(f"policy/{name}"), name, content)

    def managed(self, name: str) -> str:
        """One of AWS's."""
        return self._keep(f"{AWS_POLICIES}{name}", name, MANAGED[name])

    def _keep(self, arn: str, name: str, content: Json) -> str:
        version = {"Document": content, "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": WHEN}
        self.policies[arn] = {
            "PolicyName": name,
            "PolicyId": _id("ANPA", arn),
            "Arn": arn,
            "Path": "/",
            "DefaultVersionId": "v1",
            "AttachmentCount": 1,
            "PermissionsBoundaryUsageCount": 0,
            "IsAttachable": True,
            "CreateDate": WHEN,
            "UpdateDate": WHEN,
            "PolicyVersionList": [version],
        }
        return arn

    def user(
        self,
        name: str,
        status: str = "none",
        paths: Sequence[str] = (),
        *,
        inline: Json | None = None,
        attached: Sequence[str] = (),
        groups: Sequence[str] = (),
        boundary: str = "",
        tags: Json | None = None,
    ) -> None:
        entry = self._entity("user", name, "AIDA", attached, boundary, tags or {"team": "web"})
        self.users.append(
            entry
            | {"UserName": name, "GroupList": list(groups), "UserPolicyList": _inline(inline)}
            | {"UserId": entry["UserId"]}
        )
        self._expect(entry["Arn"], status, paths)

    def role(
        self,
        name: str,
        trust: Sequence[Json],
        status: str = "none",
        paths: Sequence[str] = (),
        *,
        inline: Json | None = None,
        attached: Sequence[str] = (),
        boundary: str = "",
        profile: bool = False,
        path: str = "/",
    ) -> None:
        entry = self._entity("role", name, "AROA", attached, boundary, {}, path)
        about: Json = {
            "RoleName": name,
            "AssumeRolePolicyDocument": document(*trust),
            "RolePolicyList": _inline(inline),
        }
        entry |= about | {"InstanceProfileList": [], "RoleLastUsed": {}}
        self.roles.append(entry)
        if profile:
            bare = {
                key: entry[key]
                for key in ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")
            }
            arn = self.arn(f"instance-profile/{name}")
            own = {"Path": "/", "InstanceProfileName": name, "InstanceProfileId": _id("AIPA", arn), "Arn": arn}
            entry["InstanceProfileList"] = [own | {"CreateDate": WHEN, "Roles": [bare]}]
        self._expect(entry["Arn"], status, paths)

    def group(self, name: str, *, inline: Json | None = None, attached: Sequence[str] = ()) -> str:
        entry = self._entity("group", name, "AGPA", attached, "", {})
        del entry["Tags"]
        self.groups.append(entry | {"GroupName": name, "GroupPolicyList": _inline(inline)})
        return name

    def resource(self, type_: str, **attributes: Any) -> None:
        """The attributes stand both beside the type and below `attributes`: the format leaves it open."""
        attributes = self._filled(attributes)
        self.resources.append({"type": type_, **attributes, "attributes": attributes})

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        return self.fill(value) if isinstance(value, str) else value

    def details(self) -> Json:
        return {
            "UserDetailList": self.users,
            "GroupDetailList": self.groups,
            "RoleDetailList": self.roles,
            "Policies": list(self.policies.values()),
            "IsTruncated": False,
        }

    def _entity(
        self, kind: str, name: str, prefix: str, attached: Sequence[str], boundary: str, tags: Json, path: str = "/"
    ) -> Json:
        arn = self.arn(f"{kind}{path}{name}")
        entry: Json = {"Path": path, f"{kind.capitalize()}Id": _id(prefix, arn), "Arn": arn, "CreateDate": WHEN}
        entry["AttachedManagedPolicies"] = [
            {"PolicyName": each.rsplit("/", 1)[1], "PolicyArn": each} for each in attached
        ]
        entry["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        if boundary:
            entry["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
        return entry

    def _expect(self, arn: str, status: str, paths: Sequence[str]) -> None:
        assert arn not in self.expected, arn
        self.expected[arn] = {"status": status, "paths": list(paths)}


def _id(prefix: str, arn: str) -> str:
    return prefix + hashlib.sha256(arn.encode()).hexdigest()[:16].upper()


def _inline(content: Json | None) -> list[Json]:
    return [{"PolicyName": "inline", "PolicyDocument": content}] if content else []


def trusts(service: str) -> list[Json]:
    return [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]


def trusts_aws(arn: str, condition: Json | None = None) -> list[Json]:
    statement: Json = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}
    return [statement | ({"Condition": condition} if condition else {})]


ELSEWHERE: Final = trusts_aws(f"arn:aws:iam::{STRANGER}:root")
IDLE: Final = trusts("backup.amazonaws.com")
"""A service that none of the paths goes through."""
