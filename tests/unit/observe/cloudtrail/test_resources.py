"""Which resource an event was about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from setpoint.observe.cloudtrail.actions import ActionList
from setpoint.observe.cloudtrail.resources import ResourceNames, bounded

HOME = "eu-west-1:123456789012"


@pytest.mark.parametrize(
    ("action", "parameters", "expected"),
    [
        ("lambda:InvokeFunction", {"functionName": "checkout"}, f"arn:aws:lambda:{HOME}:function:checkout"),
        ("dynamodb:GetItem", {"tableName": "orders"}, f"arn:aws:dynamodb:{HOME}:table/orders"),
        ("iam:PutRolePolicy", {"roleName": "shop"}, "arn:aws:iam::123456789012:role/shop"),
        ("s3:PutBucketPolicy", {"bucketName": "orders"}, "arn:aws:s3:::orders"),
        ("s3:PutObject", {"bucketName": "orders", "key": "a/b/c"}, "arn:aws:s3:::orders/a/*"),
        ("sqs:SendMessage", {"queueUrl": "https://sqs.eu-west-1.amazonaws.com/1/work"}, f"arn:aws:sqs:{HOME}:work"),
        ("sns:Publish", {"topicArn": f"arn:aws:sns:{HOME}:alarms"}, f"arn:aws:sns:{HOME}:alarms"),
        ("ssm:GetParameter", {"name": "/shop/key"}, f"arn:aws:ssm:{HOME}:parameter/shop/key"),
        ("kms:Decrypt", {"keyId": "1234abcd"}, f"arn:aws:kms:{HOME}:key/1234abcd"),
        (
            "ec2:TerminateInstances",
            {"instancesSet": {"items": [{"instanceId": "i-1"}]}},
            f"arn:aws:ec2:{HOME}:instance/i-1",
        ),
        ("ec2:TerminateInstances", {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}}, "*"),
        (
            "logs:PutLogEvents",
            {"logGroupName": "/aws/lambda/a", "logStreamName": "b"},
            f"arn:aws:logs:{HOME}:log-group:/aws/lambda/a:*",
        ),
        ("ec2:DescribeInstances", {"instancesSet": {}}, "*"),
        ("lambda:InvokeFunction", {"functionName": 7}, "*"),
        ("lambda:InvokeFunction", None, "*"),
    ],
)
def test_by_parameters(event: Callable[..., dict[str, Any]], action: str, parameters: object, expected: str) -> None:
    found = ActionList().find(action)
    assert found is not None
    assert ResourceNames().of_event(found, event(requestParameters=parameters)) == expected


def test_what_the_event_says_itself_goes_first(event: Callable[..., dict[str, Any]]) -> None:
    found = ActionList().find("s3:ListBucket")
    assert found is not None
    resources = [
        {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::orders/a/b"},
        {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::orders"},
        {"ARN": 7},
        "nothing",
    ]
    listed = event(resources=resources, requestParameters={"bucketName": "other"})
    assert ResourceNames().of_event(found, listed) == "arn:aws:s3:::orders"


def test_other_partitions(event: Callable[..., dict[str, Any]]) -> None:
    found = ActionList().find("sqs:SendMessage")
    assert found is not None
    asked = event(awsRegion="cn-north-1", requestParameters={"queueUrl": "https://sqs.cn-north-1.amazonaws.com.cn/1/a"})
    assert ResourceNames().of_event(found, asked) == "arn:aws-cn:sqs:cn-north-1:123456789012:a"


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:s3:::b/one", "arn:aws:s3:::b/*"),
        ("arn:aws:s3:::b/one/two\nthree", "arn:aws:s3:::b/one/*"),
        ("arn:aws:s3:::b", "arn:aws:s3:::b"),
        ("arn:aws:kms:eu-west-1:1:key/a", "arn:aws:kms:eu-west-1:1:key/a"),
        ("x" * 3000, "*"),
        ("", "*"),
    ],
)
def test_there_is_an_end_to_resources(arn: str, expected: str) -> None:
    assert bounded(arn) == expected
