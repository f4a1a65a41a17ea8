"""The data by which types are chosen and AWS's own entities are known: each entry holds against the schemas."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from setpoint.files import load_yaml
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.globals import GLOBAL_TYPES, is_global
from setpoint.model.handlers import Verb
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Extent
from setpoint.model.urn import Urn
from setpoint.observe.aws.observer import READERS
from setpoint.observe.aws.provided import DEFAULTS, shipped_provisions
from setpoint.observe.aws.reader import Spread
from setpoint.observe.aws.selection import Selection, shipped_watch_list

FOLDER = Path(__file__).parents[4] / "src" / "setpoint" / "observe" / "aws"

catalogue = SchemaCatalogue()


@pytest.mark.parametrize("type_name", shipped_watch_list())
def test_what_is_watched_can_be_listed_and_read(type_name: str) -> None:
    reader = Selection(catalogue.handlers).reader(type_name)
    assert reader is not None
    assert reader.extent is Extent.WHOLE
    assert type_name not in READERS
    assert shipped_watch_list()[type_name]


def test_what_aws_provides_is_known_by_properties_that_there_are() -> None:
    document = load_yaml(FOLDER / "provided.yaml")
    for index, entry in enumerate(document.value["provided"]):
        where = document.where(f"provided[{index}]")
        schema = catalogue.schema(entry["type"])
        assert schema is not None, where
        assert "path" not in entry or schema.kind(entry["path"]) is not None, where
        assert entry["source"], where
        assert ("path" in entry) == bool(entry.get("is") or entry.get("begins")), where


def test_names_that_only_aws_may_use() -> None:
    by_name = shipped_provisions().by_name
    assert by_name("AWS::KMS::Alias", {"AliasName": "alias/aws/s3"})
    assert not by_name("AWS::KMS::Alias", {"AliasName": "alias/shop"})
    assert by_name("AWS::IAM::ServiceLinkedRole", {})
    assert by_name("AWS::S3::StorageLens", {"StorageLensConfiguration": {"Id": "default-account-dashboard"}})
    assert not by_name("AWS::Events::EventBus", {"Name": "default-2"})
    assert not by_name("AWS::SNS::Topic", {"TopicName": "default"})


def test_defaults_are_told_by_calls_that_ec2_has() -> None:
    import boto3

    client = boto3.client("ec2", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    for default in DEFAULTS.values():
        assert client.can_paginate(default.operation)
        service, action = default.action.split(":")
        assert service == "ec2"
        assert client.meta.method_to_api_mapping[default.operation] == action


def test_a_reader_says_what_it_needs_to_be_allowed() -> None:
    stage = Selection(catalogue.handlers).reader("AWS::ApiGateway::Stage")
    assert stage is not None
    assert stage.permissions[:1] == ("cloudformation:ListResources",)
    assert {"cloudformation:GetResource", "apigateway:GET"} <= set(stage.permissions)
    subnet = Selection(catalogue.handlers).reader("AWS::EC2::InternetGateway")
    assert subnet is not None
    assert {"ec2:DescribeInternetGateways", "ec2:DescribeVpcs"} <= set(subnet.permissions)


def test_readers_are_of_what_is_declared_or_watched_and_can_be_read() -> None:
    types = ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Custom::Thing", "AWS::SNS::Topic")
    urns = [Urn.aws("aws", "1", "eu-west-1", name, str(index)) for index, name in enumerate(types)]
    declared = {urn: Resource(urn, {}, "template") for urn in urns}
    selection = Selection(catalogue.handlers, ["AWS::IAM::User", "AWS::SNS::TopicPolicy"])
    assert [each.type for each in selection.readers(declared)] == ["AWS::IAM::User", "AWS::SNS::Topic"]
    assert selection.watched == {"AWS::IAM::User"}


def test_a_global_type_is_read_once() -> None:
    assert all(re.fullmatch(r"AWS::\w+::", each) for each in GLOBAL_TYPES)
    assert is_global("AWS::IAM::User")
    assert not is_global("AWS::Route53Resolver::ResolverRule")
    user = Selection(catalogue.handlers).reader("AWS::IAM::User")
    assert user is not None
    assert user.spread is Spread.GLOBAL
    handlers = catalogue.handlers("AWS::IAM::User")
    assert handlers is not None
    assert Verb.LIST in handlers.permissions
