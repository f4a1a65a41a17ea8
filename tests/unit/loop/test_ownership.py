"""Whose an entity is: by declaration, by its own tag, by its parent's."""

from __future__ import annotations

from typing import Any

from setpoint.loop.intended import IntendedState
from setpoint.loop.ownership import Ownership
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn


def _urn(type_name: str) -> Urn:
    return Urn.aws("aws", "123456789012", "eu-west-1", type_name, "data")


BUCKET, POLICY = _urn("AWS::S3::Bucket"), _urn("AWS::S3::BucketPolicy")


def _bucket(**tags: str) -> Resource:
    return Resource(BUCKET, {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}, "aws")


def test_a_policy_belongs_to_whom_its_bucket_belongs_to_now(world: Any) -> None:
    ownership = Ownership(IntendedState(world, "service"), "service")
    assert ownership.owner(BUCKET, _bucket(service="payments")) == "payments"
    assert ownership.owner(POLICY) == "payments"
    assert ownership.owner(BUCKET, _bucket(service="orders")) == "orders"
    assert ownership.owner(POLICY) == "orders"
    assert ownership.owner(BUCKET, _bucket()) == ""
    assert ownership.owner(POLICY) == "", "the tag is gone, and with it the ownership"
