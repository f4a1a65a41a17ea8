"""Which live resource is meant, and what follows from that alone."""

from __future__ import annotations

import pytest

from setpoint.errors import InputError
from setpoint.intent.cloudformation.identity import (
    Place,
    declared_identifier,
    derived_attribute,
    managed_policy_arn,
    physical_identifier,
)
from setpoint.model.canonical import Json, Unknown
from setpoint.model.schema import ResourceSchema

HERE = Place("aws-cn", "123456789012", "cn-north-1")


def schema(*identifier: str, read_only: str = "", folded: str = "") -> ResourceSchema:
    return ResourceSchema(
        "T",
        "1",
        primary_identifier=identifier,
        kinds={},
        read_only=frozenset(read_only.split()),
        folded_case=frozenset(folded.split()),
    )


def test_iam_lives_nowhere_in_particular() -> None:
    assert HERE.urn("AWS::IAM::Role", "app") == "aws-cn:123456789012:global:AWS::IAM::Role:app"
    assert HERE.urn("AWS::S3::Bucket", "data") == "aws-cn:123456789012:cn-north-1:AWS::S3::Bucket:data"


@pytest.mark.parametrize(
    ("declared", "of", "identifier"),
    [
        ({"Name": "Orders"}, schema("Name"), "Orders"),
        ({"Name": "Orders"}, schema("Name", folded="Name"), "orders"),
        ({"Name": Unknown("why")}, schema("Name"), Unknown("why")),
        ({}, schema("Name"), None),
        ({"Name": "Orders"}, schema("Id", read_only="Id"), None),
        ({"A": "a", "B": "b"}, schema("A", "B"), "a|b"),
        ({"Name": "Orders"}, None, None),
    ],
)
def test_a_declared_name_identifies(declared: dict[str, Json], of: ResourceSchema | None, identifier: Json) -> None:
    assert declared_identifier(declared, of) == identifier


@pytest.mark.parametrize(
    ("type_name", "physical_id", "identifier"),
    [
        ("AWS::KMS::Key", "1-2-3", "1-2-3"),
        ("AWS::EC2::SecurityGroup", "sg-1", "sg-1"),
        ("AWS::EC2::SecurityGroup", "orders-Group-1ABC", None),
        ("AWS::S3::BucketPolicy", "orders-Policy-1ABC", None),
    ],
)
def test_a_physical_id_identifies_where_it_is_the_identifier(
    type_name: str, physical_id: str, identifier: str | None
) -> None:
    assert physical_identifier(type_name, physical_id) == identifier


@pytest.mark.parametrize(
    ("physical_id", "of", "declared", "identifier"),
    [
        ("arn:aws:sns:r:a:t", schema("TopicArn"), {}, "arn:aws:sns:r:a:t"),
        ("a-rule", schema("Arn"), {}, None),
        ("web|1-2|REGIONAL", schema("Name", "Id", "Scope"), {}, "web|1-2|REGIONAL"),
        ("client", schema("UserPoolId", "ClientId"), {"UserPoolId": "pool"}, "pool|client"),
        ("client", schema("UserPoolId", "ClientId"), {"UserPoolId": Unknown("why")}, None),
        ("client", schema("A", "B", "C"), {"A": "a"}, None),
    ],
)
def test_an_identifier_of_several_parts(
    physical_id: str, of: ResourceSchema, declared: dict[str, Json], identifier: str | None
) -> None:
    assert physical_identifier("T", physical_id, of, declared) == identifier


@pytest.mark.parametrize(
    ("type_name", "name", "value"),
    [
        ("AWS::S3::Bucket", "Arn", "arn:aws-cn:s3:::x"),
        ("AWS::S3::Bucket", "DomainName", "x.s3.amazonaws.com.cn"),
        ("AWS::S3::Bucket", "RegionalDomainName", "x.s3.cn-north-1.amazonaws.com.cn"),
        ("AWS::S3::Bucket", "DualStackDomainName", "x.s3.dualstack.cn-north-1.amazonaws.com.cn"),
        ("AWS::S3::Bucket", "WebsiteURL", None),
        ("AWS::IAM::Role", "Arn", "arn:aws-cn:iam::123456789012:role/orders/x"),
        ("AWS::IAM::Role", "RoleId", None),
        ("AWS::KMS::Key", "Arn", "arn:aws-cn:kms:cn-north-1:123456789012:key/x"),
        ("AWS::KMS::Key", "KeyId", "x"),
        ("AWS::CloudTrail::Trail", "Arn", "arn:aws-cn:cloudtrail:cn-north-1:123456789012:trail/x"),
        ("AWS::RDS::DBInstance", "DBInstanceArn", "arn:aws-cn:rds:cn-north-1:123456789012:db:x"),
        ("AWS::EC2::SecurityGroup", "GroupId", "x"),
        ("AWS::SNS::Topic", "TopicArn", None),
    ],
)
def test_attributes_that_follow_from_the_identity(type_name: str, name: str, value: str | None) -> None:
    assert derived_attribute(type_name, name, HERE, "x", {"Path": "/orders/"}) == value


def test_an_arn_with_an_unknown_path_is_unknown() -> None:
    unknown = {"Path": Unknown("why"), "ManagedPolicyName": "read"}
    assert derived_attribute("AWS::IAM::Role", "Arn", HERE, "x", unknown) == Unknown("why")
    assert managed_policy_arn(HERE, unknown) == Unknown("why")


def test_a_managed_policy_has_an_arn_once_it_has_a_name() -> None:
    assert managed_policy_arn(HERE, {"ManagedPolicyName": "read"}) == "arn:aws-cn:iam::123456789012:policy/read"
    assert managed_policy_arn(HERE, {}) is None
    assert managed_policy_arn(HERE, {"ManagedPolicyName": Unknown("why")}) == Unknown("why")


def test_a_partition_that_does_not_exist_is_told() -> None:
    with pytest.raises(InputError, match="aws-mars is not a partition of AWS; known are aws, aws-cn"):
        _ = Place("aws-mars", "123456789012", "olympus-1").url_suffix
