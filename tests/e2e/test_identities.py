"""Who may do what, and who can become an administrator: asked of AWS as it is now, through the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.e2e.account import Aws
from tests.e2e.program import ACCOUNT, REGION, Setpoint

ADMIN, DEPLOYER, READER = (f"arn:aws:iam::{ACCOUNT}:{name}" for name in ("role/admin", "user/deployer", "user/reader"))
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def people(aws: Aws) -> None:
    """A role that may do everything, a user who may hand it to a function, and one who may read."""
    iam = aws.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="admin", AssumeRolePolicyDocument=document(trust))
    iam.put_role_policy(RoleName="admin", PolicyName="all", PolicyDocument=document(EVERYTHING))
    handing = {"Effect": "Allow", "Action": ["iam:PassRole", "lambda:*"], "Resource": "*"}
    reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::papers/${aws:username}/*"}
    for name, statement in {"deployer": handing, "reader": reading}.items():
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(statement))


@pytest.mark.usefixtures("people")
def test_who_may_do_what(setpoint: Setpoint) -> None:
    own, others = (f"arn:aws:s3:::papers/{name}/1" for name in ("reader", "deployer"))
    allowed, denied, nobody = setpoint.run_together(
        ("can-i", READER, "s3:GetObject", own, "--json"),
        ("can-i", READER, "s3:GetObject", others, "--json"),
        ("can-i", f"arn:aws:iam::{ACCOUNT}:user/gone", "s3:GetObject", own),
    )
    assert (allowed.code, allowed.json()["answer"]) == (0, "allowed")
    assert (denied.code, denied.json()["answer"]) == (1, "implicitDeny")
    assert nobody.code == 2
    assert f"nobody in the account {ACCOUNT} is" in nobody.complaint()


@pytest.fixture
def guarded(aws: Aws) -> dict[str, str]:
    """A user who may use everything here, and resources whose own policies deny it to him; action → ARN."""
    iam, arn = aws.client("iam"), f"arn:aws:iam::{ACCOUNT}:user/busy"
    iam.create_user(UserName="busy")
    iam.put_user_policy(UserName="busy", PolicyName="all", PolicyDocument=document(EVERYTHING))

    def denying(resource: str = "*") -> str:
        return document({"Effect": "Deny", "Principal": {"AWS": arn}, "Action": "*", "Resource": resource})

    s3, sqs, sns, secrets = (aws.client(name) for name in ("s3", "sqs", "sns", "secretsmanager"))
    ecr, dynamodb, kms = (aws.client(name) for name in ("ecr", "dynamodb", "kms"))
    s3.create_bucket(Bucket="papers", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_policy(Bucket="papers", Policy=denying("arn:aws:s3:::papers/*"))
    queue = sqs.create_queue(QueueName="jobs", Attributes={"Policy": denying()})["QueueUrl"]
    topic = sns.create_topic(Name="told", Attributes={"Policy": denying()})["TopicArn"]
    secret = secrets.create_secret(Name="password", SecretString="x")["ARN"]
    secrets.put_resource_policy(SecretId=secret, ResourcePolicy=denying())
    images = ecr.create_repository(repositoryName="shop/images")["repository"]["repositoryArn"]
    ecr.set_repository_policy(repositoryName="shop/images", policyText=denying())
    key = kms.create_key(Policy=denying(), BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["Arn"]
    table = dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableArn"]
    dynamodb.put_resource_policy(ResourceArn=table, Policy=denying())
    return {
        "s3:GetObject": "arn:aws:s3:::papers/a/1",
        "sqs:SendMessage": sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ],
        "sns:Publish": topic,
        "secretsmanager:GetSecretValue": secret,
        "ecr:BatchGetImage": images,
        "kms:Decrypt": key,
        "dynamodb:Query": f"{table}/index/by-day",
    }


def test_resources_guard_themselves(aws: Aws, setpoint: Setpoint, guarded: dict[str, str]) -> None:
    busy = f"arn:aws:iam::{ACCOUNT}:user/busy"
    answers = setpoint.run_together(*(("can-i", busy, *each, "--json") for each in guarded.items()))
    assert {action: each.json()["answer"] for action, each in zip(guarded, answers, strict=True)} == dict.fromkeys(
        guarded, "explicitDeny"
    )
    free, alone, hidden = setpoint.run_together(
        ("can-i", busy, "s3:ListBucket", "arn:aws:s3:::papers"),
        ("can-i", busy, "lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:none"),
        ("can-i", busy, "glue:GetTable", f"arn:aws:glue:{REGION}:{ACCOUNT}:table/a/b", "--json"),
    )
    assert (free.code, alone.code, hidden.code) == (0, 0, 3)
    assert hidden.json()["missing"] == [
        f"policy of arn:aws:glue:{REGION}:{ACCOUNT}:table/a/b, if it has one: those of glue are not read"
    ]
    setpoint.environment |= aws.user_who_may_not("s3:GetBucketPolicy")
    unread = setpoint.run("can-i", busy, "s3:GetObject", guarded["s3:GetObject"])
    assert unread.code == 3
    assert "not known: policy of arn:aws:s3:::papers/a/1: s3:GetBucketPolicy denied" in unread.out


@pytest.mark.usefixtures("people")
def test_who_can_become_an_administrator(setpoint: Setpoint) -> None:
    told = setpoint.run("identity", "escalations", "--json")
    assert told.code == 1
    assert {arn: each["status"] for arn, each in told.json().items()} == {
        ADMIN: "admin",
        DEPLOYER: "escalates",
        READER: "none",
    }
    (hop,) = told.json()[DEPLOYER]["paths"][0]["hops"]
    assert hop["to"] == ADMIN
    assert {"iam:PassRole", "lambda:CreateFunction"} <= {each["action"] for each in hop["grants"]}
