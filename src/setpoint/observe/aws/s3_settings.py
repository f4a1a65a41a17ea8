"""The settings of a bucket, and which call tells each of them. Called by `s3`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from setpoint.observe.aws import s3_shapes
from setpoint.observe.aws.reader import Reading
from setpoint.observe.aws.s3_shapes import Answer, Properties

VERSIONING: Final = "VersioningConfiguration"


@dataclass(frozen=True, slots=True)
class Setting:
    """What one call tells of a bucket."""

    properties: tuple[str, ...]
    call: str
    """The method of boto3's client."""
    action: str
    """The IAM action that the call needs."""
    shape: Callable[[Answer], Properties]
    """The answer as properties; None for one that is not set."""
    unset: frozenset[str] = frozenset()
    """Error codes that say that there is no such setting."""
    needs_versions: bool = False
    """Whether S3 refuses it for a bucket that never kept versions of its objects."""

    def read(self, s3: Any, bucket: Mapping[str, str], reading: Reading) -> None:
        first, *others = self.properties
        with reading.part(first, self.action, absent=self.unset):
            for name, value in self.shape(getattr(s3, self.call)(**bucket)).items():
                reading.put(name, value)
        if first in reading.unread:
            reading.unread |= dict.fromkeys(others, reading.unread[first])


SETTINGS: Final = (
    Setting(
        ("PublicAccessBlockConfiguration",),
        "get_public_access_block",
        "s3:GetBucketPublicAccessBlock",
        s3_shapes.public_access_block,
        frozenset({"NoSuchPublicAccessBlockConfiguration"}),
    ),
    Setting(
        ("BucketEncryption",),
        "get_bucket_encryption",
        "s3:GetEncryptionConfiguration",
        s3_shapes.encryption,
        frozenset({"ServerSideEncryptionConfigurationNotFoundError"}),
    ),
    Setting((VERSIONING,), "get_bucket_versioning", "s3:GetBucketVersioning", s3_shapes.versioning),
    Setting(("LoggingConfiguration",), "get_bucket_logging", "s3:GetBucketLogging", s3_shapes.logging),
    Setting(
        ("OwnershipControls",),
        "get_bucket_ownership_controls",
        "s3:GetBucketOwnershipControls",
        s3_shapes.ownership,
        frozenset({"OwnershipControlsNotFoundError"}),
    ),
    Setting(("Tags",), "get_bucket_tagging", "s3:GetBucketTagging", s3_shapes.bucket_tags, frozenset({"NoSuchTagSet"})),
    Setting(
        ("LifecycleConfiguration",),
        "get_bucket_lifecycle_configuration",
        "s3:GetLifecycleConfiguration",
        s3_shapes.lifecycle,
        frozenset({"NoSuchLifecycleConfiguration"}),
    ),
    Setting(
        ("CorsConfiguration",),
        "get_bucket_cors",
        "s3:GetBucketCORS",
        s3_shapes.cors,
        frozenset({"NoSuchCORSConfiguration"}),
    ),
    Setting(
        ("WebsiteConfiguration",),
        "get_bucket_website",
        "s3:GetBucketWebsite",
        s3_shapes.website,
        frozenset({"NoSuchWebsiteConfiguration"}),
    ),
    Setting(
        ("NotificationConfiguration",),
        "get_bucket_notification_configuration",
        "s3:GetBucketNotification",
        s3_shapes.notification,
    ),
    Setting(
        ("ReplicationConfiguration",),
        "get_bucket_replication",
        "s3:GetReplicationConfiguration",
        s3_shapes.replication,
        frozenset({"ReplicationConfigurationNotFoundError"}),
        # Amazon S3 User Guide, "Requirements and considerations for replication".
        needs_versions=True,
    ),
    Setting(
        ("ObjectLockConfiguration", "ObjectLockEnabled"),
        "get_object_lock_configuration",
        "s3:GetBucketObjectLockConfiguration",
        s3_shapes.object_lock,
        frozenset({"ObjectLockConfigurationNotFoundError"}),
        # Amazon S3 User Guide, "Locking objects with Object Lock".
        needs_versions=True,
    ),
    Setting(
        ("AccelerateConfiguration",),
        "get_bucket_accelerate_configuration",
        "s3:GetAccelerateConfiguration",
        s3_shapes.acceleration,
        # Where it is not offered: regions without it, and buckets with a dot in their name
        # (Amazon S3 User Guide, "Requirements for using Amazon S3 Transfer Acceleration").
        frozenset({"MethodNotAllowed", "UnsupportedArgument"}),
    ),
)


def settings_of(s3: Any, bucket: Mapping[str, str], reading: Reading) -> None:
    """Every setting of the bucket, but for those that its versioning rules out: they are not asked for."""
    for setting in SETTINGS:
        if not (setting.needs_versions and _never_versioned(reading)):
            setting.read(s3, bucket, reading)


def _never_versioned(reading: Reading) -> bool:
    """S3 tells no status of a bucket whose versioning nobody ever set (API Reference, GetBucketVersioning)."""
    return VERSIONING not in reading.properties and VERSIONING not in reading.unread
