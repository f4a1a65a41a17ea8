"""The account as AWS's API tells it, served by moto: the same as its export, with the organisation's policies."""

from __future__ import annotations

import json

import pytest

from setpoint.aws import AwsClients
from setpoint.errors import CouldNotTellError
from setpoint.model.iam_account import IamAccount
from setpoint.observe.aws.authorization import read_live_account

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def read(aws: AwsClients) -> IamAccount:
    return read_live_account(aws, lambda _arn: None)


def test_an_account_without_anything(aws: AwsClients) -> None:
    account = read(aws)
    assert (account.id, account.users, account.roles) == ("123456789012", (), ())


def test_users_groups_roles_and_policies(aws: AwsClients) -> None:
    iam = aws.client("iam", "eu-west-1")
    policy = iam.create_policy(PolicyName="limit", PolicyDocument=json.dumps(DOCUMENT))["Policy"]["Arn"]
    iam.create_user(UserName="ann", PermissionsBoundary=policy)
    iam.create_group(GroupName="staff")
    iam.add_user_to_group(GroupName="staff", UserName="ann")
    iam.attach_group_policy(GroupName="staff", PolicyArn=policy)
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=json.dumps(DOCUMENT))
    account = read(aws)
    (user,), (role,) = account.users, account.roles
    assert [each.name for each in account.identity_policies(user)] == [policy]
    assert [each.name for each in account.identity_policies(role)] == ["role/app: inline policy own"]
    assert role.trust.statements[0].principals is not None
    assert role.trust.statements[0].principals.service == ("ec2.amazonaws.com",)


def test_the_management_account_is_bound_by_no_policy(aws: AwsClients) -> None:
    aws.client("organizations", "eu-west-1").create_organization(FeatureSet="ALL")
    account = read(aws)
    assert (account.scps, account.unread) == (None, ())


def test_what_cannot_be_read_at_all_is_told(aws: AwsClients) -> None:
    from botocore.exceptions import ClientError

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "GetAccountAuthorizationDetails")

    aws.client("iam", "eu-west-1").meta.events.register("before-call.iam", refuse)
    with pytest.raises(CouldNotTellError, match="iam:GetAccountAuthorizationDetails denied"):
        read(aws)
