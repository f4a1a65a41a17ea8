"""The rotation of a key: one answer of KMS tells two properties, or neither."""

from __future__ import annotations

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from setpoint.observe.aws.kms import KeyReader
from setpoint.observe.aws.reader import Listed, Place, Reading


class Kms:
    """A place with one key, of which KMS answers this about rotation: a status, or the code of an error."""

    def __init__(self, answer: dict[str, Any] | str, **metadata: str) -> None:
        self._answer = answer
        self._metadata = metadata

    def client(self, _service: str) -> Kms:
        return self

    def describe_key(self, **_: Any) -> Any:
        return {"KeyMetadata": {"KeyId": "k", "KeyState": "Enabled", **self._metadata}}

    def get_key_policy(self, **_: Any) -> Any:
        return {"Policy": "{}"}

    def get_key_rotation_status(self, **_: Any) -> Any:
        if isinstance(self._answer, str):
            raise ClientError({"Error": {"Code": self._answer}}, "GetKeyRotationStatus")
        return self._answer

    def get_paginator(self, _operation: str) -> Kms:
        return self

    def paginate(self, **_: Any) -> Any:
        return [{"Tags": []}]


def rotation(answer: dict[str, Any] | str, **metadata: str) -> tuple[dict[str, Any], set[str]]:
    """What of rotation was read, and what could not be."""
    reading = Reading(KeyReader.gone)
    KeyReader().read(cast("Place", Kms(answer, **metadata)), Listed("k", said={}), reading)
    return {name: value for name, value in reading.properties.items() if "Rotat" in name}, set(reading.unread)


@pytest.mark.parametrize(
    ("answer", "read", "unread"),
    [
        (
            {"KeyRotationEnabled": True, "RotationPeriodInDays": 90},
            {"EnableKeyRotation": True, "RotationPeriodInDays": 90},
            set(),
        ),
        ({"KeyRotationEnabled": False}, {"EnableKeyRotation": False}, set()),
        ("UnsupportedOperationException", {}, set()),
        ("AccessDeniedException", {}, {"EnableKeyRotation", "RotationPeriodInDays"}),
    ],
)
def test_rotation_and_its_period(answer: dict[str, Any] | str, read: dict[str, Any], unread: set[str]) -> None:
    assert rotation(answer) == (read, unread)


@pytest.mark.parametrize(
    "metadata",
    [{"KeySpec": "RSA_2048"}, {"KeySpec": "HMAC_256"}, {"KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_CLOUDHSM"}],
)
def test_what_cannot_rotate_is_not_asked_for_its_rotation(metadata: dict[str, str]) -> None:
    assert rotation("AccessDeniedException", **metadata) == ({}, set())


def test_imported_material_is_known_not_to_rotate() -> None:
    assert rotation("AccessDeniedException", Origin="EXTERNAL") == ({"EnableKeyRotation": False}, set())


def test_a_key_that_aws_manages_is_rotated_every_year_whatever_may_be_asked() -> None:
    yearly = {"EnableKeyRotation": True, "RotationPeriodInDays": 365}
    assert rotation("AccessDeniedException", KeyManager="AWS") == (yearly, set())
