"""S3's answers as CloudFormation writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from setpoint.observe.aws.reader import Reading
from setpoint.observe.aws.s3 import BucketReader
from setpoint.observe.aws.s3_settings import SETTINGS, settings_of

SHAPES = {setting.properties[0]: setting.shape for setting in SETTINGS}
MIDNIGHT = datetime(2030, 1, 1, tzinfo=UTC)


def rule(**members: Any) -> Any:
    """The shape of one lifecycle rule."""
    shaped = SHAPES["LifecycleConfiguration"]({"Rules": [{"Status": "Enabled", **members}]})
    ((only,),) = (each["Rules"] for each in shaped.values())
    assert only.pop("Status") == "Enabled"
    return only


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"ID": "all", "Filter": {}}, {"Id": "all"}),
        ({"Prefix": "logs/"}, {"Prefix": "logs/"}),
        ({"Filter": {"Prefix": ""}}, {}),
        ({"Filter": {"Tag": {"Key": "a", "Value": "b"}}}, {"TagFilters": [{"Key": "a", "Value": "b"}]}),
        ({"Filter": {"ObjectSizeGreaterThan": 0}}, {"ObjectSizeGreaterThan": "0"}),
        (
            {"Filter": {"And": {"Prefix": "p", "Tags": [{"Key": "a", "Value": "b"}], "ObjectSizeLessThan": 9}}},
            {"Prefix": "p", "TagFilters": [{"Key": "a", "Value": "b"}], "ObjectSizeLessThan": "9"},
        ),
        ({"Expiration": {"Date": MIDNIGHT}}, {"ExpirationDate": "2030-01-01T00:00:00Z"}),
        (
            {"Expiration": {"Date": MIDNIGHT.astimezone(timezone(timedelta(hours=9)))}},
            {"ExpirationDate": "2030-01-01T00:00:00Z"},
        ),
        ({"Expiration": {"ExpiredObjectDeleteMarker": True}}, {"ExpiredObjectDeleteMarker": True}),
        (
            {
                "Transitions": [
                    {"Days": 0, "StorageClass": "GLACIER"},
                    {"Date": MIDNIGHT, "StorageClass": "DEEP_ARCHIVE"},
                ]
            },
            {
                "Transitions": [
                    {"TransitionInDays": 0, "StorageClass": "GLACIER"},
                    {"TransitionDate": "2030-01-01T00:00:00Z", "StorageClass": "DEEP_ARCHIVE"},
                ]
            },
        ),
        (
            {
                "NoncurrentVersionTransitions": [
                    {"NoncurrentDays": 30, "StorageClass": "GLACIER", "NewerNoncurrentVersions": 2}
                ],
                "NoncurrentVersionExpiration": {"NoncurrentDays": 90, "NewerNoncurrentVersions": 2},
            },
            {
                "NoncurrentVersionTransitions": [
                    {"TransitionInDays": 30, "StorageClass": "GLACIER", "NewerNoncurrentVersions": 2}
                ],
                "NoncurrentVersionExpiration": {"NoncurrentDays": 90, "NewerNoncurrentVersions": 2},
            },
        ),
    ],
)
def test_a_lifecycle_rule(members: Any, expected: Any) -> None:
    assert rule(**members) == expected


def test_notifications_are_one_an_event_and_their_filters_in_small_letters() -> None:
    condition = {"Key": {"FilterRules": [{"Name": "Suffix", "Value": ".csv"}, {"Name": "Prefix", "Value": "in/"}]}}
    one = {"Id": "x", "LambdaFunctionArn": "arn", "Events": ["s3:B", "s3:A"], "Filter": condition}
    rules = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]
    answer = {"LambdaFunctionConfigurations": [one], "EventBridgeConfiguration": {}, "ResponseMetadata": {}}
    assert SHAPES["NotificationConfiguration"](answer) == {
        "NotificationConfiguration": {
            "LambdaConfigurations": [
                {"Function": "arn", "Event": event, "Filter": {"S3Key": {"Rules": rules}}} for event in ("s3:A", "s3:B")
            ],
            "EventBridgeConfiguration": {"EventBridgeEnabled": True},
        }
    }


def test_a_bucket_that_notifies_nobody_has_no_notification() -> None:
    assert SHAPES["NotificationConfiguration"]({"ResponseMetadata": {}}) == {"NotificationConfiguration": None}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Prefix": "a/"}, {"Prefix": "a/"}),
        ({"Tag": {"Key": "a", "Value": "b"}}, {"TagFilter": {"Key": "a", "Value": "b"}}),
        (
            {"And": {"Prefix": "a/", "Tags": [{"Key": "a", "Value": "b"}]}},
            {"And": {"Prefix": "a/", "TagFilters": [{"Key": "a", "Value": "b"}]}},
        ),
    ],
)
def test_a_replication_rule(condition: Any, expected: Any) -> None:
    theirs = {"ID": "all", "Status": "Enabled", "Filter": condition, "ExistingObjectReplication": {"Status": "Enabled"}}
    answer = {"ReplicationConfiguration": {"Role": "arn", "Rules": [theirs]}}
    assert SHAPES["ReplicationConfiguration"](answer) == {
        "ReplicationConfiguration": {
            "Role": "arn",
            "Rules": [{"Id": "all", "Status": "Enabled", "Filter": expected}],
        }
    }


def test_a_website_that_redirects_everything() -> None:
    everything = {"HostName": "example.org", "Protocol": "https"}
    answer = {"RedirectAllRequestsTo": everything, "ResponseMetadata": {}}
    assert SHAPES["WebsiteConfiguration"](answer) == {"WebsiteConfiguration": {"RedirectAllRequestsTo": everything}}


def test_what_was_never_accelerated_is_not() -> None:
    assert SHAPES["AccelerateConfiguration"]({}) == {"AccelerateConfiguration": None}


class Refusing:
    """An S3 that tells of versioning, or refuses that too, and refuses everything else."""

    def __init__(self, versioning: dict[str, str] | None) -> None:
        self._versioning = versioning

    def __getattr__(self, operation: str) -> Any:
        def call(**_: str) -> Any:
            if operation == "get_bucket_versioning" and self._versioning is not None:
                return self._versioning
            raise ClientError({"Error": {"Code": "AccessDenied"}}, operation)

        return call


@pytest.mark.parametrize(
    ("versioning", "asked"),
    [({}, False), ({"Status": "Enabled"}, True), ({"Status": "Suspended"}, True), (None, True)],
)
def test_what_takes_versions_is_asked_for_unless_there_never_were_any(
    versioning: dict[str, str] | None, asked: bool
) -> None:
    reading = Reading(BucketReader.gone)
    settings_of(Refusing(versioning), {"Bucket": "b"}, reading)
    assert "Tags" in reading.unread
    unread = {"ObjectLockConfiguration", "ObjectLockEnabled", "ReplicationConfiguration"}.intersection(reading.unread)
    assert len(unread) == (3 if asked else 0)
