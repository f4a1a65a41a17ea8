"""What an operator can do at a console, on the facts of the real resource types."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setpoint.compare.config import ConfigComparator
from setpoint.intent.schemas import SchemaCatalogue
from setpoint.model.drift import Comparison, DriftKind, GapKind
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

ACCOUNT = "111122223333"

DATABASE_GROUP = {
    "GroupDescription": "database",
    "SecurityGroupIngress": [
        {"IpProtocol": "tcp", "FromPort": "5432", "ToPort": "5432", "SourceSecurityGroupId": "sg-1"}
    ],
    "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}],
    "Tags": [{"Key": "service", "Value": "payments"}],
}
DATABASE = {
    "DBInstanceIdentifier": "Payments",
    "Engine": "postgres",
    "EngineVersion": "16",
    "AllocatedStorage": 20,
    "PubliclyAccessible": "false",
    "StorageEncrypted": True,
    "VPCSecurityGroups": ["sg-2", "sg-1"],
}
BUCKET = {
    "BucketName": "data",
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {
                "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "1234"},
                "BucketKeyEnabled": True,
            }
        ]
    },
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    },
    "VersioningConfiguration": {"Status": "Enabled"},
}
ROLE = {
    "RoleName": "payments",
    "AssumeRolePolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}],
    },
    "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
}
KEY = {"EnableKeyRotation": True, "KeyPolicy": ROLE["AssumeRolePolicyDocument"], "PendingWindowInDays": 7}
TRAIL = {"TrailName": "audit", "S3BucketName": "logs", "IsLogging": True, "EnableLogFileValidation": True}

Look = Callable[[str, Any, Any], Comparison]


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    cache: Path = tmp_path_factory.mktemp("cache")
    comparator = ConfigComparator(SchemaCatalogue(cache_dir=cache).schema)

    def look(type_name: str, intended: Any, actual: Any) -> Comparison:
        urn = Urn.aws("aws", ACCOUNT, "eu-west-1", type_name, "x")
        return comparator.compare(Resource(urn, intended, "template"), Resource(urn, actual, "aws"))

    return look


def changed(state: Any, **changes: Any) -> Any:
    return {**copy.deepcopy(state), **changes}


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


def test_what_rds_chose_where_nothing_was_declared_is_folded(look: Look) -> None:
    chosen = {
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "DBParameterGroupName": "default.postgres16",
        "Iops": 3000,
        "LicenseModel": "postgresql-license",
        "OptionGroupName": "default:postgres-16",
        "Port": "5432",
        "PubliclyAccessible": False,
        "StorageThroughput": 125,
        "StorageType": "gp3",
    }
    comparison = look("AWS::RDS::DBInstance", DATABASE, changed(DATABASE, **chosen))
    assert comparison.drifts == ()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Port", "3306"),
        ("DBParameterGroupName", "relaxed"),
        ("OptionGroupName", "default-looking"),
        ("LicenseModel", "general-public-license"),
        ("Iops", 3000),
    ],
)
def test_the_default_of_another_engine_or_storage_is_not(look: Look, path: str, value: Any) -> None:
    given = {"StorageType": "gp2", path: value}
    comparison = look("AWS::RDS::DBInstance", changed(DATABASE, StorageType="gp2"), changed(DATABASE, **given))
    assert [(drift.kind, drift.path) for drift in comparison.drifts] == [(DriftKind.UNDECLARED, path)]


@pytest.mark.parametrize("alias", ["alias/records", "arn:aws:kms:eu-west-1:111122223333:alias/records"])
def test_which_key_an_alias_leads_to_cannot_be_told(look: Look, alias: str) -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/1234"
    for type_name, state, path in (
        ("AWS::RDS::DBInstance", DATABASE, "KmsKeyId"),
        ("AWS::CloudTrail::Trail", TRAIL, "KMSKeyId"),
    ):
        told = look(type_name, changed(state, **{path: alias}), changed(state, **{path: key}))
        assert told.drifts == ()
        assert [(gap.path, gap.kind) for gap in told.gaps] == [(path, GapKind.UNRESOLVED)]
        foreign = key.replace(ACCOUNT, "444455556666")
        other = look(type_name, changed(state, **{path: alias}), changed(state, **{path: foreign}))
        assert [drift.path for drift in other.drifts] == [path]
        gone = look(type_name, changed(state, **{path: alias}), changed(state, **{path: None}))
        assert [drift.path for drift in gone.drifts] == [path]


def test_where_aws_keeps_the_alias_another_key_is_drift(look: Look) -> None:
    def under(key: str) -> Any:
        rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
        return {"BucketName": "data", "BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]}}

    comparison = look("AWS::S3::Bucket", under("alias/records"), under("arn:aws:kms:eu-west-1:111122223333:key/1234"))
    assert [drift.kind for drift in comparison.drifts] == [DriftKind.CHANGED]


def test_blocks_of_addresses_compare_as_ec2_spells_them(look: Look) -> None:
    def group(*sources: Any) -> Any:
        rules = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **source} for source in sources]
        return {"GroupDescription": "web", "SecurityGroupIngress": rules}

    declared = group({"CidrIpv6": "2001:0DB8::/32"}, {"CidrIp": "100.68.0.18/18"})
    spelled = group({"CidrIp": "100.68.0.0/18"}, {"CidrIpv6": "2001:db8::/32"})
    assert look("AWS::EC2::SecurityGroup", declared, spelled).drifts == ()
    wider = group({"CidrIp": "100.68.0.0/17"}, {"CidrIpv6": "2001:db8::/32"})
    assert len(look("AWS::EC2::SecurityGroup", declared, wider).drifts) == 1


def test_what_is_never_returned_is_told(look: Look) -> None:
    assert [gap.path for gap in look("AWS::KMS::Key", KEY, KEY).gaps] == ["PendingWindowInDays"]


def test_the_default_key_policy_is_recognised(look: Look) -> None:
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    [fold] = look("AWS::KMS::Key", {}, {"KeyPolicy": {"Version": "2012-10-17", "Statement": [root]}}).folds
    assert fold.rule == "default (schema)"
