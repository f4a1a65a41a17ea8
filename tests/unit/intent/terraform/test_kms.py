"""Keys, and key policies of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Properties = Callable[..., Mapping[str, Any]]

KEY = {
    "arn": "arn:aws:kms:eu-west-1:123456789012:key/1234",
    "key_id": "1234",
    "description": "Data",
    "is_enabled": True,
    "enable_key_rotation": False,
    "rotation_period_in_days": 90,
    "policy": '{"Statement": [], "Id": "copy"}',
    "customer_master_key_spec": "SYMMETRIC_DEFAULT",
    "key_usage": "ENCRYPT_DECRYPT",
    "multi_region": False,
    "deletion_window_in_days": 30,
    "tags_all": {},
}


def test_the_keys_own_properties(properties: Properties) -> None:
    assert properties(("aws_kms_key", KEY)) == {
        "KeyId": "1234",
        "Arn": "arn:aws:kms:eu-west-1:123456789012:key/1234",
        "Description": "Data",
        "Enabled": True,
        "EnableKeyRotation": False,
        "RotationPeriodInDays": 90,
        "KeyPolicy": {"Statement": [], "Id": "copy"},
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "MultiRegion": False,
    }


def test_a_policy_of_its_own_wins_whether_it_names_the_key_or_its_arn(properties: Properties) -> None:
    for reference in (KEY["key_id"], KEY["arn"]):
        policy = ("aws_kms_key_policy", {"key_id": reference, "policy": '{"Statement": [], "Id": "own"}'})
        assert properties(policy, ("aws_kms_key", KEY))["KeyPolicy"]["Id"] == "own"
