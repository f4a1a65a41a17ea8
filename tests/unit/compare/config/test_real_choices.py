"""What AWS chooses where nothing is declared, on the facts of the real resource types."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.compare.config.real_types import (
    ACCOUNT,
    DATABASE,
    Look,
    changed,
)

from setpoint.model.drift import DriftKind


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


def test_the_default_key_policy_is_recognised(look: Look) -> None:
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    [fold] = look("AWS::KMS::Key", {}, {"KeyPolicy": {"Version": "2012-10-17", "Statement": [root]}}).folds
    assert fold.rule == "default (schema)"


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


def test_a_guardrail_that_was_switched_off_is_told(look: Look) -> None:
    declared = {"Name": "g", "WordPolicyConfig": {"WordsConfig": [{"Text": "secret"}]}}
    word = {"Text": "secret", "InputEnabled": True, "OutputEnabled": True, "InputAction": "BLOCK"}
    on = {"Name": "g", "WordPolicyConfig": {"WordsConfig": [word]}}
    assert look("AWS::Bedrock::Guardrail", declared, on).drifts == ()
    off = {"Name": "g", "WordPolicyConfig": {"WordsConfig": [{**word, "OutputEnabled": False}]}}
    assert [drift.path for drift in look("AWS::Bedrock::Guardrail", declared, off).drifts] == [
        "WordPolicyConfig.WordsConfig[0].OutputEnabled"
    ]


@pytest.mark.parametrize("switch", ["DedicatedLogVolume", "EnablePerformanceInsights", "MultiAZ"])
def test_a_switch_that_nobody_turned_on_is_no_drift_and_one_that_somebody_did_is(look: Look, switch: str) -> None:
    assert look("AWS::RDS::DBInstance", {"Engine": "mysql"}, {"Engine": "mysql", switch: False}).drifts == ()
    [on] = look("AWS::RDS::DBInstance", {"Engine": "mysql"}, {"Engine": "mysql", switch: True}).drifts
    assert (on.kind, on.path) == (DriftKind.UNDECLARED, switch)
    [gone] = look("AWS::RDS::DBInstance", {"Engine": "mysql", switch: True}, {"Engine": "mysql", switch: False}).drifts
    assert (gone.kind, gone.path) == (DriftKind.CHANGED, switch)


def test_an_empty_egress_list_is_none_and_never_the_default(look: Look) -> None:
    """Terraform's state says so of a group that lets nothing out; that it lets everything out now must be seen."""
    everything = {"SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]}
    assert len(look("AWS::EC2::SecurityGroup", {"SecurityGroupEgress": []}, everything).drifts) == 1
