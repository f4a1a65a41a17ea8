"""Users, groups and managed policies, set back through AWS's HTTP API, and undone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.integration.conftest import REGION

from setpoint.act.revert.reverter import AwsReverter
from setpoint.aws import AwsClients
from setpoint.model.canonical import Json
from setpoint.model.remediation import Change, Plan
from setpoint.model.urn import GLOBAL, Urn

ACCOUNT = "123456789012"


def says(action: str) -> Json:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def set_back(aws: AwsClients, type_name: str, identifier: str, *changes: Change) -> None:
    urn = Urn.aws("aws", ACCOUNT, GLOBAL, f"AWS::IAM::{type_name}", identifier)
    AwsReverter(aws, lambda _type: None).apply(Plan(urn, changes, "", ()))


@pytest.fixture
def iam(aws: AwsClients) -> Any:
    return aws.client("iam", REGION)


@pytest.fixture
def arn(iam: Any) -> str:
    return str(iam.create_policy(PolicyName="app", PolicyDocument=json.dumps(says("s3:Get*")))["Policy"]["Arn"])


def default(iam: Any, arn: str) -> tuple[str, Json]:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return version, iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def versions(iam: Any, arn: str) -> list[str]:
    return sorted(each["VersionId"] for each in iam.list_policy_versions(PolicyArn=arn)["Versions"])


def test_a_policy_goes_back_to_the_version_that_says_what_was_intended(aws: AwsClients, iam: Any, arn: str) -> None:
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(says("*")), SetAsDefault=True)
    change = Change("PolicyDocument", before=says("*"), after=says("s3:Get*"))
    for _ in range(2):
        set_back(aws, "ManagedPolicy", arn, change)
        assert default(iam, arn) == ("v1", says("s3:Get*"))
    set_back(aws, "ManagedPolicy", arn, change.undo())
    assert default(iam, arn) == ("v2", says("*"))
    assert versions(iam, arn) == ["v1", "v2"]


def test_only_where_there_are_five_versions_the_oldest_is_deleted_and_told(
    aws: AwsClients, iam: Any, arn: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for number in range(2, 6):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(says(f"s3:Put{number}")), SetAsDefault=True)
    set_back(aws, "ManagedPolicy", arn, Change("PolicyDocument", says("s3:Put5"), says("sqs:SendMessage")))
    assert default(iam, arn)[1] == says("sqs:SendMessage")
    assert versions(iam, arn) == ["v2", "v3", "v4", "v5", "v6"]


def test_who_has_a_policy_is_set_back(aws: AwsClients, iam: Any, arn: str) -> None:
    for name in ("one", "two"):
        iam.create_group(GroupName=name)
    iam.attach_group_policy(GroupName="two", PolicyArn=arn)
    change = Change("Groups", before=["two"], after=["one"])
    for _ in range(2):
        set_back(aws, "ManagedPolicy", arn, change)
        attached = iam.list_entities_for_policy(PolicyArn=arn)["PolicyGroups"]
        assert [each["GroupName"] for each in attached] == ["one"]


def test_a_user_is_set_back(aws: AwsClients, iam: Any, arn: str) -> None:
    iam.create_user(UserName="ana")
    for name in ("staff", "admins"):
        iam.create_group(GroupName=name)
    iam.add_user_to_group(UserName="ana", GroupName="admins")
    iam.put_user_policy(UserName="ana", PolicyName="own", PolicyDocument=json.dumps(says("*")))
    changes = (
        Change("Groups", before=["admins"], after=["staff"]),
        Change("ManagedPolicyArns", before=None, after=[arn]),
        Change("Policies", [{"PolicyName": "own", "PolicyDocument": says("*")}], []),
        Change("Tags", before=None, after=[{"Key": "service", "Value": "shop"}]),
    )

    def found() -> tuple[Json, ...]:
        user = iam.get_user(UserName="ana")["User"]
        return (
            [each["GroupName"] for each in iam.list_groups_for_user(UserName="ana")["Groups"]],
            [each["PolicyArn"] for each in iam.list_attached_user_policies(UserName="ana")["AttachedPolicies"]],
            iam.list_user_policies(UserName="ana")["PolicyNames"],
            user.get("Tags", []),
        )

    before = found()
    for _ in range(2):
        set_back(aws, "User", "ana", *changes)
        assert found() == (["staff"], [arn], [], [{"Key": "service", "Value": "shop"}])
    set_back(aws, "User", "ana", *(change.undo() for change in changes))
    assert found() == before


def test_a_group_is_set_back(aws: AwsClients, iam: Any, arn: str) -> None:
    iam.create_group(GroupName="staff")
    iam.put_group_policy(GroupName="staff", PolicyName="own", PolicyDocument=json.dumps(says("*")))
    set_back(
        aws,
        "Group",
        "staff",
        Change("Policies", [{"PolicyName": "own", "PolicyDocument": says("*")}], []),
        Change("ManagedPolicyArns", [], [arn]),
    )
    assert iam.list_group_policies(GroupName="staff")["PolicyNames"] == []
    attached = iam.list_attached_group_policies(GroupName="staff")["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [arn]
