"""Each service's own call, held against botocore's model of it; and what is said where nothing can be read."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from setpoint.aws import AwsClients, AwsSettings
from setpoint.observe.aws.resource_policies import ResourcePolicies, read_resource_policies

ACCOUNT, REGION = "111122223333", "eu-west-1"
STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
TEXT = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


TABLE, STREAM = arn("dynamodb", "table/orders"), arn("kinesis", "stream/clicks")
KEY, TOPIC, SECRET = arn("kms", "key/1-2"), arn("sns", "told"), arn("secretsmanager", "secret:db-a1b2c3")
BUS = arn("events", "event-bus/own")

BUCKET = ("s3", "get_bucket_policy", {"Bucket": "papers", "ExpectedBucketOwner": ACCOUNT}, {"Policy": TEXT})
READ = [
    ("arn:aws:s3:::papers", *BUCKET),
    ("arn:aws:s3:::papers/a\nb", *BUCKET),
    (KEY, "kms", "get_key_policy", {"KeyId": KEY, "PolicyName": "default"}, {"Policy": TEXT}),
    (TOPIC, "sns", "get_topic_attributes", {"TopicArn": TOPIC}, {"Attributes": {"Policy": TEXT}}),
    (SECRET, "secretsmanager", "get_resource_policy", {"SecretId": SECRET}, {"ResourcePolicy": TEXT}),
    (arn("lambda", "function:web"), "lambda", "get_policy", {"FunctionName": "web"}, {"Policy": TEXT}),
    (
        arn("lambda", "function:web:live"),
        "lambda",
        "get_policy",
        {"FunctionName": "web", "Qualifier": "live"},
        {"Policy": TEXT},
    ),
    (
        arn("ecr", "repository/shop/images"),
        "ecr",
        "get_repository_policy",
        {"registryId": ACCOUNT, "repositoryName": "shop/images"},
        {"policyText": TEXT},
    ),
    (f"{TABLE}/index/day", "dynamodb", "get_resource_policy", {"ResourceArn": TABLE}, {"Policy": TEXT}),
    (f"{TABLE}/stream/1", "dynamodb", "get_resource_policy", {"ResourceArn": f"{TABLE}/stream/1"}, {"Policy": TEXT}),
    (STREAM, "kinesis", "get_resource_policy", {"ResourceARN": STREAM}, {"Policy": TEXT}),
    (
        arn("elasticfilesystem", "file-system/fs-12345678"),
        "efs",
        "describe_file_system_policy",
        {"FileSystemId": "fs-12345678"},
        {"Policy": TEXT},
    ),
    (
        arn("backup", "backup-vault:own"),
        "backup",
        "get_backup_vault_access_policy",
        {"BackupVaultName": "own"},
        {"Policy": TEXT},
    ),
    (BUS, "events", "describe_event_bus", {"Name": BUS}, {"Policy": TEXT}),
    (
        arn("es", "domain/logs/index"),
        "opensearch",
        "describe_domain",
        {"DomainName": "logs"},
        {
            "DomainStatus": {
                "DomainId": "1/logs",
                "DomainName": "logs",
                "ARN": arn("es", "domain/logs"),
                "ClusterConfig": {},
                "AccessPolicies": TEXT,
            }
        },
    ),
]


@pytest.fixture
def clients() -> AwsClients:
    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x")
    return AwsClients(AwsSettings((REGION,), attempts=1), session)


def read(clients: AwsClients, of: str) -> ResourcePolicies:
    return read_resource_policies(clients, of, ACCOUNT)


@pytest.mark.parametrize(("of", "service", "call", "asked", "answer"), READ, ids=[each[0] for each in READ])
def test_its_policy_is_read(
    clients: AwsClients, of: str, service: str, call: str, asked: dict[str, Any], answer: dict[str, Any]
) -> None:
    with Stubber(clients.client(service, REGION)) as stub:
        stub.add_response(call, answer, asked)
        found = read(clients, of)
    assert found.policies is not None
    (policy,) = found.policies
    assert (policy.name, len(policy.document.statements), found.unread) == (f"policy of {of}", 1, "")


def test_of_a_queue_by_its_address(clients: AwsClients) -> None:
    with Stubber(clients.client("sqs", REGION)) as stub:
        url = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/jobs"
        stub.add_response("get_queue_url", {"QueueUrl": url}, {"QueueName": "jobs", "QueueOwnerAWSAccountId": ACCOUNT})
        stub.add_response(
            "get_queue_attributes", {"Attributes": {"Policy": TEXT}}, {"QueueUrl": url, "AttributeNames": ["Policy"]}
        )
        assert read(clients, arn("sqs", "jobs")).policies


def test_one_that_has_none(clients: AwsClients) -> None:
    with Stubber(clients.client("secretsmanager", REGION)) as stub:
        stub.add_response("get_resource_policy", {}, {"SecretId": SECRET})
        assert read(clients, SECRET) == ResourcePolicies(())
    with Stubber(clients.client("s3", REGION)) as stub:
        stub.add_client_error("get_bucket_policy", "NoSuchBucketPolicy", http_status_code=404)
        assert read(clients, "arn:aws:s3:::papers") == ResourcePolicies()


@pytest.mark.parametrize(
    ("code", "why"), [("AccessDenied", "s3:GetBucketPolicy denied"), ("SlowDown", "s3:GetBucketPolicy throttled")]
)
def test_why_it_cannot_be_read_is_told(clients: AwsClients, code: str, why: str) -> None:
    with Stubber(clients.client("s3", REGION)) as stub:
        stub.add_client_error("get_bucket_policy", code)
        assert read(clients, "arn:aws:s3:::papers").unread == f"policy of arn:aws:s3:::papers: {why}"


def test_what_is_no_policy_is_not_known(clients: AwsClients) -> None:
    with Stubber(clients.client("kms", REGION)) as stub:
        stub.add_response("get_key_policy", {"Policy": "{}"}, {"KeyId": KEY, "PolicyName": "default"})
        found = read(clients, KEY)
    assert found.policies is None
    assert found.unread.startswith(f"policy of {KEY}: ")


@pytest.mark.parametrize(
    "of",
    [arn("s3", "accesspoint/own/object/a"), arn("glue", "table/a/b"), arn("lambda", "layer:own:1"), arn("logs", "x")],
)
def test_what_may_have_one_that_is_not_read(clients: AwsClients, of: str) -> None:
    assert read(clients, of).unread.startswith(f"policy of {of}, if it has one")


@pytest.mark.parametrize("of", ["*", arn("ec2", "instance/i-1"), f"arn:aws:iam::{ACCOUNT}:role/ci", f"{TOPIC}:1"])
def test_what_has_none(clients: AwsClients, of: str) -> None:
    assert read(clients, of) == ResourcePolicies()
