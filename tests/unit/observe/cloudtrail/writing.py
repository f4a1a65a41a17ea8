"""Recorded changes for tests, made of events as CloudTrail writes them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.cloud_trail import ACCOUNT, REGION, user

from setpoint.model.attribution import ChangeQuestion, RecordedWrite
from setpoint.model.canonical import Json
from setpoint.model.urn import GLOBAL, Urn
from setpoint.observe.cloudtrail.changes import recorded_write

SEEN: Final = datetime(2026, 5, 31, 12, tzinfo=UTC)
BEFORE: Final = SEEN - timedelta(minutes=10)
ORDERS: Final = Urn.aws("aws", ACCOUNT, REGION, "AWS::S3::Bucket", "orders")
SHOP: Final = Urn.aws("aws", ACCOUNT, GLOBAL, "AWS::IAM::Role", "shop")


def event(name: str, parameters: Json = None, **more: Any) -> dict[str, Any]:
    """To the bucket `orders` ten minutes before it was seen, unless it says otherwise."""
    at: datetime = more.pop("at", BEFORE)
    return {
        "userIdentity": user("ana"),
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "s3.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "[aws-cli/2.31.0 md/awscrt]",
        "requestParameters": {"bucketName": "orders"} if parameters is None else parameters,
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "managementEvent": True,
        "eventCategory": "Management",
        "recipientAccountId": ACCOUNT,
        **more,
    }


def iam(name: str, parameters: Mapping[str, Json], **more: Any) -> dict[str, Any]:
    return event(name, parameters, eventSource="iam.amazonaws.com", awsRegion="us-east-1", **more)


def write(
    given: Mapping[str, Any], *, roles: Sequence[str] = (), chain: tuple[str, ...] = (), labels: tuple[str, ...] = ()
) -> RecordedWrite:
    made = recorded_write(given, (chain, labels), roles)
    assert made is not None
    return made


def question(
    path: str, intended: Json = None, actual: Json = None, *, urn: Urn = ORDERS, **more: Any
) -> ChangeQuestion:
    return ChangeQuestion(urn, path, (intended, actual), **{"is_gone": False, "until": SEEN, **more})
