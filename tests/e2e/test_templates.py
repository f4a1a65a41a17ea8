"""Templates wherever they are, through the command line: a cloud assembly, a live stack, S3, another account."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from tests.e2e.account import BUCKET, Aws, open_the_bucket
from tests.e2e.program import REGION, Setpoint

from setpoint.aws import AwsClients, AwsSettings
from setpoint.roles import AssumedRole

OTHER = "222233334444"
ROLE = f"arn:aws:iam::{OTHER}:role/setpoint"
PRIVATE = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
TEMPLATE = json.dumps(
    {
        "Resources": {
            "Orders": {
                "Type": "AWS::S3::Bucket",
                "Properties": {"BucketName": BUCKET, "PublicAccessBlockConfiguration": PRIVATE},
            }
        }
    }
)


def write_assembly(setpoint: Setpoint) -> None:
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://unknown-account/{REGION}",
        "properties": {"templateFile": "Shop.template.json", "stackName": "shop"},
    }
    manifest = {"version": "36.0.0", "artifacts": {"Shop": stack}}
    setpoint.write("cdk.out/manifest.json", json.dumps(manifest))
    setpoint.write("cdk.out/Shop.template.json", TEMPLATE)


def unprotected(setpoint: Setpoint) -> list[str]:
    """The paths of the access block that differ, after a heartbeat."""
    assert "Traceback" not in setpoint.run("beat").err
    drifts = setpoint.run("drift", "--json").json()["drift"]
    return [each["path"] for each in drifts if each["path"].startswith("PublicAccessBlockConfiguration")]


@pytest.mark.parametrize("source", ["cdk", "stack", "s3"])
def test_drift_from_a_template_wherever_it_is(shop: Aws, setpoint: Setpoint, source: str) -> None:
    if source == "cdk":
        write_assembly(setpoint)
        setpoint.configure({"cdk": "cdk.out"})
    elif source == "stack":
        # moto makes what a stack declares; the bucket is there by then.
        shop.client("s3").delete_bucket(Bucket=BUCKET)
        shop.client("cloudformation").create_stack(StackName="shop", TemplateBody=TEMPLATE)
        setpoint.configure({"stack": "shop"})
    else:
        shop.client("s3").put_object(Bucket=BUCKET, Key="shop.json", Body=TEMPLATE.encode())
        setpoint.configure({"cloudformation": f"s3://{BUCKET}/shop.json"})
    if source != "stack":
        assert unprotected(setpoint) == []
        open_the_bucket(shop)
    assert unprotected(setpoint) != []


def test_a_stack_of_another_account_by_the_role_in_it(shop: Aws, setpoint: Setpoint) -> None:
    settings = AwsSettings(regions=(REGION,), endpoint_url=shop.url, attempts=1)
    theirs = AwsClients(settings, boto3.Session("testing", "testing")).assuming(AssumedRole(ROLE))
    properties = {"GroupDescription": "theirs", "SecurityGroupIngress": []}
    body = json.dumps({"Resources": {"Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}}})
    theirs.client("cloudformation", REGION).create_stack(StackName="net", TemplateBody=body)
    ec2 = theirs.client("ec2", REGION)
    groups = ec2.describe_security_groups()["SecurityGroups"]
    [group] = [each["GroupId"] for each in groups if each["Description"] == "theirs"]
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")

    aws = {"regions": [REGION], "endpoint_url": shop.url, "attempts": 1, "accounts": [{"role_arn": ROLE}]}
    setpoint.configure({"stack": "net", "account": OTHER}, aws=aws)
    assert "Traceback" not in setpoint.run("beat").err
    drifts = setpoint.run("drift", "--json").json()["drift"]
    opened = {each["urn"] for each in drifts if each["path"].startswith("SecurityGroupIngress")}
    assert f"aws:{OTHER}:{REGION}:AWS::EC2::SecurityGroup:{group}" in opened


def test_an_account_that_nothing_reads_is_told(shop: Aws, setpoint: Setpoint) -> None:
    setpoint.configure({"stack": "keys", "account": OTHER})
    setpoint.refuses("setpoint.yaml", f"account {OTHER}, which nothing reads", "name a role in it under aws.accounts")


def test_a_folder_that_is_no_assembly_is_told(shop: Aws, setpoint: Setpoint) -> None:
    setpoint.configure({"cdk": "cdk.out"})
    setpoint.refuses("cdk.out", "there is no manifest.json", "make one with: cdk synth")
    assert not Path(setpoint.folder / "cdk.out").exists()
