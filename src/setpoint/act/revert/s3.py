"""Buckets and their policies. Every call says whose bucket it means: a name that was given up is free for anyone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.act.revert.action import Action, Target
from setpoint.act.revert.s3_settings import SETTINGS, bucket
from setpoint.act.revert.values import as_text, with_elements, with_members
from setpoint.aws import client_errors, error_code
from setpoint.model.canonical import Json
from setpoint.model.remediation import Change


def _set_public_access_block(target: Target, changes: Mapping[str, Change]) -> None:
    s3, after = target.client("s3"), changes["PublicAccessBlockConfiguration"].after
    with target.doing("s3:PutBucketPublicAccessBlock"):
        if after:
            s3.put_public_access_block(**bucket(target), PublicAccessBlockConfiguration=after)
        else:
            s3.delete_public_access_block(**bucket(target))


def _set_encryption(target: Target, changes: Mapping[str, Change]) -> None:
    s3, after = target.client("s3"), changes["BucketEncryption"].after
    with target.doing("s3:PutEncryptionConfiguration"):
        if after:
            rules = [_encryption_rule(rule) for rule in after.get("ServerSideEncryptionConfiguration", [])]
            s3.put_bucket_encryption(**bucket(target), ServerSideEncryptionConfiguration={"Rules": rules})
        else:
            s3.delete_bucket_encryption(**bucket(target))


def _encryption_rule(rule: Mapping[str, Json]) -> Json:
    names = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
    return {names.get(name, name): value for name, value in rule.items()}


def _set_versioning(target: Target, changes: Mapping[str, Change]) -> None:
    # A bucket that had versions can never be without versioning again: suspended is as near as it gets
    # (Amazon S3 User Guide, "Retaining multiple versions of objects with S3 Versioning").
    after = changes["VersioningConfiguration"].after or {"Status": "Suspended"}
    with target.doing("s3:PutBucketVersioning"):
        target.client("s3").put_bucket_versioning(**bucket(target), VersioningConfiguration=after)


def _set_logging(target: Target, changes: Mapping[str, Change]) -> None:
    after, status = changes["LoggingConfiguration"].after, {}
    if after:
        enabled = {
            # Without a destination the bucket logs to itself
            # (CloudFormation Template Reference, AWS::S3::Bucket LoggingConfiguration).
            "TargetBucket": after.get("DestinationBucketName", target.identifier),
            "TargetPrefix": after.get("LogFilePrefix", ""),
        }
        if key_format := after.get("TargetObjectKeyFormat"):
            enabled["TargetObjectKeyFormat"] = key_format
        status = {"LoggingEnabled": enabled}
    with target.doing("s3:PutBucketLogging"):
        target.client("s3").put_bucket_logging(**bucket(target), BucketLoggingStatus=status)


def _set_ownership(target: Target, changes: Mapping[str, Change]) -> None:
    s3, after = target.client("s3"), changes["OwnershipControls"].after
    with target.doing("s3:PutBucketOwnershipControls"):
        if after:
            s3.put_bucket_ownership_controls(**bucket(target), OwnershipControls=after)
        else:
            s3.delete_bucket_ownership_controls(**bucket(target))


def _set_tags(target: Target, changes: Mapping[str, Change]) -> None:
    """S3 takes all tags at once and refuses a set without those that AWS itself has put there."""
    s3 = target.client("s3")
    tags = [*_tags_of_aws(target), *(changes["Tags"].after or [])]
    with target.doing("s3:PutBucketTagging"):
        if tags:
            s3.put_bucket_tagging(**bucket(target), Tagging={"TagSet": tags})
        else:
            s3.delete_bucket_tagging(**bucket(target))


def _tags_of_aws(target: Target) -> list[Json]:
    with target.doing("s3:GetBucketTagging"):
        try:
            listed = target.client("s3").get_bucket_tagging(**bucket(target))["TagSet"]
        except client_errors() as error:
            if error_code(error) != "NoSuchTagSet":
                raise
            listed = []
    return [tag for tag in listed if tag["Key"].startswith("aws:")]


def _set_policy(target: Target, changes: Mapping[str, Change]) -> None:
    s3, after = target.client("s3"), changes["PolicyDocument"].after
    if after is None:
        with target.doing("s3:DeleteBucketPolicy"):
            s3.delete_bucket_policy(**bucket(target))
    else:
        with target.doing("s3:PutBucketPolicy"):
            s3.put_bucket_policy(**bucket(target), Policy=as_text(after))


BUCKET: Final = (
    Action(
        ("PublicAccessBlockConfiguration",),
        ("s3:PutBucketPublicAccessBlock",),
        _set_public_access_block,
        aim=with_members,
    ),
    Action(("OwnershipControls",), ("s3:PutBucketOwnershipControls",), _set_ownership),
    Action(("BucketEncryption",), ("s3:PutEncryptionConfiguration",), _set_encryption),
    Action(("VersioningConfiguration",), ("s3:PutBucketVersioning",), _set_versioning),
    Action(("LoggingConfiguration",), ("s3:PutBucketLogging",), _set_logging, aim=with_members),
    *SETTINGS,
    Action(("Tags",), ("s3:GetBucketTagging", "s3:PutBucketTagging"), _set_tags, aim=with_elements("Key")),
)

BUCKET_POLICY: Final = (Action(("PolicyDocument",), ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy"), _set_policy),)
