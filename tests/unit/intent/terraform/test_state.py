"""State files of format version 4: what is in them, and every way in which they can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.model.canonical import Unknown
from setpoint.model.snapshot import Snapshot

Read = Callable[[Path], Snapshot]
Write = Callable[[Any], Path]
Make = Callable[..., dict[str, Any]]


def test_every_managed_resource_of_the_fleet_is_read(sample: Callable[[str], Snapshot]) -> None:
    assert [str(urn) for urn in sample("fleet.tfstate").resources] == [
        "aws:123456789012:eu-west-1:AWS::EC2::SecurityGroup:sg-0d00000000000001",
        "aws:123456789012:eu-west-1:AWS::RDS::DBInstance:payments",
        "aws:123456789012:eu-central-1:AWS::S3::Bucket:payments-data",
        "aws:123456789012:eu-central-1:AWS::S3::BucketPolicy:payments-data",
        "aws:123456789012:global:AWS::IAM::Role:payments-app",
        "aws:123456789012:eu-west-1:AWS::KMS::Key:11111111-2222-3333-4444-555555555555",
        "aws:123456789012:eu-west-1:AWS::CloudTrail::Trail:audit",
    ]


def test_the_source_names_file_module_and_index(sample: Callable[[str], Snapshot]) -> None:
    sources = [each.source.split(": ", 1)[1] for each in sample("fleet.tfstate").resources.values()]
    assert 'module.database["payments"].aws_db_instance.main["primary"]' in sources
    assert "aws_s3_bucket.data[0]" in sources


def test_no_secret_of_the_file_is_kept(sample: Callable[[str], Snapshot]) -> None:
    assert "do-not-keep-me" not in repr(sample("fleet.tfstate"))
    assert "keeper" not in repr(sample("fleet.tfstate"))


def test_what_terraform_marks_sensitive_is_unknown(read: Read, write: Write, resource: Make) -> None:
    attributes = {"key_id": "1", "description": "hush", "tags": {"a": "hush", "b": "seen"}, "policy": None}
    key = resource("aws_kms_key", attributes)
    key["instances"][0]["sensitive_attributes"] = [
        [{"type": "get_attr", "value": "description"}],
        [{"type": "get_attr", "value": "policy"}],
        [{"type": "get_attr", "value": "tags"}, {"type": "index", "value": {"value": "a", "type": "string"}}],
    ]
    (found,) = read(write({"version": 4, "resources": [key]})).resources.values()
    assert isinstance(found.properties["Description"], Unknown)
    assert "KeyPolicy" not in found.properties
    hidden, seen = found.properties["Tags"]
    assert isinstance(hidden["Value"], Unknown)
    assert seen == {"Key": "b", "Value": "seen"}


def test_an_empty_state_declares_nothing(read: Read, write: Write) -> None:
    snapshot = read(write({"version": 4, "resources": []}))
    assert not snapshot.resources
    assert not snapshot.coverage.areas


@pytest.mark.parametrize(
    ("version", "remedy"),
    [
        (3, "terraform state pull"),
        (5, "upgrade Setpoint"),
        ("4", "terraform state pull"),
        (None, "terraform state pull"),
    ],
)
def test_another_version_is_refused_with_what_would_do(read: Read, write: Write, version: Any, remedy: str) -> None:
    with pytest.raises(InputError, match=rf"format version {version!r}; version 4 is read.*{remedy}"):
        read(write({"version": version, "resources": []}))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"version": 4}, "'resources' is null; a list was expected"),
        ({"version": 4, "resources": {}}, "'resources' is an object; a list was expected"),
        ({"version": 4, "resources": ["x"]}, r"resources\[0\]: the resource is text; an object was expected"),
        ({"version": 4, "resources": [{"type": "a"}]}, r"resources\[0\]: 'mode' is null; text was expected"),
        ({"version": 4, "resources": [{"mode": "managed", "name": "b"}]}, r"resources\[0\]: 'type' is null"),
        ({"version": 4, "resources": [{"mode": "managed", "type": "a", "name": 1}]}, "'name' is a whole number"),
        (
            {"version": 4, "resources": [{"mode": "managed", "type": "a", "name": "b", "instances": None}]},
            r"a\.b: 'instances' is null; a list was expected",
        ),
        (
            {"version": 4, "resources": [{"mode": "managed", "type": "a", "name": "b", "instances": [1]}]},
            r"a\.b: an instance is a whole number",
        ),
    ],
)
def test_a_damaged_state_is_told_where_it_is_damaged(read: Read, write: Write, document: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(write(document))


@pytest.mark.parametrize(("attributes", "what"), [(None, "null"), ([], "a list"), ("x", "text")])
def test_attributes_that_are_no_object_are_told_with_their_address(
    read: Read, write: Write, resource: Make, attributes: Any, what: str
) -> None:
    bucket = resource("aws_s3_bucket", attributes, module="module.storage")
    bucket["instances"][0]["index_key"] = "a"
    message = rf"""module\.storage\.aws_s3_bucket\.it\["a"\]: 'attributes' is {what}; an object was expected"""
    with pytest.raises(InputError, match=message):
        read(write({"version": 4, "resources": [bucket]}))


def test_attributes_of_terraform_0_11_are_refused_with_what_would_do(read: Read, write: Write, resource: Make) -> None:
    bucket = resource("aws_s3_bucket", {}, instances=[{"attributes_flat": {"bucket": "a"}}])
    with pytest.raises(InputError, match=r"aws_s3_bucket\.it: .*terraform apply -refresh-only"):
        read(write({"version": 4, "resources": [bucket]}))


@pytest.mark.parametrize("path", [["x"], [{"type": "get_attr"}], [{"type": "get_attr", "value": None}], "password"])
def test_a_sensitive_path_that_cannot_be_read_is_an_error(read: Read, write: Write, resource: Make, path: Any) -> None:
    bucket = resource("aws_s3_bucket", {"bucket": "a"})
    bucket["instances"][0]["sensitive_attributes"] = [path]
    with pytest.raises(InputError, match=r"aws_s3_bucket\.it: a (step of a )?sensitive path"):
        read(write({"version": 4, "resources": [bucket]}))
