"""A live stack on a real HTTP API, and a template read against it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from setpoint.aws import AwsClients
from setpoint.errors import CouldNotTellError, InputError
from setpoint.intent.cloudformation.reader import CloudFormationReader
from setpoint.intent.cloudformation.stack import read_stack

REGION = "eu-west-1"

TEMPLATE = dedent(
    """
    Parameters:
      Environment: {Type: String, Default: dev}
      Password: {Type: String, NoEcho: true, Default: secret}
    Resources:
      Data:
        Type: AWS::S3::Bucket
        Properties: {Tags: [{Key: environment, Value: !Ref Environment}]}
      Key:
        Type: AWS::KMS::Key
        Properties: {Description: !Sub "for ${Data}", KeyPolicy: {Version: "2012-10-17", Statement: []}}
      Group:
        Type: AWS::EC2::SecurityGroup
        Properties: {GroupDescription: database, VpcId: !Ref Vpc}
      Vpc:
        Type: AWS::EC2::VPC
        Properties: {CidrBlock: 10.0.0.0/16}
      Role:
        Type: AWS::IAM::Role
        Properties:
          Path: /orders/
          Description: !GetAtt Key.Arn
          AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}
    Outputs:
      VpcId: {Value: !Ref Vpc, Export: {Name: shared-vpc}}
    """
)


def create_stack(aws: AwsClients, name: str, template: str, **arguments: Any) -> None:
    aws.client("cloudformation", REGION).create_stack(StackName=name, TemplateBody=template, **arguments)


def reader_of(aws: AwsClients, folder: Path, template: str) -> CloudFormationReader:
    path = folder / "template.yaml"
    path.write_text(template, encoding="utf-8")
    return CloudFormationReader(
        path,
        partition="aws",
        account="123456789012",
        region=REGION,
        parameters={},
        exports={},
        stack=lambda: read_stack(aws, REGION, "orders"),
        existing=None,
        schemas=lambda _: None,
    )


def test_a_template_resolves_against_its_stack(aws: AwsClients, tmp_path: Path) -> None:
    create_stack(
        aws,
        "orders",
        TEMPLATE,
        Parameters=[{"ParameterKey": "Environment", "ParameterValue": "prod"}],
        Tags=[{"Key": "team", "Value": "orders"}],
    )
    stack = read_stack(aws, REGION, "orders")

    [bucket] = aws.client("s3", REGION).list_buckets()["Buckets"]
    [key] = aws.client("kms", REGION).list_keys()["Keys"]
    [role] = aws.client("iam", REGION).list_roles()["Roles"]
    groups = aws.client("ec2", REGION).describe_security_groups()["SecurityGroups"]
    [group] = [each for each in groups if each["Description"] == "database"]
    assert stack.name == "orders"
    assert stack.stack_id.startswith("arn:aws:cloudformation:eu-west-1:123456789012:stack/orders/")
    assert stack.parameters["Environment"] == "prod"
    assert stack.exports == {"shared-vpc": group["VpcId"]}
    assert stack.tags == {"team": "orders"}

    reader = reader_of(aws, tmp_path, TEMPLATE)
    resources = {each.type: each for each in reader.read().resources.values()}
    assert {each.urn.identifier: each.unidentified for each in resources.values()} == {
        bucket["Name"]: "",
        key["KeyId"]: "",
        group["GroupId"]: "",
        role["RoleName"]: "",
    }
    assert resources["AWS::S3::Bucket"].tags() == {"environment": "prod"}
    assert resources["AWS::KMS::Key"].properties["Description"] == f"for {bucket['Name']}"
    assert resources["AWS::EC2::SecurityGroup"].properties["VpcId"] == group["VpcId"]
    assert resources["AWS::IAM::Role"].properties["Description"] == key["KeyArn"]
    assert reader.fingerprint() == reader.fingerprint()


def test_the_fingerprint_follows_the_stack(aws: AwsClients, tmp_path: Path) -> None:
    template = "Parameters: {Name: {Type: String}}\nResources: {Topic: {Type: 'AWS::SNS::Topic'}}\n"
    create_stack(aws, "orders", template, Parameters=[{"ParameterKey": "Name", "ParameterValue": "one"}])
    reader = reader_of(aws, tmp_path, template)
    before = reader.fingerprint()
    assert reader.fingerprint() == before
    aws.client("cloudformation", REGION).update_stack(
        StackName="orders",
        TemplateBody=template,
        Parameters=[{"ParameterKey": "Name", "ParameterValue": "two"}],
    )
    assert reader.fingerprint() != before


def test_every_page_is_read(aws: AwsClients) -> None:
    topics = {f"Topic{number}": {"Type": "AWS::SNS::Topic"} for number in range(130)}
    outputs = {
        f"Output{number}": {"Value": {"Ref": f"Topic{number}"}, "Export": {"Name": f"topic-{number}"}}
        for number in range(130)
    }
    create_stack(aws, "topics", json.dumps({"Resources": topics, "Outputs": outputs}))
    stack = read_stack(aws, REGION, "topics")
    assert set(stack.physical_ids) == set(topics)
    assert {name: stack.physical_ids[f"Topic{name[6:]}"] for name in stack.exports} == stack.exports
    assert len(stack.exports) == 130


@pytest.mark.parametrize("existed", [False, True])
def test_a_stack_that_is_not_there(aws: AwsClients, existed: bool) -> None:
    if existed:
        create_stack(aws, "orders", TEMPLATE)
        aws.client("cloudformation", REGION).delete_stack(StackName="orders")
    with pytest.raises(InputError, match="there is no stack orders in eu-west-1; check stack: and region:"):
        read_stack(aws, REGION, "orders")


def test_an_api_that_does_not_answer_is_no_absence(aws: AwsClients) -> None:
    nobody = AwsClients(replace(aws.settings, endpoint_url="http://127.0.0.1:9", timeout=1.0))
    with pytest.raises(CouldNotTellError, match="cloudformation:DescribeStacks failed"):
        read_stack(nobody, REGION, "orders")
