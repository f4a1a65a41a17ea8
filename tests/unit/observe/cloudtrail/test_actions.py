"""Events become actions that there are, and nothing is guessed."""

from __future__ import annotations

import pytest

from setpoint.observe.cloudtrail.actions import ActionList, service_of
from setpoint.observe.cloudtrail.event_names import OPERATIONS, S3_OF_VERSIONS, SERVICES, VERBS

ACTIONS = ActionList()


def told(source: str, name: str, *, names_version: bool = False) -> list[str] | None:
    found = ACTIONS.of_event(f"{source}.amazonaws.com", name, names_version=names_version)
    return None if found is None else [each.name for each in found]


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("s3", "GetObject", ["s3:GetObject"]),
        ("s3", "HeadObject", ["s3:GetObject"]),
        ("s3", "ListObjects", ["s3:ListBucket"]),
        ("s3", "ListObjectVersions", ["s3:ListBucketVersions"]),
        ("s3", "ListBuckets", ["s3:ListAllMyBuckets"]),
        ("s3", "HeadBucket", ["s3:ListBucket"]),
        ("s3", "CopyObject", ["s3:PutObject", "s3:GetObject"]),
        ("s3", "DeleteObjects", ["s3:DeleteObject"]),
        ("s3", "CompleteMultipartUpload", ["s3:PutObject"]),
        ("s3", "PutBucketEncryption", ["s3:PutEncryptionConfiguration"]),
        ("s3", "DeleteBucketEncryption", ["s3:PutEncryptionConfiguration"]),
        ("s3", "PutBucketLifeCycle", ["s3:PutLifecycleConfiguration"]),
        ("s3", "PutBucketPublicAccessBlock", ["s3:PutBucketPublicAccessBlock"]),
        ("s3", "DeleteAccountPublicAccessBlock", ["s3:PutAccountPublicAccessBlock"]),
        ("s3", "GetBucketCors", ["s3:GetBucketCORS"]),
        ("lambda", "Invoke", ["lambda:InvokeFunction"]),
        ("lambda", "CreateFunction20150331", ["lambda:CreateFunction"]),
        ("lambda", "UpdateFunctionCode20150331v2", ["lambda:UpdateFunctionCode"]),
        ("cloudfront", "CreateDistribution2020_05_31", ["cloudfront:CreateDistribution"]),
        ("monitoring", "PutMetricAlarm", ["cloudwatch:PutMetricAlarm"]),
        ("email", "SendEmail", ["ses:SendEmail"]),
        ("tagging", "GetResources", ["tag:GetResources"]),
        ("cloudcontrolapi", "UpdateResource", ["cloudformation:UpdateResource"]),
        ("apigateway", "CreateRestApi", ["apigateway:POST"]),
        ("apigateway", "UpdateStage", ["apigateway:PATCH"]),
        ("apigateway", "GetRestApis", ["apigateway:GET"]),
        ("sts", "AssumeRole", ["sts:AssumeRole"]),
        ("kms", "ReEncrypt", ["kms:ReEncryptFrom", "kms:ReEncryptTo"]),
        ("dynamodb", "TransactGetItems", ["dynamodb:GetItem"]),
        ("elasticloadbalancing", "DescribeTargetGroups", ["elasticloadbalancing:DescribeTargetGroups"]),
        ("cognito-idp", "AdminCreateUser", ["cognito-idp:AdminCreateUser"]),
        ("iotdata", "GetThingShadow", ["iot:GetThingShadow"]),
        ("sqs", "SendMessageBatch", ["sqs:SendMessage"]),
        ("sso", "Federate", []),
        ("signin", "ConsoleLogin", None),
        ("dynamodb", "ExecuteStatement", None),
        ("made-up", "DoSomething", None),
        ("s3", "DoSomething", None),
    ],
)
def test_what_an_event_took(source: str, name: str, expected: list[str] | None) -> None:
    assert told(source, name) == expected


def test_a_version_of_an_object_takes_an_action_of_its_own() -> None:
    assert told("s3", "GetObject", names_version=True) == ["s3:GetObjectVersion"]
    assert told("s3", "HeadObject", names_version=True) == ["s3:GetObjectVersion"]
    assert told("s3", "PutBucketPolicy", names_version=True) == ["s3:PutBucketPolicy"]


def _named() -> list[str]:
    named = [
        each if ":" in each else f"{service}:{each}"
        for service, operations in OPERATIONS.items()
        for actions in operations.values()
        for each in actions
    ]
    named += [f"{service}:{each}" for service, verbs in VERBS.items() for each in verbs.values()]
    return sorted({*named, *(f"s3:{each}" for each in S3_OF_VERSIONS.values())})


@pytest.mark.parametrize("action", _named())
def test_every_exception_names_a_real_action(action: str) -> None:
    found = ACTIONS.find(action)
    assert found is not None
    assert found.name == action


@pytest.mark.parametrize("word", SERVICES)
def test_every_service_has_actions(word: str) -> None:
    assert ACTIONS.find(f"{service_of(f'{word}.amazonaws.com')}:*") is None
    assert ACTIONS._of_service(SERVICES[word])
