"""Which entities an event says to look at again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from setpoint.model.snapshot import Area
from setpoint.model.urn import Urn
from setpoint.observe.cloudtrail.looking import KnownEntities

ACCOUNT = "123456789012"


def urn(type_name: str, identifier: str, region: str = "eu-west-1") -> Urn:
    return Urn.aws("aws", ACCOUNT, region, type_name, identifier)


ORDERS, TRAIL = urn("AWS::S3::Bucket", "orders"), urn("AWS::CloudTrail::Trail", "orders")
ROLE = urn("AWS::IAM::Role", "shop", "global")
KEY = urn("AWS::KMS::Key", "1234abcd")
KNOWN = KnownEntities([ORDERS, TRAIL, ROLE, KEY, urn("AWS::S3::Bucket", "orders", "us-east-1"), Urn("service:shop")])


def test_the_entity_of_that_name_service_and_region(event: Callable[..., dict[str, Any]]) -> None:
    changed = event("PutBucketPolicy", "s3", requestParameters={"bucketName": "orders"})
    assert KNOWN.named_by(changed) == {ORDERS}


def test_what_has_no_region_wherever_the_event_is(event: Callable[..., dict[str, Any]]) -> None:
    changed = event("PutRolePolicy", "iam", awsRegion="us-east-1", requestParameters={"roleName": "shop"})
    assert KNOWN.named_by(changed) == {ROLE}


def test_by_its_arn(event: Callable[..., dict[str, Any]]) -> None:
    changed = event("DisableKey", "kms", resources=[{"ARN": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd"}])
    assert KNOWN.named_by(changed) == {KEY}


def test_what_nobody_knows_yet_is_looked_for_in_its_area(event: Callable[..., dict[str, Any]]) -> None:
    changed = event("CreateBucket", "s3", requestParameters={"bucketName": "new"})
    assert KNOWN.named_by(changed) == {Area.of(ORDERS)}


def test_nothing_of_other_accounts_and_services(event: Callable[..., dict[str, Any]]) -> None:
    asked = {"requestParameters": {"bucketName": "orders"}}
    assert KNOWN.named_by(event("PutBucketPolicy", "s3", recipientAccountId="1", **asked)) == set()
    assert KNOWN.named_by(event("CreateQueue", "sqs", **asked)) == set()
    assert KNOWN.named_by({}) == set()


def test_there_is_an_end_to_looking(event: Callable[..., dict[str, Any]]) -> None:
    deep: Any = "orders"
    for _ in range(200):
        deep = {"a": [deep]}
    assert KNOWN.named_by(event("PutBucketPolicy", "s3", requestParameters=deep)) == {Area.of(ORDERS)}
