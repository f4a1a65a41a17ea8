"""What an operator can do at a console, on the facts of the real resource types."""

from __future__ import annotations

import copy
from collections.abc import Callable
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
def look() -> Look:
    comparator = ConfigComparator(SchemaCatalogue().schema)

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


# What AWS chooses where nothing is declared


def test_of_a_restored_database_only_what_the_snapshot_decides_is_folded(look: Look) -> None:
    declared = {"DBInstanceIdentifier": "copy", "DBSnapshotIdentifier": "before"}
    live = {"DBInstanceIdentifier": "copy", "Engine": "postgres", "MasterUsername": "admin", "StorageEncrypted": True}
    assert look("AWS::RDS::DBInstance", declared, live).drifts == ()
    opened = changed(live, PubliclyAccessible=True, BackupRetentionPeriod=0)
    assert [drift.path for drift in look("AWS::RDS::DBInstance", declared, opened).drifts] == [
        "BackupRetentionPeriod",
        "PubliclyAccessible",
    ]
    new = look("AWS::RDS::DBInstance", {"DBInstanceIdentifier": "copy"}, live)
    assert [drift.path for drift in new.drifts] == ["Engine", "MasterUsername", "StorageEncrypted"]


def test_which_group_and_key_a_database_got_by_default_cannot_be_told(look: Look) -> None:
    declared = {"DBInstanceIdentifier": "db", "Engine": "mysql", "StorageEncrypted": True}
    key = "arn:aws:kms:eu-west-1:111122223333:key/1234"
    told = look("AWS::RDS::DBInstance", declared, changed(declared, VPCSecurityGroups=["sg-1"], KmsKeyId=key))
    assert (told.drifts, told.folds) == ((), ())
    assert [gap.path for gap in told.gaps] == ["KmsKeyId", "VPCSecurityGroups"]
    added = look("AWS::RDS::DBInstance", declared, changed(declared, VPCSecurityGroups=["sg-1", "sg-2"]))
    assert [drift.path for drift in added.drifts] == ["VPCSecurityGroups"]


VIEWER = {"SslSupportMethod": "sni-only", "CloudFrontDefaultCertificate": False}
ORDERS = {"TableName": "orders", "BillingMode": "PROVISIONED", "SSESpecification": {"SSEEnabled": False}}


def test_a_distribution_with_a_certificate_of_its_own_does_not_use_the_default_one(look: Look) -> None:
    own = {"DistributionConfig": {"ViewerCertificate": {"AcmCertificateArn": "arn:aws:acm:us-east-1:1:certificate/c"}}}
    live = {"DistributionConfig": {"ViewerCertificate": {**own["DistributionConfig"]["ViewerCertificate"], **VIEWER}}}
    assert [drift.path for drift in look("AWS::CloudFront::Distribution", own, live).drifts] == [
        "DistributionConfig.ViewerCertificate.SslSupportMethod"
    ]
    none = {"DistributionConfig": {"Enabled": True}}
    swapped = {"DistributionConfig": {"Enabled": True, "ViewerCertificate": VIEWER}}
    assert [drift.path for drift in look("AWS::CloudFront::Distribution", none, swapped).drifts] == [
        "DistributionConfig.ViewerCertificate.CloudFrontDefaultCertificate",
        "DistributionConfig.ViewerCertificate.SslSupportMethod",
    ]


def test_a_default_that_dynamodb_leaves_out_is_not_gone(look: Look) -> None:
    assert look("AWS::DynamoDB::Table", ORDERS, {"TableName": "orders"}).drifts == ()
    encrypted = changed(ORDERS, SSESpecification={"SSEEnabled": True})
    gone = look("AWS::DynamoDB::Table", encrypted, {"TableName": "orders"})
    assert [drift.path for drift in gone.drifts] == ["SSESpecification.SSEEnabled"]


@pytest.mark.parametrize(("volume_type", "paths"), [("gp2", []), ("gp3", ["Iops"])])
def test_what_a_volume_can_do_counts_where_somebody_can_choose_it(
    look: Look, volume_type: str, paths: list[str]
) -> None:
    declared = {"Size": 2000, "VolumeType": volume_type}
    told = look("AWS::EC2::Volume", declared, changed(declared, Iops=6000))
    assert [drift.path for drift in told.drifts] == paths


def test_the_subnets_of_a_load_balancer_have_two_spellings(look: Look) -> None:
    subnets, mappings = ["subnet-1", "subnet-2"], [{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}]
    live = {"Subnets": subnets, "SubnetMappings": mappings}
    assert look("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Subnets": subnets}, live).drifts == ()
    assert look("AWS::ElasticLoadBalancingV2::LoadBalancer", {"SubnetMappings": mappings}, live).drifts == ()


