"""Synthetic AWS accounts of any size, in the form of `aws iam get-account-authorization-details`; deterministic.

Two users of five principals and three roles, as accounts of many teams have them: users get their permissions through
groups, and keep their own keys; roles have a policy of their own each, on names of their own, beside managed ones that
many share. Some may assume, pass or change others; a few are administrators. `bench_identity_escalations` uses them.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from setpoint.model.canonical import Json

ACCOUNT: Final = "111122223333"
IAM: Final = f"arn:aws:iam::{ACCOUNT}:"
ADMINISTRATOR: Final = "arn:aws:iam::aws:policy/AdministratorAccess"
MADE: Final = "2026-11-01T00:00:00+00:00"
SERVICES: Final = ("lambda", "ec2", "ecs-tasks", "glue", "codebuild", "sagemaker", "cloudformation", "states")

SHARED: Final[Sequence[tuple[str, Sequence[str], str]]] = (
    ("logs", ("logs:CreateLogStream", "logs:PutLogEvents"), "*"),
    ("deploy", ("cloudformation:CreateStack", "cloudformation:UpdateStack"), "*"),
    ("functions", ("lambda:CreateFunction", "lambda:InvokeFunction", "lambda:UpdateFunctionCode"), "*"),
    ("builds", ("codebuild:CreateProject", "codebuild:StartBuild"), "*"),
    ("assume-deployers", ("sts:AssumeRole",), f"{IAM}role/deploy-*"),
    ("pass-apps", ("iam:PassRole",), f"{IAM}role/app-*"),
    ("read", ("s3:GetObject", "dynamodb:GetItem", "ec2:Describe*"), "*"),
)
"""Customer managed policies: name, actions, resource."""


@dataclass
class SyntheticAccount:
    principals: int
    seed: int = 8
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def export(self) -> Json:
        users = self.principals * 2 // 5
        return {
            "UserDetailList": [_whole(self._user(number)) for number in range(users)],
            "GroupDetailList": [_whole(self._group(number)) for number in range(max(users // 20, 1))],
            "RoleDetailList": [_whole(self._role(number)) for number in range(self.principals - users)],
            "Policies": [_whole(_managed(name, actions, resource)) for name, actions, resource in SHARED],
        }

    def _user(self, number: int) -> dict[str, Json]:
        groups = max(self.principals * 2 // 5 // 20, 1)
        return {
            "UserName": f"user-{number}",
            "Arn": f"{IAM}user/user-{number}",
            "GroupList": [f"group-{number % groups}"],
            "UserPolicyList": self._own("user", number) if number % 3 == 0 else [],
        }

    def _group(self, number: int) -> dict[str, Json]:
        own = _allow(("iam:CreateAccessKey", "iam:ListAccessKeys"), f"{IAM}user/${{aws:username}}")
        return {
            "GroupName": f"group-{number}",
            "Arn": f"{IAM}group/group-{number}",
            "GroupPolicyList": [{"PolicyName": "own-keys", "PolicyDocument": _document(own)}],
            "AttachedManagedPolicies": self._attached(1 + number % 2),
        }

    def _role(self, number: int) -> dict[str, Json]:
        is_admin = number % 200 == 0
        return {
            "RoleName": self._name(number),
            "Arn": f"{IAM}role/{self._name(number)}",
            "AssumeRolePolicyDocument": _document(self._trust(number)),
            "RolePolicyList": self._own("role", number),
            "AttachedManagedPolicies": [_attachment(ADMINISTRATOR)] if is_admin else self._attached(number % 4),
            "InstanceProfileList": [{"Arn": f"{IAM}instance-profile/{number}"}] if number % 7 == 0 else [],
        }

    def _name(self, number: int) -> str:
        kind = ("app", "job", "deploy", "team", "audit")[number % 5]
        return f"{kind}-{number}"

    def _trust(self, number: int) -> Json:
        if number % 5 in {2, 3}:
            other = f"{IAM}role/{self._name(max(number - 1, 0))}"
            principal = {"AWS": f"{IAM}root" if number % 2 else other}
        else:
            principal = {"Service": f"{SERVICES[number % len(SERVICES)]}.amazonaws.com"}
        return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}

    def _own(self, kind: str, number: int) -> list[Json]:
        statements = list(self._statements(number))
        return [{"PolicyName": f"{kind}-{number}", "PolicyDocument": _document(*statements)}]

    def _statements(self, number: int) -> Iterator[Json]:
        yield _allow(("s3:GetObject", "s3:PutObject"), f"arn:aws:s3:::bucket-{number}/*")
        yield _allow(("dynamodb:*",), f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/table-{number}")
        roll = self._random.random()
        if roll < 0.10:
            yield _allow(("sts:AssumeRole",), f"{IAM}role/{self._name(self._any_role())}")
        elif roll < 0.15:
            yield _allow(("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"), "*")
        elif roll < 0.18:
            yield _allow(("iam:PutRolePolicy", "iam:AttachRolePolicy"), f"{IAM}role/team-*")
        elif roll < 0.20:
            yield {**_allow(("iam:*",), "*"), "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
        elif roll < 0.22:
            yield _allow(("sts:AssumeRole",), "*")
            yield {**_allow(("sts:AssumeRole",), f"{IAM}role/audit-*"), "Effect": "Deny"}

    def _any_role(self) -> int:
        return self._random.randrange(max(self.principals * 3 // 5, 1))

    def _attached(self, count: int) -> list[Json]:
        names = self._random.sample([name for name, _, _ in SHARED], count)
        return [_attachment(f"{IAM}policy/{name}") for name in names]


def _whole(entry: dict[str, Json]) -> Json:
    """With what every entry of an export has, and some readers insist on."""
    identity = hashlib.sha256(entry["Arn"].encode()).hexdigest()[:17].upper()
    ids = dict.fromkeys(("UserId", "GroupId", "RoleId", "PolicyId"), f"AIDA{identity}")
    return (
        {"Path": "/", "CreateDate": MADE, "UpdateDate": MADE, "AttachmentCount": 1, "IsAttachable": True} | ids | entry
    )


def _document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(actions: Sequence[str], resource: str) -> dict[str, Json]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def _attachment(arn: str) -> Json:
    return {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}


def _managed(name: str, actions: Sequence[str], resource: str) -> dict[str, Json]:
    version = {
        "VersionId": "v1",
        "IsDefaultVersion": True,
        "CreateDate": MADE,
        "Document": _document(_allow(actions, resource)),
    }
    return {"Arn": f"{IAM}policy/{name}", "PolicyName": name, "DefaultVersionId": "v1", "PolicyVersionList": [version]}
