"""Database instances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from setpoint.model.snapshot import Snapshot

Properties = Callable[..., Mapping[str, Any]]


def test_the_fleets_database(sample: Callable[[str], Snapshot]) -> None:
    urn = "aws:123456789012:eu-west-1:AWS::RDS::DBInstance:payments"
    (database,) = (each for each in sample("fleet.tfstate").resources.values() if each.urn == urn)
    found = dict(database.properties)
    del found["MasterUsername"]
    assert found == {
        "AllocatedStorage": "20",
        "AutoMinorVersionUpgrade": True,
        "AvailabilityZone": "eu-west-1a",
        "BackupRetentionPeriod": 0,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "CopyTagsToSnapshot": False,
        "DBInstanceClass": "db.t3.medium",
        "DBInstanceIdentifier": "payments",
        "DBName": "payments",
        "DBParameterGroupName": "default.postgres16",
        "DBSubnetGroupName": "payments",
        "DeletionProtection": False,
        "EnableIAMDatabaseAuthentication": False,
        "EnablePerformanceInsights": False,
        "Engine": "postgres",
        "EngineVersion": "16",
        "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555",
        "LicenseModel": "postgresql-license",
        "MonitoringInterval": 0,
        "MultiAZ": False,
        "NetworkType": "IPV4",
        "OptionGroupName": "default:postgres-16",
        "Port": "5432",
        "PreferredBackupWindow": "03:00-03:30",
        "PreferredMaintenanceWindow": "sun:04:00-sun:04:30",
        "PubliclyAccessible": False,
        "StorageEncrypted": True,
        "StorageType": "gp2",
        "Tags": [{"Key": "service", "Value": "payments"}],
        "VPCSecurityGroups": ["sg-0d00000000000001"],
    }


def test_an_engine_version_is_the_one_that_was_asked_for(properties: Properties) -> None:
    attributes = {"identifier": "a", "engine_version": "16", "engine_version_actual": "16.4"}
    assert properties(("aws_db_instance", attributes)) == {"DBInstanceIdentifier": "a", "EngineVersion": "16"}


def test_roles_that_are_associated_apart(properties: Properties) -> None:
    role = "arn:aws:iam::123456789012:role"
    found = properties(
        ("aws_db_instance", {"identifier": "a"}),
        *(
            (
                "aws_db_instance_role_association",
                {"db_instance_identifier": "a", "feature_name": name, "role_arn": f"{role}/{name}"},
            )
            for name in ("s3Import", "Lambda")
        ),
    )
    assert found["AssociatedRoles"] == [
        {"FeatureName": "s3Import", "RoleArn": f"{role}/s3Import"},
        {"FeatureName": "Lambda", "RoleArn": f"{role}/Lambda"},
    ]


@pytest.mark.parametrize("attribute", ["password", "password_wo", "snapshot_identifier", "replicate_source_db"])
def test_what_rds_never_returns_is_not_read(properties: Properties, attribute: str) -> None:
    found = properties(("aws_db_instance", {"identifier": "a", attribute: "do-not-keep-me"}))
    assert found == {"DBInstanceIdentifier": "a"}


def test_a_master_password_that_rds_keeps_itself(properties: Properties) -> None:
    secret = {"kms_key_id": "arn:aws:kms:x", "secret_arn": "arn:aws:secretsmanager:x", "secret_status": "active"}
    attributes = {"identifier": "a", "manage_master_user_password": True, "master_user_secret": [secret]}
    assert properties(("aws_db_instance", attributes)) == {
        "DBInstanceIdentifier": "a",
        "ManageMasterUserPassword": True,
        "MasterUserSecret": {"KmsKeyId": "arn:aws:kms:x", "SecretArn": "arn:aws:secretsmanager:x"},
    }


def test_a_zero_that_stands_for_not_set_declares_nothing(properties: Properties) -> None:
    attributes = {"identifier": "a", "iops": 0, "max_allocated_storage": 0, "storage_throughput": 0}
    assert properties(("aws_db_instance", attributes)) == {"DBInstanceIdentifier": "a"}
