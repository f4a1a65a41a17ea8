"""AWS::S3::Bucket and AWS::S3::BucketPolicy from `aws_s3_bucket` and the settings that Terraform splits off.

Since version 4 of Terraform's AWS provider the blocks of `aws_s3_bucket` itself are only copies of what was last read:
where a resource of its own declares the setting, it wins. The copy of the bucket's policy is not read at all, because a
policy that somebody opened at the console would turn into a declared one with the next refresh.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from setpoint.intent.terraform.attributes import Attributes
from setpoint.intent.terraform.mapping import MappedType, Part, Properties, Table, declare, inside, put, without_unset
from setpoint.intent.terraform.s3_access import (
    cors,
    fold_acceleration,
    fold_cors,
    fold_notification,
    fold_website,
    inline_acceleration,
    inline_website,
)
from setpoint.intent.terraform.s3_lifecycle import fold_lifecycle, fold_object_lock, inline_lifecycle, object_lock
from setpoint.intent.terraform.s3_replication import fold_replication, inline_replication
from setpoint.model.canonical import Json

BUCKET_TYPE: Final = "AWS::S3::Bucket"

_BUCKET: Final[Table] = {
    "BucketName": ("bucket", Attributes.text),
    "Arn": ("arn", Attributes.text),
    "Tags": ("tags", Attributes.tags),
}

_POLICY: Final[Table] = {
    "Bucket": ("bucket", Attributes.text),
    "PolicyDocument": ("policy", Attributes.document),
}

_PUBLIC_ACCESS_BLOCK: Final[Table] = {
    "BlockPublicAcls": ("block_public_acls", Attributes.flag),
    "BlockPublicPolicy": ("block_public_policy", Attributes.flag),
    "IgnorePublicAcls": ("ignore_public_acls", Attributes.flag),
    "RestrictPublicBuckets": ("restrict_public_buckets", Attributes.flag),
}

_ENCRYPTION: Final[Table] = {
    "SSEAlgorithm": ("sse_algorithm", Attributes.text),
    "KMSMasterKeyID": ("kms_master_key_id", Attributes.text),
}

_LOGGING: Final[Table] = {
    "DestinationBucketName": ("target_bucket", Attributes.text),
    "LogFilePrefix": ("target_prefix", Attributes.text),
}

_PARTITIONED_PREFIX: Final[Table] = {"PartitionDateSource": ("partition_date_source", Attributes.text)}

_OWNERSHIP: Final[Table] = {"ObjectOwnership": ("object_ownership", Attributes.text)}

_NEVER_VERSIONED: Final = "Disabled"
"""Terraform's word for a bucket that never had versioning; S3 and CloudFormation have none for it."""


def _inline_settings(attributes: Attributes) -> Properties:
    return without_unset(
        {
            "BucketEncryption": attributes.one("server_side_encryption_configuration", _encryption),
            "VersioningConfiguration": attributes.one("versioning", _inline_versioning),
            "LoggingConfiguration": attributes.one("logging", _logging),
            "LifecycleConfiguration": inline_lifecycle(attributes),
            "CorsConfiguration": cors(attributes),
            "WebsiteConfiguration": inline_website(attributes),
            "ReplicationConfiguration": inline_replication(attributes),
            "AccelerateConfiguration": inline_acceleration(attributes),
            **object_lock(attributes),
        }
    )


def _encryption(attributes: Attributes) -> Json:
    return inside("ServerSideEncryptionConfiguration", attributes.each("rule", _encryption_rule))


def _encryption_rule(rule: Attributes) -> Json:
    by_default = rule.one("apply_server_side_encryption_by_default", partial(declare, table=_ENCRYPTION))
    return without_unset(
        {
            "ServerSideEncryptionByDefault": by_default,
            "BucketKeyEnabled": rule.flag("bucket_key_enabled"),
            "BlockedEncryptionTypes": inside("EncryptionType", rule.texts("blocked_encryption_types")),
        }
    )


def _inline_versioning(block: Attributes) -> Json:
    """`enabled = false` means suspended or never enabled, which differ in S3: it declares neither."""
    enabled = block.flag("enabled")
    return inside("Status", "Enabled" if enabled is True else enabled or None)


def _versioning(block: Attributes) -> Json:
    status = block.text("status")
    return inside("Status", None if status == _NEVER_VERSIONED else status)


def _logging(attributes: Attributes) -> Json:
    key_format = attributes.one("target_object_key_format", _key_format)
    return declare(attributes, _LOGGING) | without_unset({"TargetObjectKeyFormat": key_format})


def _key_format(block: Attributes) -> Json:
    partitioned = block.one("partitioned_prefix", partial(declare, table=_PARTITIONED_PREFIX))
    simple = block.one("simple_prefix", partial(declare, table={}))
    return without_unset({"PartitionedPrefix": partitioned, "SimplePrefix": simple})


def _fold_public_access_block(properties: Properties, part: Attributes) -> None:
    put(properties, "PublicAccessBlockConfiguration", declare(part, _PUBLIC_ACCESS_BLOCK))


def _fold_encryption(properties: Properties, part: Attributes) -> None:
    put(properties, "BucketEncryption", _encryption(part))


def _fold_versioning(properties: Properties, part: Attributes) -> None:
    put(properties, "VersioningConfiguration", part.one("versioning_configuration", _versioning))


def _fold_logging(properties: Properties, part: Attributes) -> None:
    put(properties, "LoggingConfiguration", _logging(part))


def _fold_ownership(properties: Properties, part: Attributes) -> None:
    rules = part.each("rule", partial(declare, table=_OWNERSHIP))
    put(properties, "OwnershipControls", inside("Rules", rules))


BUCKET: Final = MappedType(
    type=BUCKET_TYPE,
    terraform_type="aws_s3_bucket",
    identifier="bucket",
    table=_BUCKET,
    derive=_inline_settings,
    parts={
        "aws_s3_bucket_public_access_block": Part("bucket", _fold_public_access_block),
        "aws_s3_bucket_server_side_encryption_configuration": Part("bucket", _fold_encryption),
        "aws_s3_bucket_versioning": Part("bucket", _fold_versioning),
        "aws_s3_bucket_logging": Part("bucket", _fold_logging),
        "aws_s3_bucket_ownership_controls": Part("bucket", _fold_ownership),
        "aws_s3_bucket_lifecycle_configuration": Part("bucket", fold_lifecycle),
        "aws_s3_bucket_cors_configuration": Part("bucket", fold_cors),
        "aws_s3_bucket_website_configuration": Part("bucket", fold_website),
        "aws_s3_bucket_notification": Part("bucket", fold_notification),
        "aws_s3_bucket_replication_configuration": Part("bucket", fold_replication),
        "aws_s3_bucket_object_lock_configuration": Part("bucket", fold_object_lock),
        "aws_s3_bucket_accelerate_configuration": Part("bucket", fold_acceleration),
    },
)

BUCKET_POLICY: Final = MappedType(
    type="AWS::S3::BucketPolicy",
    terraform_type="aws_s3_bucket_policy",
    identifier="bucket",
    table=_POLICY,
    lives_with=BUCKET_TYPE,
)
