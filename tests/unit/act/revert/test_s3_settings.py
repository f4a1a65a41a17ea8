"""What is written to a bucket reads as what was declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from setpoint.act.revert.action import Target
from setpoint.act.revert.s3_settings import SETTINGS
from setpoint.model.canonical import Json
from setpoint.model.remediation import Change
from setpoint.model.urn import Urn
from setpoint.observe.aws import s3_settings as observed

BUCKET = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "records")
TAGS = [{"Key": "a", "Value": "b"}]
SHAPES = {setting.properties[0]: setting.shape for setting in observed.SETTINGS}


class Bucket:
    """Holds what was put last, as S3 would answer."""

    def __init__(self) -> None:
        self.answer: dict[str, Json] = {}

    def client(self, _service: str, _region: str) -> Bucket:
        return self

    def put_bucket_lifecycle_configuration(self, **given: Any) -> None:
        self.answer = {**given, **given["LifecycleConfiguration"]}

    def put_bucket_website(self, **given: Any) -> None:
        self.answer = given["WebsiteConfiguration"]

    def put_bucket_notification_configuration(self, **given: Any) -> None:
        self.answer = given["NotificationConfiguration"]

    def put_bucket_replication(self, **given: Any) -> None:
        self.answer = given


def read_back(name: str, value: Json) -> Mapping[str, Json]:
    bucket = Bucket()
    (action,) = (each for each in SETTINGS if name in each.properties)
    clients: Any = bucket
    action.apply(Target(clients, BUCKET), {name: Change(name, None, value)})
    return SHAPES[name](bucket.answer)


def with_rule(**members: Json) -> Json:
    return {"Rules": [{"Status": "Enabled", "Id": "it", **members}]}


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("LifecycleConfiguration", with_rule(ExpirationInDays=7)),
        ("LifecycleConfiguration", with_rule(Prefix="logs/", ExpiredObjectDeleteMarker=True)),
        ("LifecycleConfiguration", with_rule(TagFilters=TAGS)),
        ("LifecycleConfiguration", with_rule(TagFilters=[*TAGS, {"Key": "c", "Value": "d"}])),
        ("LifecycleConfiguration", with_rule(ObjectSizeGreaterThan="1024")),
        ("LifecycleConfiguration", with_rule(Prefix="p", TagFilters=TAGS, ObjectSizeLessThan="9")),
        ("LifecycleConfiguration", with_rule() | {"TransitionDefaultMinimumObjectSize": "varies_by_storage_class"}),
        (
            "LifecycleConfiguration",
            with_rule(
                Transitions=[{"TransitionInDays": 0, "StorageClass": "GLACIER"}],
                NoncurrentVersionTransitions=[{"TransitionInDays": 30, "StorageClass": "GLACIER"}],
            ),
        ),
        ("WebsiteConfiguration", {"RedirectAllRequestsTo": {"HostName": "example.org"}}),
        ("NotificationConfiguration", {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}),
        ("NotificationConfiguration", {"LambdaConfigurations": [{"Function": "arn", "Event": "s3:A"}]}),
        ("ReplicationConfiguration", {"Role": "arn", **with_rule(Prefix="a/", Destination={"Bucket": "arn"})}),
        ("ReplicationConfiguration", {"Role": "arn", **with_rule(Filter={"TagFilter": TAGS[0]})}),
        ("ReplicationConfiguration", {"Role": "arn", **with_rule(Filter={"And": {"TagFilters": TAGS}})}),
    ],
)
def test_what_is_set_back_reads_as_declared(name: str, declared: Json) -> None:
    assert read_back(name, declared) == {name: declared}


def test_replication_hands_a_role_to_s3() -> None:
    (action,) = (each for each in SETTINGS if "ReplicationConfiguration" in each.properties)
    assert action.needs(["ReplicationConfiguration"]) == ("s3:PutReplicationConfiguration", "iam:PassRole")
