"""Accounts, evidence and a small part of AWS, in the few words that the tests of right-sizing need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from setpoint.compare.identity.rightsize.evidence import Evidence, Period, used_by
from setpoint.compare.identity.rightsize.rightsizing import RightSizing, right_size
from setpoint.errors import NotFoundError
from setpoint.model.globs import matches
from setpoint.model.iam_account import IamAccount
from setpoint.model.iam_account_reading import read_account
from setpoint.model.iam_actions import ActionFacts, Level, ResourceKind
from setpoint.model.permission_use import Use

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/path/ci"
START, END = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)
TRUST: Any = {"Version": "2012-10-17", "Statement": []}

BUCKET = ResourceKind("bucket", "arn:${Partition}:s3:::${BucketName}", required=True)
OBJECT = ResourceKind("object", "arn:${Partition}:s3:::${BucketName}/${ObjectName}")
POINT = ResourceKind("accesspointobject", "arn:${Partition}:s3:${Region}:${Account}:accesspoint/${Name}/object/${Key}")
TABLE = ResourceKind("table", "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}", required=True)
INDEX = ResourceKind("index", "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/index/${IndexName}")
FUNCTION = ResourceKind("function", "arn:${Partition}:lambda:${Region}:${Account}:function:${Name}", required=True)
INSTANCE = ResourceKind("instance", "arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}", required=True)
SUBNET = ResourceKind("subnet", "arn:${Partition}:ec2:${Region}:${Account}:subnet/${SubnetId}", required=True)
PASSED = ResourceKind("role", "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}", required=True)
QUEUE = ResourceKind("queue", "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", required=True)

ACTIONS = {
    each.name: each
    for each in (
        ActionFacts("s3:GetObject", Level.READ, (POINT, OBJECT), keys=("s3:ExistingObjectTag/<key>",)),
        ActionFacts("s3:GetObjectAcl", Level.READ, (POINT, OBJECT)),
        ActionFacts("s3:PutObject", Level.WRITE, (POINT, OBJECT)),
        ActionFacts("s3:PutObjectAcl", Level.PERMISSIONS, (POINT, OBJECT)),
        ActionFacts("s3:CreateBucket", Level.WRITE, (BUCKET,)),
        ActionFacts("s3:GetBucketPolicy", Level.READ, (BUCKET,)),
        ActionFacts("s3:GetBucketTagging", Level.READ, (BUCKET,)),
        ActionFacts("s3:ListAllMyBuckets", Level.LIST),
        ActionFacts("dynamodb:DeleteTable", Level.WRITE, (TABLE,)),
        ActionFacts("dynamodb:Query", Level.READ, (INDEX, TABLE)),
        ActionFacts("lambda:CreateFunction", Level.WRITE, (FUNCTION,), needs=("lambda:GetLayerVersion",)),
        ActionFacts("lambda:GetFunction", Level.READ, (FUNCTION,)),
        ActionFacts("lambda:GetLayerVersion", Level.READ),
        ActionFacts("lambda:InvokeFunction", Level.WRITE, (FUNCTION,)),
        ActionFacts("lambda:GetPolicy", Level.READ, (FUNCTION,)),
        ActionFacts("lambda:TagResource", Level.TAGGING, (FUNCTION,)),
        ActionFacts("lambda:UpdateFunctionCode", Level.WRITE, (FUNCTION,)),
        ActionFacts("ec2:DescribeInstances", Level.LIST),
        ActionFacts("ec2:RunInstances", Level.WRITE, (INSTANCE, SUBNET)),
        ActionFacts("ec2:StopInstances", Level.WRITE, (INSTANCE,)),
        ActionFacts("iam:PassRole", Level.WRITE, (PASSED,)),
        ActionFacts("iam:DeleteRole", Level.WRITE, (PASSED,)),
        ActionFacts("sqs:SendMessage", Level.WRITE, (QUEUE,)),
    )
}


class SmallReference:
    """Implements `reference.Reference`."""

    def matching(self, pattern: str) -> Sequence[str]:
        pattern = "*:*" if pattern == "*" else pattern
        return tuple(each for each in sorted(ACTIONS) if matches(pattern.lower(), each.lower()))

    def facts(self, action: str) -> ActionFacts:
        found = {each.lower(): facts for each, facts in ACTIONS.items()}.get(action.lower())
        if found is None:
            raise NotFoundError(f"there is no action {action}")
        return found


def document(*statements: Any, version: str = "2012-10-17") -> Any:
    return {"Version": version, "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", **more: Any) -> Any:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> Any:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def account(inline: Mapping[str, Any], attached: Mapping[str, Any] | None = None, **of_role: Any) -> IamAccount:
    """With the role `ci`: name → document of its inline policies; ARN → document of those attached, None unknown."""
    policies = attached or {}
    role = {
        "RoleName": "ci",
        "Arn": ROLE,
        "AssumeRolePolicyDocument": TRUST,
        "RolePolicyList": [{"PolicyName": name, "PolicyDocument": each} for name, each in inline.items()],
        "AttachedManagedPolicies": [{"PolicyArn": arn} for arn in policies],
        **of_role,
    }
    told = [
        {"Arn": arn, "PolicyVersionList": [{"IsDefaultVersion": True, "Document": each}]}
        for arn, each in policies.items()
        if each is not None
    ]
    return read_account(
        {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [role], "Policies": told}, "export"
    )


def use(action: str, resource: str = "*", used: int = 1, denied: int = 0, principal: str = ROLE) -> Use:
    return Use(principal, "", action, resource, END.date(), used, 0, denied, END, END)


def evidence(of: IamAccount, *uses: Use, more_seen: Sequence[str] = ("iam:DeleteRole",), **more: Any) -> Evidence:
    return Evidence(
        period=more.pop("period", Period(90, END, START)),
        used=used_by(uses, (ROLE,), of),
        seen=frozenset((*(each.action for each in uses), *more_seen)),
        **more,
    )


def sized(of: IamAccount, *uses: Use, keep_reads: bool = False, most: int = 10, **more: Any) -> RightSizing:
    return right_size(
        of, of.roles[0], evidence(of, *uses, **more), SmallReference(), {"iam:passrole": ["iam-1"]},
        keep_reads=keep_reads, most=most,
    )  # fmt: skip


def granted(found: RightSizing) -> dict[str, Any]:
    """Action → resources, of all statements that allow."""
    result: dict[str, Any] = {}
    for written in found.written:
        for each in written["Statement"]:
            if each["Effect"] == "Allow":
                actions = [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
                resources = each.get("Resource", {"but": each.get("NotResource")})
                result.update(dict.fromkeys(actions, resources))
    return result
