"""What an operator can do at a console, on the facts of the real resource types."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.compare.config.real_types import (
    ACCOUNT,
    BUCKET,
    DATABASE,
    DATABASE_GROUP,
    KEY,
    ROLE,
    TRAIL,
    Look,
    changed,
)

QUIET = [
    (
        "AWS::EC2::SecurityGroup",
        DATABASE_GROUP,
        changed(
            DATABASE_GROUP,
            GroupId="sg-9",
            VpcId=None,
            SecurityGroupIngress=[
                {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "SourceSecurityGroupId": "sg-1"}
            ],
            SecurityGroupEgress=[{"IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIp": "0.0.0.0/0"}],
        ),
    ),
    (
        "AWS::RDS::DBInstance",
        DATABASE,
        changed(
            DATABASE,
            DBInstanceIdentifier="payments",
            EngineVersion="16.4",
            AllocatedStorage="20",
            PubliclyAccessible=False,
            VPCSecurityGroups=["sg-1", "sg-2"],
            PreferredBackupWindow="01:00-01:30",
            BackupRetentionPeriod=1,
            DeletionProtection=False,
            DBInstanceArn="arn:aws:rds:eu-west-1:111122223333:db:payments",
        ),
    ),
    (
        "AWS::S3::Bucket",
        {"BucketName": "data", "PublicAccessBlockConfiguration": BUCKET["PublicAccessBlockConfiguration"]},
        {
            "BucketName": "data",
            "Arn": "arn:aws:s3:::data",
            "PublicAccessBlockConfiguration": BUCKET["PublicAccessBlockConfiguration"],
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
                ]
            },
        },
    ),
    (
        "AWS::IAM::Role",
        ROLE,
        changed(
            ROLE,
            AssumeRolePolicyDocument=(
                '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":'
                '{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}'
            ),
            Path="/",
            MaxSessionDuration=3600,
            Policies=[],
        ),
    ),
    ("AWS::KMS::Key", KEY, changed(KEY, KeySpec="SYMMETRIC_DEFAULT", Enabled=True, Description="", MultiRegion=False)),
    (
        "AWS::CloudTrail::Trail",
        TRAIL,
        changed(
            TRAIL,
            IsMultiRegionTrail=False,
            EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}],
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("type_name", "intended", "actual"), QUIET, ids=[case[0] for case in QUIET])
def test_what_aws_returns_for_what_was_declared_is_no_drift(
    look: Look, type_name: str, intended: Any, actual: Any
) -> None:
    assert [(drift.kind, drift.path, drift.actual) for drift in look(type_name, intended, actual).drifts] == []


WORLD = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "0.0.0.0/0"}
ANOTHER_ACCOUNT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": [ACCOUNT, "444455556666"]}, "Action": "sts:AssumeRole"}],
}
RULES: Any = DATABASE_GROUP["SecurityGroupIngress"]
LOUD = [
    ("AWS::EC2::SecurityGroup", DATABASE_GROUP, {"SecurityGroupIngress": [*RULES, WORLD]}, ["SecurityGroupIngress"]),
    ("AWS::EC2::SecurityGroup", DATABASE_GROUP, {"SecurityGroupIngress": []}, ["SecurityGroupIngress"]),
    ("AWS::RDS::DBInstance", DATABASE, {"PubliclyAccessible": True}, ["PubliclyAccessible"]),
    (
        "AWS::S3::Bucket",
        BUCKET,
        {"PublicAccessBlockConfiguration": None},
        [
            f"PublicAccessBlockConfiguration.{name}"
            for name in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
        ],
    ),
    (
        "AWS::S3::Bucket",
        BUCKET,
        {
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            }
        },
        [
            f"BucketEncryption.ServerSideEncryptionConfiguration[0].{name}"
            for name in (
                "BucketKeyEnabled",
                "ServerSideEncryptionByDefault.KMSMasterKeyID",
                "ServerSideEncryptionByDefault.SSEAlgorithm",
            )
        ],
    ),
    ("AWS::S3::Bucket", BUCKET, {"VersioningConfiguration": None}, ["VersioningConfiguration.Status"]),
    (
        "AWS::IAM::Role",
        ROLE,
        {"ManagedPolicyArns": [*ROLE["ManagedPolicyArns"], "arn:aws:iam::aws:policy/AdministratorAccess"]},
        ["ManagedPolicyArns"],
    ),
    ("AWS::IAM::Role", ROLE, {"AssumeRolePolicyDocument": ANOTHER_ACCOUNT}, ["AssumeRolePolicyDocument"]),
    ("AWS::IAM::Role", ROLE, {"Policies": [{"PolicyName": "p", "PolicyDocument": ANOTHER_ACCOUNT}]}, ["Policies[p]"]),
    ("AWS::KMS::Key", KEY, {"EnableKeyRotation": False}, ["EnableKeyRotation"]),
    ("AWS::CloudTrail::Trail", TRAIL, {"IsLogging": False}, ["IsLogging"]),
    ("AWS::CloudTrail::Trail", TRAIL, {"EnableLogFileValidation": None}, ["EnableLogFileValidation"]),
]


@pytest.mark.parametrize(("type_name", "intended", "change", "paths"), LOUD)
def test_what_an_operator_changed_is_drift(
    look: Look, type_name: str, intended: Any, change: Any, paths: list[str]
) -> None:
    assert [drift.path for drift in look(type_name, intended, changed(intended, **change)).drifts] == paths


def test_what_is_never_returned_is_told(look: Look) -> None:
    assert [gap.path for gap in look("AWS::KMS::Key", KEY, KEY).gaps] == ["PendingWindowInDays"]


OFF_BY_HAND = [
    ("AWS::CloudTrail::Trail", {"TrailName": "t"}, {"IsLogging": False}),
    ("AWS::CloudTrail::Trail", {"TrailName": "t"}, {"IncludeGlobalServiceEvents": False}),
    (
        "AWS::CloudTrail::Trail",
        {"TrailName": "t", "EventSelectors": [{}]},
        {"EventSelectors": [{"IncludeManagementEvents": False}]},
    ),
    ("AWS::KMS::Key", {}, {"Enabled": False}),
    ("AWS::RDS::DBInstance", {"Engine": "mysql"}, {"AutoMinorVersionUpgrade": False}),
    ("AWS::S3::Bucket", {"BucketName": "b"}, {"PublicAccessBlockConfiguration": {"BlockPublicPolicy": False}}),
]


@pytest.mark.parametrize(("type_name", "declared", "off"), OFF_BY_HAND)
def test_a_protection_that_is_on_by_default_is_seen_when_it_is_off(
    look: Look, type_name: str, declared: Any, off: Any
) -> None:
    assert len(look(type_name, declared, changed(declared, **off)).drifts) == 1
