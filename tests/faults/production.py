"""A production of six resources, what is declared of it, and the incident that every fault falls into."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Final

from demo.production import PRIVATE
from tests.e2e.account import Aws
from tests.e2e.program import ACCOUNT, REGION, ROOT, Setpoint

ORDERS: Final = "acme-orders"
ARCHIVE: Final = "acme-archive"
API: Final = "api"
REPORTER: Final = "reporter"
AUDITOR: Final = "auditor"
EVERYTHING: Final = f"arn:aws:iam::{ACCOUNT}:policy/everything"
REPORTING: Final = f"arn:aws:iam::{ACCOUNT}:policy/reporting"


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


TRUST: Final = _document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
READ: Final = _document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{ORDERS}/*"})
READ_ANYTHING: Final = _document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
KEY_POLICY: Final = _document(
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
)

TEMPLATE: Final[dict[str, Any]] = {
    "Resources": {
        "Orders": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"BucketName": ORDERS, "PublicAccessBlockConfiguration": PRIVATE},
        },
        "Archive": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"BucketName": ARCHIVE, "PublicAccessBlockConfiguration": PRIVATE},
        },
        "Api": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": API,
                "AssumeRolePolicyDocument": json.loads(TRUST),
                "ManagedPolicyArns": [],
                "Policies": [{"PolicyName": "read", "PolicyDocument": json.loads(READ)}],
            },
        },
        "Reporter": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": REPORTER,
                "AssumeRolePolicyDocument": json.loads(TRUST),
                "ManagedPolicyArns": [REPORTING],
            },
        },
        "Auditor": {
            "Type": "AWS::IAM::Role",
            "Properties": {"RoleName": AUDITOR, "AssumeRolePolicyDocument": json.loads(TRUST)},
        },
    }
}

DRIFT: Final = str(ROOT / "policies" / "drift")
"""The shipped policies about drift: a change is reverted, what is missing is escalated. No other counts here."""

APPROVALS: Final = str(ROOT / "tests" / "assets" / "faults" / "approvals")
"""Policies by which a bucket's public-access block is set back only once somebody approved it."""


class Production:
    """What the teams made, and what an operator then does to it, both as often as it is wanted."""

    def __init__(self, aws: Aws) -> None:
        self._s3, self._iam, self._kms = aws.client("s3"), aws.client("iam"), aws.client("kms")
        self.key = str(self._kms.create_key(Policy=KEY_POLICY)["KeyMetadata"]["KeyId"])
        for role in (API, REPORTER):
            self._iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
        self._iam.create_policy(PolicyName="everything", PolicyDocument=READ_ANYTHING)
        self.restore()

    def declare(self, setpoint: Setpoint, *policies: str, **more: Any) -> None:
        """Write what is declared, and a configuration that enforces it by these folders of policies."""
        setpoint.write("template.json", json.dumps(TEMPLATE))
        setpoint.write("terraform.tfstate", json.dumps(self._state()))
        settings: dict[str, Any] = {
            "mode": "enforce",
            "shipped_policies": False,
            "policies": [DRIFT, *policies],
            "remediation": {"limits": {"percent": 100}, "guard": {"times": 10}},
        }
        setpoint.configure({"cloudformation": "template.json"}, {"terraform": "terraform.tfstate"}, **settings | more)

    def restore(self) -> None:
        """As declared."""
        for bucket in (ORDERS, ARCHIVE):
            with suppress(self._s3.exceptions.BucketAlreadyOwnedByYou):
                self._s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
            self._s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=PRIVATE)
        with suppress(self._iam.exceptions.EntityAlreadyExistsException):
            self._iam.create_role(RoleName=AUDITOR, AssumeRolePolicyDocument=TRUST)
        self._kms.enable_key_rotation(KeyId=self.key)
        self._iam.put_role_policy(RoleName=API, PolicyName="read", PolicyDocument=READ)
        with suppress(self._iam.exceptions.NoSuchEntityException):
            self._iam.detach_role_policy(RoleName=API, PolicyArn=EVERYTHING)
        with suppress(self._iam.exceptions.EntityAlreadyExistsException):
            self._iam.create_policy(PolicyName="reporting", PolicyDocument=READ)
        self._iam.attach_role_policy(RoleName=REPORTER, PolicyArn=REPORTING)

    def open_bucket(self) -> None:
        self._s3.delete_public_access_block(Bucket=ORDERS)

    def open_archive(self) -> None:
        self._s3.delete_public_access_block(Bucket=ARCHIVE)

    def stop_rotation(self) -> None:
        self._kms.disable_key_rotation(KeyId=self.key)

    def widen_role(self) -> None:
        """Two properties, so that a revert takes two calls."""
        self._iam.attach_role_policy(RoleName=API, PolicyArn=EVERYTHING)
        self._iam.put_role_policy(RoleName=API, PolicyName="read", PolicyDocument=READ_ANYTHING)

    def lose_policy(self) -> None:
        """What is declared cannot be had any more: the revert fails."""
        with suppress(self._iam.exceptions.NoSuchEntityException):
            self._iam.detach_role_policy(RoleName=REPORTER, PolicyArn=REPORTING)
            self._iam.delete_policy(PolicyArn=REPORTING)

    def delete_bucket(self) -> None:
        self._s3.delete_bucket(Bucket=ORDERS)

    def delete_role(self) -> None:
        self._iam.delete_role(RoleName=AUDITOR)

    def differences(self) -> set[str]:
        """What is not as declared, as AWS itself tells."""
        found = {
            "bucket": self._is_open(ORDERS),
            "archive": self._is_open(ARCHIVE),
            "key": not self._kms.get_key_rotation_status(KeyId=self.key)["KeyRotationEnabled"],
            "role's policies": bool(self._attached(API)),
            "role's text": self._iam.get_role_policy(RoleName=API, PolicyName="read")["PolicyDocument"]
            != json.loads(READ),
            "reporter": self._attached(REPORTER) != [REPORTING],
        }
        return {name for name, differs in found.items() if differs}

    def _attached(self, role: str) -> list[str]:
        listed = self._iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        return [each["PolicyArn"] for each in listed]

    def _is_open(self, bucket: str) -> bool:
        try:
            block = self._s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        except self._s3.exceptions.ClientError:
            return True
        return bool(block != PRIVATE)

    def _state(self) -> dict[str, Any]:
        attributes = {
            "arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{self.key}",
            "id": self.key,
            "key_id": self.key,
            "is_enabled": True,
            "enable_key_rotation": True,
            "policy": KEY_POLICY,
        }
        key = {
            "mode": "managed",
            "type": "aws_kms_key",
            "name": "records",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [{"schema_version": 0, "attributes": attributes}],
        }
        return {"version": 4, "terraform_version": "1.14.0", "serial": 1, "lineage": "faults", "resources": [key]}
