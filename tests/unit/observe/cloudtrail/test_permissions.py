"""What reading logs takes: no more than what is configured."""

from __future__ import annotations

from typing import Any

import pytest

from setpoint.observe.cloudtrail.permissions import statements

QUEUE = "https://sqs.eu-west-1.amazonaws.com/111122223333/trail"
BUCKET = "arn:aws-cn:s3:::logs"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        (
            {"bucket": "logs", "prefix": "org"},
            {"s3:GetObject": [BUCKET, f"{BUCKET}/org/AWSLogs/*"], "cloudtrail:ListPublicKeys": ["*"]},
        ),
        ({"bucket": "logs", "verifies": False}, {"s3:ListBucket": [BUCKET, f"{BUCKET}/AWSLogs/*"]}),
        (
            {"queue": QUEUE, "bucket": "logs"},
            {
                "sqs:DeleteMessage": ["arn:aws-cn:sqs:eu-west-1:111122223333:trail"],
                "sqs:ReceiveMessage": ["arn:aws-cn:sqs:eu-west-1:111122223333:trail"],
                "s3:GetObject": [f"{BUCKET}/*"],
            },
        ),
        (
            {"queue": "http://127.0.0.1:9/trail"},
            {"sqs:ReceiveMessage": ["arn:aws-cn:sqs:*:*:trail"], "s3:GetObject": ["*"]},
        ),
    ],
)
def test_what_is_configured(given: dict[str, Any], expected: dict[str, list[str]]) -> None:
    usual = {"bucket": None, "prefix": "", "queue": None, "verifies": True, "partition": "aws-cn"}
    found = {action: each["Resource"] for each in statements(**usual | given) for action in each["Action"]}
    assert {action: resources for action, resources in found.items() if action in expected} == expected
    assert bool(found) is bool(given)
