"""A bucket's settings as resources of their own, and as the older inline blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.intent.terraform.instance import SENSITIVE

Properties = Callable[..., Mapping[str, Any]]

BUCKET = ("aws_s3_bucket", {"bucket": "data"})


@pytest.fixture
def setting(properties: Properties) -> Callable[..., Any]:
    """What a resource of its own, of this name, makes of one property of the bucket."""

    def read(name: str, property_name: str, **attributes: Any) -> Any:
        return properties(BUCKET, (f"aws_s3_bucket_{name}", {"bucket": "data"} | attributes)).get(property_name)

    return read


@pytest.fixture
def inline(properties: Properties) -> Callable[..., Any]:
    """What the blocks of the bucket itself declare."""

    def read(**attributes: Any) -> dict[str, Any]:
        found = properties(("aws_s3_bucket", {"bucket": "data"} | attributes))
        return {name: value for name, value in found.items() if name != "BucketName"}

    return read


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"filter": [{"prefix": "a/", "tag": [], "and": []}]}, {"Prefix": "a/"}),
        ({"prefix": "a/", "filter": []}, {"Prefix": "a/"}),
        ({"filter": [None]}, {}),
        ({"filter": [{"tag": [{"key": "a", "value": ""}]}]}, {"TagFilters": [{"Key": "a", "Value": ""}]}),
        ({"filter": [{"object_size_greater_than": "0"}]}, {"ObjectSizeGreaterThan": "0"}),
        ({"filter": [{"object_size_less_than": 9}]}, {"ObjectSizeLessThan": "9"}),
        (
            {"filter": [{"and": [{"prefix": "a/", "object_size_greater_than": 0, "object_size_less_than": 9}]}]},
            {"Prefix": "a/", "ObjectSizeLessThan": "9"},
        ),
        (
            {"transition": [{"days": 0, "date": "", "storage_class": "X"}]},
            {"Transitions": [{"TransitionInDays": 0, "StorageClass": "X"}]},
        ),
        (
            {"transition": [{"days": 0, "date": "2030-01-01T00:00:00Z", "storage_class": "X"}]},
            {"Transitions": [{"TransitionDate": "2030-01-01T00:00:00Z", "StorageClass": "X"}]},
        ),
        (
            {"noncurrent_version_expiration": [{"noncurrent_days": 30, "newer_noncurrent_versions": "2"}]},
            {"NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 2}},
        ),
        (
            {"expiration": [{"days": 0, "date": "", "expired_object_delete_marker": True}]},
            {"ExpiredObjectDeleteMarker": True},
        ),
    ],
)
def test_a_lifecycle_rule(setting: Callable[..., Any], members: Any, expected: Any) -> None:
    rule = {"id": "it", "status": "Enabled"} | members
    found = setting("lifecycle_configuration", "LifecycleConfiguration", rule=[rule])
    assert found == {"Rules": [{"Id": "it", "Status": "Enabled", **expected}]}


def test_the_smallest_object_that_is_moved(setting: Callable[..., Any]) -> None:
    size = "varies_by_storage_class"
    rules = [{"id": "it", "status": "Enabled"}]
    found = setting(
        "lifecycle_configuration", "LifecycleConfiguration", rule=rules, transition_default_minimum_object_size=size
    )
    assert found["TransitionDefaultMinimumObjectSize"] == size


def test_an_inline_lifecycle_rule(inline: Callable[..., Any]) -> None:
    rule = {
        "id": "it",
        "enabled": True,
        "prefix": "a/",
        "tags": {"a": "b"},
        "abort_incomplete_multipart_upload_days": 7,
        "expiration": [{"days": 365, "date": "", "expired_object_delete_marker": False}],
        "noncurrent_version_expiration": [{"days": 30}],
        "noncurrent_version_transition": [{"days": 10, "storage_class": "GLACIER"}],
        "transition": [{"days": 90, "date": "", "storage_class": "GLACIER"}],
    }
    assert inline(lifecycle_rule=[rule])["LifecycleConfiguration"]["Rules"] == [
        {
            "Id": "it",
            "Status": "Enabled",
            "Prefix": "a/",
            "TagFilters": [{"Key": "a", "Value": "b"}],
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            "ExpirationInDays": 365,
            "ExpiredObjectDeleteMarker": False,
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
            "NoncurrentVersionTransitions": [{"TransitionInDays": 10, "StorageClass": "GLACIER"}],
            "Transitions": [{"TransitionInDays": 90, "StorageClass": "GLACIER"}],
        }
    ]


def test_inline_object_lock(inline: Callable[..., Any]) -> None:
    lock = {"object_lock_enabled": "Enabled", "rule": [{"default_retention": [{"mode": "COMPLIANCE", "years": 1}]}]}
    assert inline(object_lock_enabled=True, object_lock_configuration=[lock]) == {
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 1}},
        },
    }


def test_inline_cors_and_acceleration(inline: Callable[..., Any]) -> None:
    rule = {"allowed_methods": ["PUT", "GET"], "allowed_origins": ["*"], "max_age_seconds": 0}
    assert inline(cors_rule=[rule], acceleration_status="Enabled") == {
        "CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"], "MaxAge": 0}]},
        "AccelerateConfiguration": {"AccelerationStatus": "Enabled"},
    }


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://example.org", {"HostName": "example.org", "Protocol": "https"}),
        ("example.org", {"HostName": "example.org"}),
    ],
)
def test_an_inline_website_that_redirects(inline: Callable[..., Any], address: str, expected: Any) -> None:
    found = inline(website=[{"index_document": "", "redirect_all_requests_to": address}])
    assert found == {"WebsiteConfiguration": {"RedirectAllRequestsTo": expected}}


def test_routing_rules_that_are_written_as_json(inline: Callable[..., Any], setting: Callable[..., Any]) -> None:
    written = '[{"Condition": {"KeyPrefixEquals": "a/"}, "Redirect": {"HostName": "example.org"}}]'
    expected = [{"RoutingRuleCondition": {"KeyPrefixEquals": "a/"}, "RedirectRule": {"HostName": "example.org"}}]
    website = [{"index_document": "index.html", "routing_rules": written}]
    found = setting("website_configuration", "WebsiteConfiguration", routing_rules=written)
    assert inline(website=website)["WebsiteConfiguration"]["RoutingRules"] == found["RoutingRules"] == expected


@pytest.mark.parametrize("written", ["{}", "[1]", "[{"])
def test_routing_rules_that_are_none(setting: Callable[..., Any], written: str) -> None:
    with pytest.raises(InputError, match="routing_rules"):
        setting("website_configuration", "WebsiteConfiguration", routing_rules=written)


def test_notifications_are_one_an_event(setting: Callable[..., Any]) -> None:
    function = {"lambda_function_arn": "arn", "events": ["s3:B", "s3:A"], "filter_prefix": "in/", "filter_suffix": ""}
    rules = [{"Name": "prefix", "Value": "in/"}]
    assert setting("notification", "NotificationConfiguration", lambda_function=[function], eventbridge=True) == {
        "LambdaConfigurations": [
            {"Function": "arn", "Event": event, "Filter": {"S3Key": {"Rules": rules}}} for event in ("s3:A", "s3:B")
        ],
        "EventBridgeConfiguration": {"EventBridgeEnabled": True},
    }


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"filter": [{"prefix": "a/"}], "priority": 0}, {"Filter": {"Prefix": "a/"}, "Priority": 0}),
        ({"filter": [], "prefix": "a/", "priority": 0}, {"Prefix": "a/"}),
        (
            {"filter": [{"and": [{"prefix": "a/", "tags": {"a": "b"}}]}], "priority": 1},
            {"Filter": {"And": {"Prefix": "a/", "TagFilters": [{"Key": "a", "Value": "b"}]}}, "Priority": 1},
        ),
        (
            {"source_selection_criteria": [{"sse_kms_encrypted_objects": [{"status": "Enabled"}]}]},
            {"SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}}},
        ),
        (
            {
                "destination": [
                    {
                        "bucket": "arn",
                        "account": "210987654321",
                        "access_control_translation": [{"owner": "Destination"}],
                        "encryption_configuration": [{"replica_kms_key_id": "key"}],
                        "metrics": [{"status": "Enabled", "event_threshold": [{"minutes": 15}]}],
                        "replication_time": [{"status": "Enabled", "time": [{"minutes": 15}]}],
                    }
                ]
            },
            {
                "Destination": {
                    "Bucket": "arn",
                    "Account": "210987654321",
                    "AccessControlTranslation": {"Owner": "Destination"},
                    "EncryptionConfiguration": {"ReplicaKmsKeyID": "key"},
                    "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
                    "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
                }
            },
        ),
    ],
)
def test_a_replication_rule(setting: Callable[..., Any], members: Any, expected: Any) -> None:
    rule = {"id": "it", "status": "Enabled"} | members
    found = setting("replication_configuration", "ReplicationConfiguration", role="arn", rule=[rule])
    assert found == {"Role": "arn", "Rules": [{"Id": "it", "Status": "Enabled", **expected}]}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"prefix": "a/", "tags": {}}, {"Prefix": "a/"}),
        ({"tags": {"a": "b"}}, {"TagFilter": {"Key": "a", "Value": "b"}}),
        ({"prefix": "p", "tags": {"a": "b"}}, {"And": {"Prefix": "p", "TagFilters": [{"Key": "a", "Value": "b"}]}}),
    ],
)
def test_an_inline_replication_rule(inline: Callable[..., Any], condition: Any, expected: Any) -> None:
    rule = {
        "id": "it",
        "status": "Enabled",
        "priority": 1,
        "filter": [condition],
        "delete_marker_replication_status": "Enabled",
        "source_selection_criteria": [{"sse_kms_encrypted_objects": [{"enabled": True}]}],
        "destination": [
            {
                "bucket": "arn",
                "account_id": "210987654321",
                "replica_kms_key_id": "key",
                "metrics": [{"status": "Enabled", "minutes": 15}],
            }
        ],
    }
    assert inline(replication_configuration=[{"role": "arn", "rules": [rule]}])["ReplicationConfiguration"] == {
        "Role": "arn",
        "Rules": [
            {
                "Id": "it",
                "Status": "Enabled",
                "Priority": 1,
                "Filter": expected,
                "DeleteMarkerReplication": {"Status": "Enabled"},
                "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
                "Destination": {
                    "Bucket": "arn",
                    "Account": "210987654321",
                    "EncryptionConfiguration": {"ReplicaKmsKeyID": "key"},
                    "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
                },
            }
        ],
    }


def test_a_setting_of_its_own_wins_over_the_copy(properties: Properties) -> None:
    found = properties(
        ("aws_s3_bucket", {"bucket": "data", "acceleration_status": "Suspended"}),
        ("aws_s3_bucket_accelerate_configuration", {"bucket": "data", "status": "Enabled"}),
    )
    assert found["AccelerateConfiguration"] == {"AccelerationStatus": "Enabled"}


def test_an_unknown_filter_makes_its_rules_unknown(
    resource: Callable[..., Any], write: Callable[..., Any], read: Callable[..., Any]
) -> None:
    rule = {"id": "it", "status": "Enabled", "filter": [{"prefix": "secret/"}]}
    instance = {
        "schema_version": 0,
        "attributes": {"bucket": "data", "rule": [rule]},
        "sensitive_attributes": [
            [
                {"type": "get_attr", "value": "rule"},
                {"type": "index", "value": {"value": 0, "type": "number"}},
                {"type": "get_attr", "value": "filter"},
            ]
        ],
    }
    document = {
        "version": 4,
        "resources": [
            resource("aws_s3_bucket", {"bucket": "data"}),
            resource("aws_s3_bucket_lifecycle_configuration", {}, instances=[instance]),
        ],
    }
    (bucket,) = read(write(document)).resources.values()
    assert bucket.properties["LifecycleConfiguration"] == {"Rules": [SENSITIVE]}
