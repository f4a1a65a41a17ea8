from __future__ import annotations

import pytest

from setpoint.aws import AwsClients, AwsSettings
from setpoint.errors import InputError
from setpoint.observe.aws.observer import READERS, AwsObserver, permissions


def test_every_reader_says_which_permissions_it_needs() -> None:
    assert set(permissions()) == set(READERS)
    for reader in READERS.values():
        assert reader.lists in reader.permissions
        assert len(set(reader.permissions)) == len(reader.permissions)
    assert permissions(["AWS::S3::BucketPolicy"]) == {
        "AWS::S3::BucketPolicy": ("s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:GetBucketPolicy")
    }


def test_a_reader_only_reads() -> None:
    verbs = {action.split(":")[1] for reader in READERS.values() for action in reader.permissions}
    assert all(verb.startswith(("Get", "List", "Describe")) for verb in verbs)


def test_a_type_without_a_reader_is_an_input_error() -> None:
    with pytest.raises(InputError, match="AWS::Lambda::Function cannot be read from AWS"):
        AwsObserver(AwsClients(AwsSettings(("eu-west-1",))), ["AWS::S3::Bucket", "AWS::Lambda::Function"])