def test_a_guardrail_that_was_switched_off_is_told(look: Look) -> None:
    declared = {"Name": "g", "WordPolicyConfig": {"WordsConfig": [{"Text": "secret"}]}}
    word = {"Text": "secret", "InputEnabled": True, "OutputEnabled": True, "InputAction": "BLOCK"}
    on = {"Name": "g", "WordPolicyConfig": {"WordsConfig": [word]}}
    assert look("AWS::Bedrock::Guardrail", declared, on).drifts == ()
    off = {"Name": "g", "WordPolicyConfig": {"WordsConfig": [{**word, "OutputEnabled": False}]}}
    assert [drift.path for drift in look("AWS::Bedrock::Guardrail", declared, off).drifts] == [
        "WordPolicyConfig.WordsConfig[0].OutputEnabled"
    ]


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


@pytest.mark.parametrize("switch", ["DedicatedLogVolume", "EnablePerformanceInsights", "MultiAZ"])
def test_a_switch_that_nobody_turned_on_is_no_drift_and_one_that_somebody_did_is(look: Look, switch: str) -> None:
    assert look("AWS::RDS::DBInstance", {"Engine": "mysql"}, {"Engine": "mysql", switch: False}).drifts == ()
    [on] = look("AWS::RDS::DBInstance", {"Engine": "mysql"}, {"Engine": "mysql", switch: True}).drifts
    assert (on.kind, on.path) == (DriftKind.UNDECLARED, switch)
    [gone] = look("AWS::RDS::DBInstance", {"Engine": "mysql", switch: True}, {"Engine": "mysql", switch: False}).drifts
    assert (gone.kind, gone.path) == (DriftKind.CHANGED, switch)


def test_ports_count_for_protocols_that_have_them(look: Look) -> None:
    def group(**rule: Any) -> Any:
        return {"GroupDescription": "web", "SecurityGroupIngress": [{"CidrIp": "10.0.0.0/8", **rule}]}

    def differs(declared: Any, live: Any) -> bool:
        return look("AWS::EC2::SecurityGroup", declared, live).drifts != ()

    assert not differs(group(IpProtocol="50", FromPort=1, ToPort=9), group(IpProtocol="50"))
    assert not differs(group(IpProtocol=58), group(IpProtocol="icmpv6", FromPort=-1, ToPort=-1))
    assert differs(group(IpProtocol="icmp", FromPort=8, ToPort=0), group(IpProtocol="icmp", FromPort=-1, ToPort=-1))
    assert differs(group(IpProtocol="tcp", FromPort=22, ToPort=22), group(IpProtocol="-1"))


def test_a_source_group_belongs_to_the_own_account_unless_said(look: Look) -> None:
    def group(**owner: str) -> Any:
        rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "SourceSecurityGroupId": "sg-1", **owner}
        return {"GroupDescription": "web", "SecurityGroupIngress": [rule]}

    own, foreign = group(SourceSecurityGroupOwnerId=ACCOUNT), group(SourceSecurityGroupOwnerId="444455556666")
    assert look("AWS::EC2::SecurityGroup", group(), own).drifts == ()
    assert look("AWS::EC2::SecurityGroup", own, group()).drifts == ()
    assert len(look("AWS::EC2::SecurityGroup", group(), foreign).drifts) == 1


def test_an_empty_egress_list_is_none_and_never_the_default(look: Look) -> None:
    """Terraform's state says so of a group that lets nothing out; that it lets everything out now must be seen."""
    everything = {"SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]}
    assert len(look("AWS::EC2::SecurityGroup", {"SecurityGroupEgress": []}, everything).drifts) == 1


def test_the_period_of_a_rotation_counts_while_it_is_on(look: Look) -> None:
    slow = {"EnableKeyRotation": True, "RotationPeriodInDays": 2560}
    declared = changed(slow, RotationPeriodInDays="90")
    assert [drift.path for drift in look("AWS::KMS::Key", declared, slow).drifts] == ["RotationPeriodInDays"]
    assert look("AWS::KMS::Key", {"EnableKeyRotation": True}, changed(slow, RotationPeriodInDays=365)).drifts == ()
    off = {"EnableKeyRotation": False, "RotationPeriodInDays": 90}
    assert look("AWS::KMS::Key", off, {"EnableKeyRotation": False}).drifts == ()


def test_an_account_as_a_number_is_that_account(look: Look) -> None:
    def key(principal: Any) -> Any:
        statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
        return {"KeyPolicy": {"Version": "2012-10-17", "Statement": [statement]}}

    assert look("AWS::KMS::Key", key(int(ACCOUNT)), key(f"arn:aws:iam::{ACCOUNT}:root")).drifts == ()
    assert len(look("AWS::KMS::Key", key(444455556666), key(f"arn:aws:iam::{ACCOUNT}:root")).drifts) == 1
