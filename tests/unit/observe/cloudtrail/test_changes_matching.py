"""Which recorded change made a difference, and how sure that is."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cloud_trail import ACCOUNT, REGION, user
from tests.unit.observe.cloudtrail.writing import ORDERS, SEEN, SHOP, event, iam, question, write

from setpoint.model.attribution import ChangeQuestion, Confidence
from setpoint.model.canonical import Json
from setpoint.model.principal import PRINCIPAL
from setpoint.model.urn import GLOBAL, Urn
from setpoint.observe.cloudtrail.changes_matching import Matcher

EXACT, LIKELY, POSSIBLE = Confidence
VERSIONING = question("VersioningConfiguration.Status", "Enabled", "Suspended")
GROUP = Urn.aws("aws", ACCOUNT, REGION, "AWS::EC2::SecurityGroup", "sg-1")
KEY = Urn.aws("aws", ACCOUNT, REGION, "AWS::KMS::Key", "1234abcd")
DATABASE = Urn.aws("aws", ACCOUNT, REGION, "AWS::RDS::DBInstance", "books")
FUNCTION = Urn.aws("aws", ACCOUNT, REGION, "AWS::Lambda::Function", "bill")
SCALING_GROUP = Urn.aws("aws", ACCOUNT, REGION, "AWS::AutoScaling::AutoScalingGroup", "web")
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def bucket(name: str, **parameters: Json) -> dict[str, Any]:
    return event(name, {"bucketName": "orders", **parameters})


def of(source: str, name: str, **parameters: Json) -> dict[str, Any]:
    return event(name, parameters, eventSource=f"{source}.amazonaws.com")


def sure(asked: ChangeQuestion, given: dict[str, Any]) -> Confidence | None:
    match = Matcher(asked).match(write(given))
    return match[0] if match else None


INGRESS = {"CidrIp": "0.0.0.0/0", "FromPort": 22, "ToPort": 22, "IpProtocol": "tcp"}
PERMISSIONS = {
    "items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]
}
RULE = "SecurityGroupIngress[0]"


@pytest.mark.parametrize(
    ("asked", "given", "expected"),
    [
        (VERSIONING, bucket("PutBucketVersioning", VersioningConfiguration={"Status": "Suspended"}), EXACT),
        (VERSIONING, bucket("PutBucketVersioning"), LIKELY),
        (VERSIONING, bucket("PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"}), POSSIBLE),
        (VERSIONING, bucket("PutBucketPolicy"), POSSIBLE),
        (VERSIONING, bucket("PutBucketTagging"), None),
        (
            question("PublicAccessBlockConfiguration.BlockPublicAcls", True, False),
            bucket(
                "PutBucketPublicAccessBlock",
                PublicAccessBlockConfiguration={"BlockPublicAcls": False, "IgnorePublicAcls": True},
            ),
            EXACT,
        ),
        (
            question("PublicAccessBlockConfiguration", {"BlockPublicAcls": True}),
            bucket("DeleteBucketPublicAccessBlock"),
            EXACT,
        ),
        (question("Tags[owner]", None, "ana-team"), bucket("PutBucketTagging", tagging={"Value": "ana-team"}), EXACT),
        (
            question(RULE, None, INGRESS, urn=GROUP),
            of("ec2", "AuthorizeSecurityGroupIngress", groupId="sg-1", ipPermissions=PERMISSIONS),
            EXACT,
        ),
        (
            question(RULE, None, {**INGRESS, "FromPort": 443}, urn=GROUP),
            of("ec2", "AuthorizeSecurityGroupIngress", groupId="sg-1", ipPermissions=PERMISSIONS),
            LIKELY,
        ),
        (
            question(RULE, INGRESS, None, urn=GROUP),
            of("ec2", "RevokeSecurityGroupIngress", groupId="sg-1", ipPermissions=PERMISSIONS),
            EXACT,
        ),
        (
            question(RULE, INGRESS, None, urn=GROUP),
            of("ec2", "AuthorizeSecurityGroupIngress", groupId="sg-1", ipPermissions=PERMISSIONS),
            POSSIBLE,
        ),
        (question("Tags[owner]", "ana", None, urn=GROUP), of("ec2", "RunInstances", groupId="sg-1"), None),
        (question("EnableKeyRotation", True, False, urn=KEY), of("kms", "DisableKeyRotation", keyId="1234abcd"), EXACT),
        (
            question("EnableKeyRotation", True, False, urn=KEY),
            of("kms", "EnableKeyRotation", keyId="1234abcd"),
            POSSIBLE,
        ),
        (question("Enabled", True, False, urn=KEY), of("kms", "DisableKey", keyId="1234abcd"), EXACT),
        (
            question("PubliclyAccessible", False, True, urn=DATABASE),
            of("rds", "ModifyDBInstance", dBInstanceIdentifier="books", publiclyAccessible=True),
            EXACT,
        ),
        (
            question("DesiredCapacity", "2", "7", urn=SCALING_GROUP),
            of("autoscaling", "SetDesiredCapacity", autoScalingGroupName="web", desiredCapacity=7),
            EXACT,
        ),
        (
            question("ManagedPolicyArns[0]", None, ADMIN, urn=SHOP),
            iam("AttachRolePolicy", {"roleName": "shop", "policyArn": ADMIN}),
            EXACT,
        ),
        (
            question("ManagedPolicyArns[0]", ADMIN, None, urn=SHOP),
            iam("DetachRolePolicy", {"roleName": "shop", "policyArn": ADMIN}),
            EXACT,
        ),
        (
            question("Environment.Variables.KEY", "a", "bcdef", urn=FUNCTION),
            of("lambda", "UpdateFunctionConfiguration20150331v2", functionName="bill", environment={"variables": {}}),
            LIKELY,
        ),
        (
            question("UserData", "a", "b", urn=Urn.aws("aws", ACCOUNT, REGION, "AWS::EC2::Instance", "i-1")),
            of("ec2", "ModifyInstanceAttribute", instanceId="i-1", userData="<sensitiveDataRemoved>"),
            LIKELY,
        ),
        (question("MaxSessionDuration", 3600, 7200, urn=SHOP), iam("UpdateRole", {"roleName": "shop"}), POSSIBLE),
        (question("Tags[a]", None, "bcde", urn=SHOP), iam("TagUser", {"userName": "shop"}), None),
        (question("Policies", None, [{}], urn=SHOP), iam("PutUserPolicy", {"userName": "shop"}), None),
    ],
)
def test_what_a_change_is_to_a_difference(
    asked: ChangeQuestion, given: dict[str, Any], expected: Confidence | None
) -> None:
    assert sure(asked, given) is expected


@pytest.mark.parametrize(
    ("urn", "given", "is_gone", "expected"),
    [
        (ORDERS, bucket("DeleteBucket"), True, EXACT),
        (ORDERS, bucket("DeleteBucketPolicy"), True, None),
        (ORDERS, bucket("CreateBucket"), False, EXACT),
        (ORDERS, bucket("CreateBucket"), True, None),
        (SHOP, iam("CreateRole", {"roleName": "shop"}), False, EXACT),
        (SHOP, iam("DeleteRolePolicy", {"roleName": "shop"}), True, None),
        (KEY, of("kms", "ScheduleKeyDeletion", keyId="1234abcd"), True, EXACT),
        (
            FUNCTION,
            of("lambda", "CreateFunction20150331", functionName="bill"),
            False,
            EXACT,
        ),
    ],
)
def test_who_made_and_who_removed_it(
    urn: Urn, given: dict[str, Any], *, is_gone: bool, expected: Confidence | None
) -> None:
    assert sure(question("", urn=urn, is_gone=is_gone), given) is expected


SUSPENDS = {"bucketName": "orders", "VersioningConfiguration": {"Status": "Suspended"}}


@pytest.mark.parametrize(
    "more",
    [
        {"at": SEEN + timedelta(minutes=1)},
        {"recipientAccountId": "210987654321"},
        {"awsRegion": "us-west-2"},
        {"eventSource": "glacier.amazonaws.com"},
    ],
)
def test_what_was_elsewhere_or_later_did_nothing_here(more: dict[str, Any]) -> None:
    assert sure(VERSIONING, event("PutBucketVersioning", SUSPENDS, **more)) is None


def test_what_was_long_before_is_not_possible_but_may_be_exact() -> None:
    long_before = SEEN - timedelta(days=3)
    assert sure(VERSIONING, event("PutBucketPolicy", at=long_before)) is None
    assert sure(VERSIONING, event("PutBucketVersioning", SUSPENDS, at=long_before)) is EXACT


def test_setpoint_is_named_only_where_it_set_the_very_value() -> None:
    own = {"userAgent": "Boto3/1.40 setpoint"}
    assert sure(VERSIONING, event("PutBucketVersioning", **own)) is None
    assert sure(VERSIONING, event("PutBucketVersioning", SUSPENDS, **own)) is EXACT


def permission(aspect: str, *actions: str, granted: bool = True) -> ChangeQuestion:
    return question(
        f"{aspect} {actions}",
        None,
        [f"{ADMIN}: Statement[0]"] if granted else None,
        urn=SHOP,
        permission={"aspect": aspect, "actions": list(actions), "resources": ["*"]},
    )


POLICY = '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}'


@pytest.mark.parametrize(
    ("asked", "given", "expected"),
    [
        (permission("may", "*"), iam("AttachRolePolicy", {"roleName": "shop", "policyArn": ADMIN}), EXACT),
        (
            permission("may", "s3:GetObject"),
            iam("PutRolePolicy", {"roleName": "shop", "policyDocument": POLICY}),
            EXACT,
        ),
        (permission("may", "s3:*"), iam("PutRolePolicy", {"roleName": "shop", "policyDocument": POLICY}), LIKELY),
        (permission("may", "s3:*"), iam("DeleteRolePolicy", {"roleName": "shop"}), None),
        (permission("may", "s3:*", granted=False), iam("DeleteRolePolicy", {"roleName": "shop"}), LIKELY),
        (permission("may", "s3:*", granted=False), iam("AttachRolePolicy", {"roleName": "shop"}), None),
        (permission("may", "s3:*"), iam("UpdateAssumeRolePolicy", {"roleName": "shop"}), None),
        (permission("trusts", "sts:AssumeRole"), iam("UpdateAssumeRolePolicy", {"roleName": "shop"}), LIKELY),
        (permission("limit", "*"), iam("DeleteRolePermissionsBoundary", {"roleName": "shop"}), None),
        (permission("limit", "*", granted=False), iam("DeleteRolePermissionsBoundary", {"roleName": "shop"}), LIKELY),
        (permission("may", "s3:*"), iam("PutRolePolicy", {"roleName": "other"}), None),
    ],
)
def test_who_gave_an_identity_what_it_may(
    asked: ChangeQuestion, given: dict[str, Any], expected: Confidence | None
) -> None:
    assert sure(asked, given) is expected


def test_what_policies_say_of_a_principal_is_of_its_role() -> None:
    urn = Urn.aws("aws", ACCOUNT, GLOBAL, PRINCIPAL, "role/team/shop")
    asked = ChangeQuestion(urn, "can_become_administrator", None, is_gone=False, until=SEEN)
    assert sure(asked, iam("AttachRolePolicy", {"roleName": "shop", "policyArn": ADMIN})) is POSSIBLE
    assert sure(asked, iam("AttachUserPolicy", {"userName": "shop", "policyArn": ADMIN})) is None


VALUES = st.booleans() | st.integers(0, 65535) | st.text("abcdefgh-:/", min_size=1, max_size=20)
NAMES = st.sampled_from(["VersioningConfiguration", "LoggingConfiguration", "OwnershipControls", "CorsConfiguration"])


@given(NAMES, VALUES, VALUES)
def test_a_value_is_exact_where_the_call_set_it_and_never_where_it_set_another(
    name: str, actual: Json, other: Json
) -> None:
    called = f"PutBucket{name.removesuffix('Configuration')}"
    asked = question(f"{name}.Setting", None, actual)
    given = bucket(called, **{name: {"setting": actual}})
    assert sure(asked, given) is EXACT
    contrary = sure(asked, bucket(called, **{name: {"setting": other}}))
    assert (contrary is EXACT) == (str(actual).casefold() == str(other).casefold())


NESTED = st.recursive(
    st.booleans() | st.integers() | st.text("abcdefgh", min_size=4, max_size=12),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(st.sampled_from(["one", "two"]), inner),
    max_leaves=8,
)


@given(NESTED)
def test_whatever_a_call_set_it_set(value: Json) -> None:
    asked = question("CorsConfiguration.Setting", None, value)
    given = bucket("PutBucketCors", corsConfiguration={"setting": value})
    assert sure(asked, given) is (EXACT if _has_leaves(value) else LIKELY)


def _has_leaves(value: Json) -> bool:
    if isinstance(value, dict | list):
        return any(map(_has_leaves, value.values() if isinstance(value, dict) else value))
    return value is not None


@given(
    st.sampled_from(["may", "may not", "trusts", "trusts not", "limit"]),
    st.lists(st.sampled_from(["s3:*", "sqs:SendMessage", "iam:PassRole"]), min_size=1, max_size=3),
    st.lists(st.sampled_from(["s3:*", "sqs:SendMessage", "iam:PassRole"]), max_size=3),
)
def test_a_policy_gives_a_permission_where_it_says_all_of_it(aspect: str, actions: list[str], said: list[str]) -> None:
    document = json.dumps({"Statement": [{"Effect": "Allow", "Action": said, "Resource": "*"}]})
    given = iam("PutRolePolicy", {"roleName": "shop", "policyName": "x", "policyDocument": document})
    found = sure(permission(aspect, *actions), given)
    if aspect.startswith("may"):
        assert found is (EXACT if {*actions} <= {*said} else LIKELY)
    else:
        assert found is None


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_a_namesake_of_another_kind_is_never_accused(name: str, path: str) -> None:
    urn = Urn.aws("aws", ACCOUNT, GLOBAL, "AWS::IAM::Role", name)
    asked = question(path, None, "x", urn=urn)
    assert sure(asked, iam("PutUserPolicy", {"userName": name})) is None


@given(st.lists(st.sampled_from(["PutBucketVersioning", "PutBucketAcl", "CreateBucket"]), max_size=5))
def test_nobody_is_named_for_what_others_did_elsewhere(names: list[str]) -> None:
    for name in names:
        given = event(name, {"bucketName": "other", "VersioningConfiguration": {"Status": "Suspended"}})
        assert sure(VERSIONING, given | {"userIdentity": user("eve")}) is None
