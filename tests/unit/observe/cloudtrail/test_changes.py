"""What is kept of an event that changed something."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cloud_trail import ACCOUNT, REGION, assumed
from tests.unit.observe.cloudtrail.writing import event, iam, write

from setpoint.model.attribution import Means
from setpoint.observe.cloudtrail.changes import is_change, recorded_write
from setpoint.observe.cloudtrail.changes_named import digest_of, names_in, parameters_in

SCALING = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"


def in_role(arn: str, session: str) -> dict[str, Any]:
    identity = assumed(arn.rpartition("/")[2], session)
    identity["sessionContext"]["sessionIssuer"]["arn"] = arn
    return identity


@pytest.mark.parametrize(
    ("more", "means", "tool"),
    [
        ({"userAgent": "[aws-cli/2.31.0 md/awscrt]"}, Means.CLI, "aws-cli/2.31.0"),
        ({"userAgent": "Boto3/1.40.1 md/Botocore#1.40.1"}, Means.SDK, "Boto3/1.40.1"),
        ({"userAgent": "aws-sdk-go-v2/1.30.0 os/linux"}, Means.SDK, "aws-sdk-go-v2/1.30.0"),
        ({"userAgent": "console.amazonaws.com"}, Means.CONSOLE, ""),
        ({"userAgent": "[S3Console/0.4, aws-internal/3]"}, Means.CONSOLE, ""),
        ({"userAgent": "aws-internal/3", "sessionCredentialFromConsole": "true"}, Means.CONSOLE, ""),
        (
            {"userAgent": "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 terraform-provider-aws/5.1 aws-sdk-go-v2/1.30"},
            Means.INFRASTRUCTURE,
            "Terraform",
        ),
        ({"userAgent": "cloudformation.amazonaws.com"}, Means.INFRASTRUCTURE, "CloudFormation"),
        (
            {
                "userAgent": "cloudformation.amazonaws.com",
                "userIdentity": in_role(f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-1-eu", "AWSCloudF"),
            },
            Means.INFRASTRUCTURE,
            "AWS CDK",
        ),
        (
            {"userIdentity": {**assumed("ana", "x"), "invokedBy": "cloudcontrolapi.amazonaws.com"}},
            Means.INFRASTRUCTURE,
            "Cloud Control",
        ),
        ({"userIdentity": in_role(SCALING, "AutoScaling")}, Means.SCALING, "autoscaling.amazonaws.com"),
        (
            {"userIdentity": {"type": "AWSService", "invokedBy": "config.amazonaws.com"}},
            Means.SERVICE,
            "config.amazonaws.com",
        ),
        (
            {"userIdentity": assumed("Remediation", "x"), "sourceIPAddress": "ssm.amazonaws.com", "userAgent": "Java"},
            Means.SERVICE,
            "ssm.amazonaws.com",
        ),
        ({"sourceIPAddress": "AWS Internal", "userAgent": "aws-cli/2.31.0"}, Means.CLI, "aws-cli/2.31.0"),
        ({"userIdentity": assumed("ci-deploy", "run-7")}, Means.INFRASTRUCTURE, "ci-deploy"),
        ({"userAgent": "Boto3/1.40.1 setpoint"}, Means.SETPOINT, "setpoint"),
        ({"userAgent": "something else"}, Means.UNKNOWN, "something else"),
        ({"userAgent": None}, Means.UNKNOWN, ""),
    ],
)
def test_how_a_change_was_made(more: dict[str, Any], means: Means, tool: str) -> None:
    made = write(event("PutBucketVersioning", **more), roles=["ci-*"])
    assert (made.means, made.tool) == (means, tool)


def test_a_role_is_named_by_its_arn_too() -> None:
    made = write(event("PutBucketTagging", userIdentity=assumed("deploy", "x")), roles=["arn:aws:iam::*:role/deploy"])
    assert made.means is Means.INFRASTRUCTURE


def test_what_it_named() -> None:
    told = iam("AttachRolePolicy", {"roleName": "shop", "policyArn": f"arn:aws:iam::{ACCOUNT}:policy/team/orders"})
    assert names_in(told) == (
        ("role", "shop"),
        ("policy", f"arn:aws:iam::{ACCOUNT}:policy/team/orders"),
        ("policy", "orders"),
    )


def test_names_of_what_is_made_are_in_the_answer() -> None:
    told = event("RunInstances", {}, responseElements={"instancesSet": {"items": [{"instanceId": "i-1"}]}})
    assert names_in(told) == (("instance", "i-1"),)


def test_what_it_asked_for() -> None:
    policy = '{"Statement": [{"Action": "s3:*"}]}'
    told = parameters_in(iam("PutRolePolicy", {"roleName": "shop", "policyDocument": policy}))
    assert told == (("roleName", digest_of("shop")), ("policyDocument.Statement.Action", digest_of("s3:*")))


@pytest.mark.parametrize(
    ("parameters", "left"),
    [
        ({"masterUserPassword": "hunter2"}, "masterUserPassword"),
        ({"environment": {"variables": {"KEY": "hunter2"}}}, "environment"),
        ({"nested": [{"clientSecret": ["hunter2"]}]}, "nested.clientSecret"),
        ({"userData": "hunter2"}, "userData"),
    ],
)
def test_of_secrets_it_is_told_that_they_were_set(parameters: dict[str, Any], left: str) -> None:
    assert parameters_in(event("ModifyDBInstance", parameters)) == ((left, ""),)


def test_no_value_is_kept() -> None:
    made = write(event("PutBucketTagging", {"bucketName": "orders", "tagging": {"owner": "the-marketing-team"}}))
    assert "the-marketing-team" not in str(made)


def test_spellings_of_one_value() -> None:
    assert digest_of(True) == digest_of("True") == digest_of("true")
    assert digest_of(22) == digest_of("22") == digest_of(22.0)
    assert digest_of("Enabled") != digest_of("Disabled")


@pytest.mark.parametrize(
    "more",
    [
        {"readOnly": True},
        {"readOnly": None},
        {"errorCode": "AccessDenied"},
        {"managementEvent": False, "eventCategory": "Data"},
        {"eventCategory": "Insight"},
    ],
)
def test_what_is_no_change(more: dict[str, Any]) -> None:
    assert not is_change(event("PutObject", **more))


def test_what_is_one() -> None:
    assert is_change(event("PutBucketVersioning"))


def test_an_event_without_an_id_is_known_again() -> None:
    given = event("PutBucketVersioning", eventID=None)
    assert write(given).change.id == write({**given}).change.id != ""
    assert write({**given, "eventName": "PutBucketAcl"}).change.id != write(given).change.id


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
FIELDS = ("userIdentity", "eventTime", "userAgent", "awsRegion", "requestParameters", "resources", "eventID")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON)), JSON)
def test_whatever_it_holds_it_is_bounded_and_no_error(more: dict[str, Any], answer: Any) -> None:
    made = recorded_write({**event("PutBucketAcl"), **more, "responseElements": answer}, ((), ()), ())
    assert made is None or len(made.names) <= 40
    assert made is None or made.region in (more.get("awsRegion"), REGION, "")
