"""An operator at a console, in a hurry: changes through boto3 that nobody reviewed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from demo.aws_server import AwsServer
from demo.production import ACCOUNT, AUDIT, IMAGES, RECORDS, REGION, encryption

OUTSIDER = "210987654321"
"""Another AWS account, unknown here."""


@dataclass(frozen=True, slots=True)
class Act:
    """One change, and what is expected to become of it."""

    what: str
    do: Callable[[], object]
    urn: str
    property: str
    """The property that drifts; empty when it is the whole entity."""
    ends: str
    """`reverted`, `escalated` or `alerted`."""


def acts(aws: AwsServer, ids: Mapping[str, str]) -> list[Act]:
    """What the operator does, in order."""
    ec2, rds, s3, iam = aws.client("ec2"), aws.client("rds"), aws.client("s3"), aws.client("iam")
    kms, trail = aws.client("kms"), aws.client("cloudtrail")
    open_port = {
        "IpProtocol": "tcp",
        "FromPort": 5432,
        "ToPort": 5432,
        "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "just for an hour"}],
    }
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "ecs-tasks.amazonaws.com", "AWS": f"arn:aws:iam::{OUTSIDER}:root"},
        "Action": "sts:AssumeRole",
    }
    public = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{AUDIT}/*"}
    return [
        Act(
            "opens the database's security group to the world",
            lambda: ec2.authorize_security_group_ingress(GroupId=ids["database"], IpPermissions=[open_port]),
            _urn("AWS::EC2::SecurityGroup", ids["database"]),
            "SecurityGroupIngress",
            "reverted",
        ),
        Act(
            "makes the database publicly accessible",
            lambda: rds.modify_db_instance(
                DBInstanceIdentifier="payments", PubliclyAccessible=True, ApplyImmediately=True
            ),
            _urn("AWS::RDS::DBInstance", "payments"),
            "PubliclyAccessible",
            "reverted",
        ),
        Act(
            "switches the audit bucket's public-access block off",
            lambda: s3.delete_public_access_block(Bucket=AUDIT),
            _urn("AWS::S3::Bucket", AUDIT),
            "PublicAccessBlockConfiguration",
            "reverted",
        ),
        Act(
            "lets everybody read the audit bucket",
            lambda: s3.put_bucket_policy(
                Bucket=AUDIT, Policy=json.dumps({"Version": "2012-10-17", "Statement": [public]})
            ),
            _urn("AWS::S3::BucketPolicy", AUDIT),
            "PolicyDocument",
            "reverted",
        ),
        Act(
            "encrypts the payment records with a key that everybody shares",
            lambda: s3.put_bucket_encryption(Bucket=RECORDS, ServerSideEncryptionConfiguration=encryption("AES256")),
            _urn("AWS::S3::Bucket", RECORDS),
            "BucketEncryption",
            "reverted",
        ),
        Act(
            "makes the payments API an administrator",
            lambda: iam.attach_role_policy(
                RoleName="payments-api", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
            ),
            _urn("AWS::IAM::Role", "payments-api", region="global"),
            "ManagedPolicyArns",
            "reverted",
        ),
        Act(
            "lets another account become the orders worker",
            lambda: iam.update_assume_role_policy(
                RoleName="orders-worker", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
            ),
            _urn("AWS::IAM::Role", "orders-worker", region="global"),
            "AssumeRolePolicyDocument",
            "reverted",
        ),
        Act(
            "switches the key's rotation off",
            lambda: kms.disable_key_rotation(KeyId=ids["key"]),
            _urn("AWS::KMS::Key", ids["key"]),
            "EnableKeyRotation",
            "reverted",
        ),
        Act(
            "stops the trail",
            lambda: trail.stop_logging(Name="production"),
            _urn("AWS::CloudTrail::Trail", "production"),
            "IsLogging",
            "reverted",
        ),
        Act(
            "deletes the catalogue's bucket",
            lambda: s3.delete_bucket(Bucket=IMAGES),
            _urn("AWS::S3::Bucket", IMAGES),
            "",
            "escalated",
        ),
        Act(
            "adds a role that nobody declared",
            lambda: iam.create_role(
                RoleName="support-debug",
                AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
            ),
            _urn("AWS::IAM::Role", "support-debug", region="global"),
            "",
            "alerted",
        ),
    ]


def _urn(type_name: str, identifier: str, *, region: str = REGION) -> str:
    return f"aws:{ACCOUNT}:{region}:{type_name}:{identifier}"
