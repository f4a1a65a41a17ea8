"""Settings of a bucket in the spelling that S3 answers in."""

from __future__ import annotations

from typing import Any

import pytest

from setpoint.intent.cloudformation.buckets import bucket_settings
from setpoint.model.canonical import Unknown

UNKNOWN = Unknown("why")


def rules(**members: Any) -> Any:
    return {"LifecycleConfiguration": {"Rules": [members]}}


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ({"BucketName": "data"}, {"BucketName": "data"}),
        (rules(Transition={"TransitionInDays": 1}), rules(Transitions=[{"TransitionInDays": 1}])),
        (
            rules(NoncurrentVersionTransition={"TransitionInDays": 1}),
            rules(NoncurrentVersionTransitions=[{"TransitionInDays": 1}]),
        ),
        (rules(NoncurrentVersionExpirationInDays=30), rules(NoncurrentVersionExpiration={"NoncurrentDays": 30})),
        (rules(ExpirationDate="2030-01-01T00:00:00.000Z"), rules(ExpirationDate="2030-01-01T00:00:00Z")),
        (
            rules(Transition={"TransitionDate": "2030-01-01T00:00:00.000Z"}),
            rules(Transitions=[{"TransitionDate": "2030-01-01T00:00:00Z"}]),
        ),
        ({"LifecycleConfiguration": UNKNOWN}, {"LifecycleConfiguration": UNKNOWN}),
        ({"LifecycleConfiguration": {"Rules": [UNKNOWN]}}, {"LifecycleConfiguration": {"Rules": [UNKNOWN]}}),
        (
            {"ObjectLockEnabled": "true"},
            {"ObjectLockEnabled": "true", "VersioningConfiguration": {"Status": "Enabled"}},
        ),
        ({"ObjectLockEnabled": False}, {"ObjectLockEnabled": False}),
        ({"ObjectLockEnabled": UNKNOWN}, {"ObjectLockEnabled": UNKNOWN}),
    ],
)
def test_one_spelling(declared: Any, written: Any) -> None:
    assert bucket_settings(declared) == written


def test_filters_of_notifications_are_in_small_letters() -> None:
    def notification(name: Any) -> Any:
        rule = {"Name": name, "Value": "In/"}
        return {"NotificationConfiguration": {"QueueConfigurations": [{"Filter": {"S3Key": {"Rules": [rule]}}}]}}

    assert bucket_settings(notification("Prefix")) == notification("prefix")
    assert bucket_settings(notification(UNKNOWN)) == notification(UNKNOWN)
