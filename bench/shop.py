"""A production of some forty resources on moto, what is declared of it, and what an operator can do to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from demo.aws_server import AwsServer
from demo.incident import OUTSIDER
from demo.production import ACCOUNT, PRIVATE, REGION, encryption

BUCKETS: Final = 6
ROLES: Final = 12
KEYS: Final = 8
GROUPS: Final = 8
DATABASES: Final = 2
TRAILS: Final = 2

ADMINISTRATOR: Final = "arn:aws:iam::aws:policy/AdministratorAccess"
ANYWHERE: Final = {
    "IpProtocol": "tcp",
    "FromPort": 5432,
    "ToPort": 5432,
    "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "just for an hour"}],
}


@dataclass(frozen=True, slots=True)
class Change:
    """One way to leave what is declared, of one resource."""

    urn: str
    make: Callable[[], object]


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


TRUST: Final = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
KEY_POLICY: Final = _document(
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
)


class Shop:
    """Made at once; declared half in a template, half (what AWS names itself) in a Terraform state."""

    def __init__(self, aws: AwsServer) -> None:
        self._aws = aws
        self._template: dict[str, Any] = {}
        self._state: list[dict[str, Any]] = []
        self.changes: list[Change] = []
        """Every one that there is."""
        for make, number in (
            (self._bucket, BUCKETS),
            (self._role, ROLES),
            (self._key, KEYS),
            (self._group, GROUPS),
            (self._database, DATABASES),
            (self._trail, TRAILS),
        ):
            for index in range(number):
                make(index)

    def __len__(self) -> int:
        return len(self._template) + len(self._state)

    def declare(self, folder: Path) -> None:
        (folder / "template.json").write_text(json.dumps({"Resources": self._template}), encoding="utf-8")
        state = {"version": 4, "terraform_version": "1.14.0", "serial": 1, "lineage": "bench", "resources": self._state}
        (folder / "terraform.tfstate").write_text(json.dumps(state), encoding="utf-8")

    def _bucket(self, index: int) -> None:
        name, s3 = f"acme-bench-{index}", self._aws.client("s3")
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=PRIVATE)
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encryption("aws:kms", "alias/acme"))
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/acme"}
        rules = [{"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": default}]
        bucket = {
            "BucketName": name,
            "PublicAccessBlockConfiguration": PRIVATE,
            "BucketEncryption": {"ServerSideEncryptionConfiguration": rules},
        }
        weaker = encryption("AES256")
        self._declare(
            "AWS::S3::Bucket",
            name,
            bucket,
            lambda: s3.delete_public_access_block(Bucket=name),
            lambda: s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=weaker),
        )
        allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
        policy = _document({**allow, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}})
        public = json.dumps(_document({**allow, "Principal": "*"}))
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
        self._declare(
            "AWS::S3::BucketPolicy",
            name,
            {"Bucket": name, "PolicyDocument": policy},
            lambda: s3.put_bucket_policy(Bucket=name, Policy=public),
        )

    def _role(self, index: int) -> None:
        name, iam = f"role-{index}", self._aws.client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_document(TRUST)))
        foreign = json.dumps(_document(TRUST | {"Principal": {"AWS": f"arn:aws:iam::{OUTSIDER}:root"}}))
        self._declare(
            "AWS::IAM::Role",
            name,
            {"RoleName": name, "AssumeRolePolicyDocument": _document(TRUST), "ManagedPolicyArns": []},
            lambda: iam.attach_role_policy(RoleName=name, PolicyArn=ADMINISTRATOR),
            lambda: iam.update_assume_role_policy(RoleName=name, PolicyDocument=foreign),
            region="global",
        )

    def _key(self, _index: int) -> None:
        kms = self._aws.client("kms")
        key = kms.create_key(Policy=json.dumps(KEY_POLICY))["KeyMetadata"]["KeyId"]
        kms.enable_key_rotation(KeyId=key)
        attributes = {
            "arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}",
            "id": key,
            "key_id": key,
            "is_enabled": True,
            "enable_key_rotation": True,
            "policy": json.dumps(KEY_POLICY),
        }
        self._record("aws_kms_key", attributes)
        self._can_change("AWS::KMS::Key", key, lambda: kms.disable_key_rotation(KeyId=key))

    def _group(self, index: int) -> None:
        name, ec2 = f"group-{index}", self._aws.client("ec2")
        vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        group = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        everywhere = {"cidr_blocks": ["0.0.0.0/0"], "from_port": 0, "to_port": 0, "protocol": "-1", "self": False}
        attributes = {
            "arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{group}",
            "id": group,
            "name": name,
            "description": name,
            "vpc_id": vpc,
            "ingress": [],
            "egress": [everywhere],
        }
        self._record("aws_security_group", attributes)
        self._can_change(
            "AWS::EC2::SecurityGroup",
            group,
            lambda: ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[ANYWHERE]),
        )

    def _database(self, index: int) -> None:
        name, rds = f"database-{index}", self._aws.client("rds")
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            DBInstanceClass="db.t4g.medium",
            AllocatedStorage=20,
            MasterUsername="acme",
            MasterUserPassword="chosen-by-nobody-1",
            PubliclyAccessible=False,
        )
        self._declare(
            "AWS::RDS::DBInstance",
            name,
            {"DBInstanceIdentifier": name, "PubliclyAccessible": False},
            lambda: rds.modify_db_instance(DBInstanceIdentifier=name, PubliclyAccessible=True, ApplyImmediately=True),
        )

    def _trail(self, index: int) -> None:
        name, trails = f"trail-{index}", self._aws.client("cloudtrail")
        trails.create_trail(Name=name, S3BucketName="acme-bench-0")
        trails.start_logging(Name=name)
        self._declare(
            "AWS::CloudTrail::Trail",
            name,
            {"TrailName": name, "S3BucketName": "acme-bench-0", "IsLogging": True},
            lambda: trails.stop_logging(Name=name),
        )

    def _declare(
        self,
        type_name: str,
        identifier: str,
        properties: Mapping[str, Any],
        *changes: Callable[[], object],
        region: str = REGION,
    ) -> None:
        self._template[f"Resource{len(self._template)}"] = {"Type": type_name, "Properties": properties}
        self._can_change(type_name, identifier, *changes, region=region)

    def _record(self, type_name: str, attributes: Mapping[str, Any]) -> None:
        self._state.append(
            {
                "mode": "managed",
                "type": type_name,
                "name": f"it{len(self._state)}",
                "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                "instances": [{"schema_version": 0, "attributes": attributes}],
            }
        )

    def _can_change(
        self, type_name: str, identifier: str, *changes: Callable[[], object], region: str = REGION
    ) -> None:
        urn = f"aws:{ACCOUNT}:{region}:{type_name}:{identifier}"
        self.changes += [Change(urn, each) for each in changes]
