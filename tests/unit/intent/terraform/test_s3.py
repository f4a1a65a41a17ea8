"""Buckets: settings of their own, inline settings, and policies, which stay apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from setpoint.model.snapshot import Snapshot

Properties = Callable[..., Mapping[str, Any]]

BUCKET = ("aws_s3_bucket", {"bucket": "data"})
SSE = {"apply_server_side_encryption_by_default": [{"kms_master_key_id": "", "sse_algorithm": "AES256"}]}
AES256 = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def _setting(name: str, **attributes: Any) -> tuple[str, dict[str, Any]]:
    return f"aws_s3_bucket_{name}", {"bucket": "data"} | attributes


def test_the_fleets_bucket(sample: Callable[[str], Snapshot]) -> None:
    urn = "aws:123456789012:eu-central-1:AWS::S3::Bucket:payments-data"
    (bucket,) = (each for each in sample("fleet.tfstate").resources.values() if each.urn == urn)
    key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    assert bucket.properties == {
        "Arn": "arn:aws:s3:::payments-data",
        "BucketName": "payments-data",
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": False,
        },
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}
            ]
        },
        "VersioningConfiguration": {"Status": "Enabled"},
        "LoggingConfiguration": {"DestinationBucketName": "access-logs", "LogFilePrefix": "payments/"},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    }


def test_inline_settings_count_where_nothing_else_declares_them(properties: Properties) -> None:
    inline = {
        "bucket": "data",
        "server_side_encryption_configuration": [{"rule": [SSE | {"bucket_key_enabled": False}]}],
        "versioning": [{"enabled": True, "mfa_delete": False}],
        "logging": [{"target_bucket": "logs", "target_prefix": ""}],
    }
    assert properties(("aws_s3_bucket", inline)) == {
        "BucketName": "data",
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [AES256 | {"BucketKeyEnabled": False}]},
        "VersioningConfiguration": {"Status": "Enabled"},
        "LoggingConfiguration": {"DestinationBucketName": "logs"},
    }


@pytest.mark.parametrize(
    ("status", "expected"), [("Enabled", "Enabled"), ("Suspended", "Suspended"), ("Disabled", None)]
)
def test_versioning_of_its_own_wins_over_the_copy(properties: Properties, status: str, expected: str | None) -> None:
    found = properties(
        ("aws_s3_bucket", {"bucket": "data", "versioning": [{"enabled": True}]}),
        _setting("versioning", versioning_configuration=[{"status": status}]),
    )
    assert found.get("VersioningConfiguration", {}).get("Status") == expected


def test_versioning_that_is_not_enabled_inline_declares_nothing(properties: Properties) -> None:
    found = properties(("aws_s3_bucket", {"bucket": "data", "versioning": [{"enabled": False}]}))
    assert "VersioningConfiguration" not in found


def test_blocked_encryption_types(properties: Properties) -> None:
    setting = _setting("server_side_encryption_configuration", rule=[SSE | {"blocked_encryption_types": ["SSE-C"]}])
    assert properties(BUCKET, setting)["BucketEncryption"] == {
        "ServerSideEncryptionConfiguration": [AES256 | {"BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]}}]
    }


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            {"partitioned_prefix": [{"partition_date_source": "EventTime"}], "simple_prefix": []},
            {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
        ),
        ({"partitioned_prefix": [], "simple_prefix": [None]}, {"SimplePrefix": {}}),
    ],
)
def test_the_format_of_log_keys(properties: Properties, block: dict[str, Any], expected: dict[str, Any]) -> None:
    setting = _setting("logging", target_bucket="logs", target_prefix="x/", target_object_key_format=[block])
    assert properties(BUCKET, setting)["LoggingConfiguration"] == {
        "DestinationBucketName": "logs",
        "LogFilePrefix": "x/",
        "TargetObjectKeyFormat": expected,
    }


def test_a_policy_lives_in_the_region_of_its_bucket(declared: Callable[..., Snapshot]) -> None:
    snapshot = declared(
        _setting("policy", policy='{"Statement": []}'),
        ("aws_s3_bucket", {"bucket": "data", "region": "us-east-2"}),
    )
    assert {str(urn): resource.properties for urn, resource in snapshot.resources.items()} == {
        "aws:123456789012:us-east-2:AWS::S3::Bucket:data": {"BucketName": "data"},
        "aws:123456789012:us-east-2:AWS::S3::BucketPolicy:data": {
            "Bucket": "data",
            "PolicyDocument": {"Statement": []},
        },
    }


def test_a_policy_without_its_bucket_lives_in_the_default_region(declared: Callable[..., Snapshot]) -> None:
    (urn,) = declared(_setting("policy", policy='{"Statement": []}')).resources
    assert urn == "aws:123456789012:eu-west-1:AWS::S3::BucketPolicy:data"


def test_the_copy_of_a_policy_in_the_bucket_declares_none(properties: Properties) -> None:
    assert properties(("aws_s3_bucket", {"bucket": "data", "policy": '{"Statement": []}'})) == {"BucketName": "data"}
