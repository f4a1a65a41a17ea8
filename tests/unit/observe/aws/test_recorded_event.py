"""What an event of CloudTrail says: who, of which property, and whether it was Setpoint itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.act.revert.reverter import ACTIONS
from setpoint.model.quarantine import QUARANTINE
from setpoint.model.urn import Urn
from setpoint.observe.aws.recorded_event import PRODUCT, THROUGH, RecordedEvent, gist, principal_of

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
ROLE = "arn:aws:iam::123456789012:role/platform/Setpoint"
SESSION = "arn:aws:sts::123456789012:assumed-role/Setpoint/pod-1"


def event(**content: Any) -> RecordedEvent:
    read = RecordedEvent.of({"EventId": "e1", "EventTime": AT, "CloudTrailEvent": json.dumps(content)})
    assert read is not None
    return read


def by(arn: str, **more: Any) -> RecordedEvent:
    return event(userIdentity={"arn": arn}, **more)


@pytest.mark.parametrize(
    ("type_name", "name", "told"),
    [
        ("AWS::S3::Bucket", "PublicAccessBlockConfiguration", "publicaccessblock"),
        ("AWS::S3::Bucket", "BucketEncryption", "encryption"),
        ("AWS::S3::BucketPolicy", "PolicyDocument", "policy"),
        ("AWS::S3::Bucket", "Tags", "tag"),
        ("AWS::KMS::Key", "KeyPolicy", "policy"),
        ("AWS::KMS::Key", "EnableKeyRotation", "keyrotation"),
        ("AWS::CloudTrail::Trail", "IsLogging", "logging"),
        ("AWS::X::Y", "IssuerUrl", "issuerurl"),
        ("AWS::X::Y", "Is", "is"),
    ],
)
def test_what_is_left_of_a_name(type_name: str, name: str, told: str) -> None:
    assert gist(type_name, name) == told


CHANGES = [
    ("AWS::S3::Bucket", "PublicAccessBlockConfiguration", "DeleteBucketPublicAccessBlock", {}),
    ("AWS::S3::Bucket", "PublicAccessBlockConfiguration", "PutPublicAccessBlock", {}),
    ("AWS::S3::Bucket", "OwnershipControls", "PutBucketOwnershipControls", {}),
    ("AWS::S3::Bucket", "BucketEncryption", "DeleteBucketEncryption", {}),
    ("AWS::S3::Bucket", "VersioningConfiguration", "PutBucketVersioning", {}),
    ("AWS::S3::Bucket", "LoggingConfiguration", "PutBucketLogging", {}),
    ("AWS::S3::Bucket", "LifecycleConfiguration", "PutBucketLifecycle", {}),
    ("AWS::S3::Bucket", "CorsConfiguration", "DeleteBucketCors", {}),
    ("AWS::S3::Bucket", "WebsiteConfiguration", "PutBucketWebsite", {}),
    ("AWS::S3::Bucket", "NotificationConfiguration", "PutBucketNotification", {}),
    ("AWS::S3::Bucket", "ReplicationConfiguration", "PutBucketReplication", {}),
    ("AWS::S3::Bucket", "ObjectLockConfiguration", "PutBucketObjectLockConfiguration", {}),
    ("AWS::S3::Bucket", "AccelerateConfiguration", "PutAccelerateConfiguration", {}),
    ("AWS::S3::Bucket", "Tags", "PutBucketTagging", {}),
    ("AWS::S3::BucketPolicy", "PolicyDocument", "DeleteBucketPolicy", {}),
    ("AWS::EC2::SecurityGroup", "SecurityGroupIngress", "AuthorizeSecurityGroupIngress", {}),
    ("AWS::EC2::SecurityGroup", "SecurityGroupEgress", "ModifySecurityGroupRules", {}),
    ("AWS::EC2::SecurityGroup", "Tags", "DeleteTags", {}),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", "UpdateAssumeRolePolicy", {}),
    ("AWS::IAM::Role", "PermissionsBoundary", "DeleteRolePermissionsBoundary", {}),
    ("AWS::IAM::Role", "ManagedPolicyArns", "AttachRolePolicy", {}),
    ("AWS::IAM::Role", "Policies", "PutRolePolicy", {}),
    ("AWS::IAM::Role", "Description", "UpdateRole", {"description": ""}),
    ("AWS::IAM::Role", "MaxSessionDuration", "UpdateRole", {"maxSessionDuration": 3600}),
    ("AWS::IAM::Role", "Tags", "UntagRole", {}),
    ("AWS::IAM::User", "PermissionsBoundary", "DeleteUserPermissionsBoundary", {}),
    ("AWS::IAM::User", "Groups", "AddUserToGroup", {}),
    ("AWS::IAM::User", "ManagedPolicyArns", "DetachUserPolicy", {}),
    ("AWS::IAM::User", "Policies", "PutUserPolicy", {}),
    ("AWS::IAM::User", "Path", "UpdateUser", {"newPath": "/staff/"}),
    ("AWS::IAM::User", "Tags", "TagUser", {}),
    ("AWS::IAM::Group", "ManagedPolicyArns", "AttachGroupPolicy", {}),
    ("AWS::IAM::Group", "Policies", "DeleteGroupPolicy", {}),
    ("AWS::IAM::Group", "Path", "UpdateGroup", {"newPath": "/"}),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument", "SetDefaultPolicyVersion", {}),
    ("AWS::IAM::ManagedPolicy", "Users", "AttachUserPolicy", {}),
    ("AWS::IAM::ManagedPolicy", "Groups", "DetachGroupPolicy", {}),
    ("AWS::IAM::ManagedPolicy", "Roles", "DetachRolePolicy", {}),
    ("AWS::KMS::Key", "KeyPolicy", "PutKeyPolicy", {}),
    ("AWS::KMS::Key", "Enabled", "DisableKey", {}),
    ("AWS::KMS::Key", "EnableKeyRotation", "DisableKeyRotation", {}),
    ("AWS::KMS::Key", "Description", "UpdateKeyDescription", {}),
    ("AWS::KMS::Key", "Tags", "TagResource", {}),
    ("AWS::RDS::DBInstance", "PubliclyAccessible", "ModifyDBInstance", {"publiclyAccessible": True}),
    ("AWS::RDS::DBInstance", "DBInstanceClass", "ModifyDBInstance", {"dBInstanceClass": "db.t4g.micro"}),
    ("AWS::RDS::DBInstance", "VPCSecurityGroups", "ModifyDBInstance", {"vpcSecurityGroupIds": []}),
    ("AWS::RDS::DBInstance", "Tags", "AddTagsToResource", {}),
    ("AWS::CloudTrail::Trail", "IsLogging", "StopLogging", {}),
    ("AWS::CloudTrail::Trail", "EventSelectors", "PutEventSelectors", {}),
    ("AWS::CloudTrail::Trail", "InsightSelectors", "PutInsightSelectors", {}),
    ("AWS::CloudTrail::Trail", "KMSKeyId", "UpdateTrail", {"kmsKeyId": ""}),
    ("AWS::CloudTrail::Trail", "EnableLogFileValidation", "UpdateTrail", {"enableLogFileValidation": False}),
    ("AWS::CloudTrail::Trail", "Tags", "RemoveTags", {}),
    ("AWS::SNS::Topic", "KmsMasterKeyId", "SetTopicAttributes", {"attributeName": "KmsMasterKeyId"}),
    ("AWS::SQS::Queue", "KmsMasterKeyId", "SetQueueAttributes", {"attributes": {"KmsMasterKeyId": ""}}),
    ("AWS::DynamoDB::Table", "SSESpecification", "UpdateTable", {"sSESpecification": {"enabled": False}}),
    ("AWS::Logs::LogGroup", "RetentionInDays", "PutRetentionPolicy", {"retentionInDays": 1}),
    ("AWS::EC2::Instance", "DisableApiTermination", "ModifyInstanceAttribute", {"disableApiTermination": {"value": 0}}),
]


@pytest.mark.parametrize(("type_name", "name", "called", "parameters"), CHANGES)
def test_the_call_that_changes_a_property_is_recognised(
    type_name: str, name: str, called: str, parameters: dict[str, Any]
) -> None:
    assert event(eventName=called, requestParameters=parameters).changes(type_name, [f"{name}.Member", "Other"])


@pytest.mark.parametrize(
    ("type_name", "name", "called"),
    [
        ("AWS::S3::Bucket", "PublicAccessBlockConfiguration", "PutBucketTagging"),
        ("AWS::S3::Bucket", "BucketEncryption", "PutBucketVersioning"),
        ("AWS::IAM::Role", "AssumeRolePolicyDocument", "PutRolePolicy"),
        ("AWS::IAM::Role", "Policies", "UpdateAssumeRolePolicy"),
        ("AWS::KMS::Key", "Enabled", "EnableKeyRotation"),
        ("AWS::EC2::SecurityGroup", "SecurityGroupIngress", "RevokeSecurityGroupEgress"),
    ],
)
def test_a_call_that_changes_something_else_accuses_nobody(type_name: str, name: str, called: str) -> None:
    parameters = {"bucketName": "b", "roleName": "r", "keyId": "k", "tagging": {}}
    assert not event(eventName=called, requestParameters=parameters).changes(type_name, [name])


def test_every_property_that_can_be_set_back_has_a_call_that_is_recognised() -> None:
    """Those of one call (`ModifyDBInstance`, `UpdateTrail`) are its parameters, so one of them stands for all.

    A quarantine is no drift: a person sets it, and nobody is looked for who sets it otherwise.
    """
    known = {(type_name, name) for type_name, name, *_ in CHANGES}
    for type_name, actions in ACTIONS.items():
        for action in actions if type_name != QUARANTINE else ():
            assert any((type_name, name) in known for name in action.properties), (type_name, action.properties)


def listed(resources: list[tuple[str, str]], source: str, **parameters: Any) -> RecordedEvent:
    content = {"eventSource": f"{source}.amazonaws.com", "requestParameters": parameters}
    named = [{"ResourceName": name, "ResourceType": kind} for name, kind in resources]
    read = RecordedEvent.of(
        {"EventId": "e1", "EventTime": AT, "CloudTrailEvent": json.dumps(content), "Resources": named}
    )
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("type_name", "resource", "source", "is_its"),
    [
        ("AWS::S3::Bucket", "AWS::S3::Bucket", "s3", True),
        ("AWS::S3::Bucket", "", "s3", True),
        ("AWS::S3::BucketPolicy", "AWS::S3::Bucket", "s3", True),
        ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "dynamodb", False),
        ("AWS::S3::Bucket", "AWS::S3::Bucket", "cloudtrail", False),
        ("AWS::IAM::Role", "AWS::IAM::User", "iam", False),
        ("AWS::IAM::Role", "AWS::IAM::Role", "iam", True),
        ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "rds", False),
        ("AWS::CertificateManager::Certificate", "AWS::ACM::Certificate", "acm", True),
    ],
)
def test_a_namesake_is_something_else(type_name: str, resource: str, source: str, is_its: bool) -> None:
    urn = Urn.aws("aws", "123456789012", "eu-west-1", type_name, "orders")
    assert listed([("orders", resource)], source, name="orders").is_about(urn, "orders") is is_its


@pytest.mark.parametrize(
    ("parameters", "is_its"),
    [
        ({"restApiId": "abc", "stageName": "prod"}, True),
        ({"resourceArn": "arn:aws:apigateway:eu-west-1::/restapis/abc/stages/prod"}, True),
        ({"restApiId": "xyz", "stageName": "prod"}, False),
        ({"restApiId": "abc", "stageName": "dev"}, False),
        ({"name": "prod"}, False),
        ({"deep": {"a": [{"restApiId": "abc"}, {"stageName": "prod"}]}}, True),
    ],
)
def test_of_a_compound_name_every_part_is_to_be_said(parameters: dict[str, Any], is_its: bool) -> None:
    urn = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::ApiGateway::Stage", "abc|prod")
    assert listed([], "apigateway", **parameters).is_about(urn, "prod") is is_its


def test_a_part_that_is_an_arn_may_be_said_by_its_name() -> None:
    service = "arn:aws:ecs:eu-west-1:123456789012:service/shop/web"
    urn = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::ECS::Service", f"{service}|shop")
    assert listed([], "ecs", service="web", cluster="shop").is_about(urn, "shop")
    assert listed([], "ecs", resourceArn=service).is_about(urn, service)
    assert not listed([], "ecs", service="api", cluster="shop").is_about(urn, "shop")


def test_an_arn_has_no_namesakes() -> None:
    arn = "arn:aws:iam::123456789012:policy/orders"
    urn = Urn.aws("aws", "123456789012", "global", "AWS::IAM::ManagedPolicy", arn)
    event = listed([(arn, "AWS::IAM::Policy"), ("orders", "AWS::IAM::Role")], "iam")
    assert event.is_about(urn, arn)
    assert not event.is_about(urn, "orders")


@pytest.mark.parametrize(
    ("said", "is_change"),
    [
        ({}, True),
        ({"readOnly": False}, True),
        ({"readOnly": True}, False),
        ({"readOnly": False, "errorCode": "AccessDenied"}, False),
    ],
)
def test_what_read_or_was_refused_changed_nothing(said: dict[str, Any], is_change: bool) -> None:
    assert event(**said).is_change() is is_change


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (SESSION, ROLE, True),
        (SESSION, "arn:aws:sts::123456789012:assumed-role/Setpoint/pod-2", True),
        (SESSION, "arn:aws:sts::999999999999:assumed-role/Setpoint/pod-1", False),
        (SESSION, "arn:aws:sts::123456789012:assumed-role/Deployer/pod-1", False),
        ("arn:aws:iam::123456789012:user/a", "arn:aws:iam::123456789012:user/a", True),
        ("arn:aws:iam::123456789012:user/a", "arn:aws:iam::123456789012:role/a", False),
        ("arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:user/a", False),
    ],
)
def test_a_role_and_its_sessions_are_one_principal(one: str, other: str, same: bool) -> None:
    assert (principal_of(one) == principal_of(other)) is same


def test_what_setpoint_does_itself_is_not_somebody_elses() -> None:
    earlier = "arn:aws:sts::123456789012:assumed-role/Setpoint/pod-0"
    assert by(earlier, userAgent=f"[Boto3/1.40 {PRODUCT}]").is_ours(SESSION)
    for service in THROUGH:
        assert by(SESSION, userAgent=service).is_ours(SESSION)
        assert event(userIdentity={"arn": SESSION, "invokedBy": service}, userAgent="x").is_ours(SESSION)
    assert by(SESSION).is_ours(SESSION), "where it cannot be told apart, nobody is accused"


def test_who_uses_setpoints_role_for_something_else_is_not_setpoint() -> None:
    assert not by(SESSION, userAgent="[aws-cli/2.31.0]").is_ours(SESSION)
    assert not by("arn:aws:iam::123456789012:user/eve", userAgent=f"[{PRODUCT}]").is_ours(SESSION)


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        ({"type": "IAMUser", "arn": "arn:aws:iam::1:user/eve"}, "arn:aws:iam::1:user/eve"),
        ({"type": "AWSService", "invokedBy": "config.amazonaws.com"}, "config.amazonaws.com"),
        ({"type": "AWSAccount", "accountId": "999999999999", "principalId": "AIDA"}, "AIDA of account 999999999999"),
        ({"type": "AWSAccount", "accountId": "999999999999"}, "999999999999"),
        ({}, "somebody who is not named"),
    ],
)
def test_whoever_has_no_arn_is_named_as_well_as_can_be(identity: dict[str, str], principal: str) -> None:
    assert event(userIdentity=identity).change().principal == principal


def test_a_session_is_named_with_its_role() -> None:
    identity = {"arn": SESSION, "sessionContext": {"sessionIssuer": {"arn": ROLE}}}
    made = event(
        userIdentity=identity, eventName="PutBucketPolicy", eventSource="s3.amazonaws.com", sourceIPAddress="192.0.2.1"
    )
    change = made.change()
    assert (change.principal, change.issuer, change.source, change.origin, change.id, change.at) == (
        SESSION,
        ROLE,
        "s3.amazonaws.com",
        "192.0.2.1",
        "e1",
        AT,
    )
    assert change.clause() == f"{SESSION} (PutBucketPolicy, 2026-05-01 12:00:00Z)"


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "1"])
def test_an_event_that_cannot_be_read_is_none(content: str) -> None:
    assert RecordedEvent.of({"EventId": "e1", "EventTime": AT, "CloudTrailEvent": content}) is None


def test_an_event_without_a_time_is_none() -> None:
    assert RecordedEvent.of({"EventId": "e1", "CloudTrailEvent": "{}"}) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        "userIdentity",
        "requestParameters",
        "eventName",
        "eventSource",
        "userAgent",
        "errorCode",
        "readOnly",
        "sourceIPAddress",
    ]
)


@given(st.dictionaries(fields, json_values))
def test_whatever_an_event_holds_it_is_read(content: dict[str, Any]) -> None:
    read = event(**content)
    read.is_change()
    read.is_ours(SESSION)
    read.changes("AWS::S3::Bucket", ["Tags"])
    read.is_about(Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "a|b"), "b")
    assert read.change().principal
