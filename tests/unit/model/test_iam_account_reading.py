"""AWS's export is read whole, and refused by name where it is not what it should be."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.iam_account_reading import read_account

IAM = "arn:aws:iam::111122223333:"
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def attached(arn: str) -> Json:
    return {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}


@pytest.fixture
def export() -> dict[str, Any]:
    return {
        "UserDetailList": [
            {
                "UserName": "ann",
                "Arn": f"{IAM}user/people/ann",
                "GroupList": ["staff"],
                "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": quote(json.dumps(DOCUMENT))}],
                "PermissionsBoundary": {"PermissionsBoundaryArn": f"{IAM}policy/limit"},
                "Tags": [{"Key": "team", "Value": "ops"}],
            }
        ],
        "GroupDetailList": [
            {
                "GroupName": "staff",
                "Arn": f"{IAM}group/staff",
                "AttachedManagedPolicies": [attached(f"{IAM}policy/limit")],
            }
        ],
        "RoleDetailList": [
            {
                "RoleName": "app",
                "Arn": f"{IAM}role/app",
                "AssumeRolePolicyDocument": TRUST,
                "AttachedManagedPolicies": [attached("arn:aws:iam::aws:policy/AdministratorAccess")],
                "InstanceProfileList": [{"Arn": f"{IAM}instance-profile/app"}],
            }
        ],
        "Policies": [
            {
                "PolicyName": "limit",
                "Arn": f"{IAM}policy/limit",
                "PolicyVersionList": [
                    {"VersionId": "v1", "IsDefaultVersion": False, "Document": TRUST},
                    {"VersionId": "v2", "IsDefaultVersion": True, "Document": DOCUMENT},
                ],
            }
        ],
    }


def known(arn: str) -> Json:
    return DOCUMENT if arn.endswith("/AdministratorAccess") else None


@pytest.mark.parametrize(
    ("told", "created"),
    [
        ("2026-01-02T03:04:05+00:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=UTC)),
        (datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)),
        ("some day", None),
        (None, None),
    ],
)
def test_when_a_role_was_made(export: dict[str, Any], told: Any, created: datetime | None) -> None:
    export["RoleDetailList"][0]["CreateDate"] = told
    assert read_account(export, "export.json", known).roles[0].created == created


def test_members_of_the_account(export: dict[str, Any]) -> None:
    account = read_account(export, "export.json", known)
    (user,), (role,) = account.users, account.roles
    assert (account.id, account.partition) == ("111122223333", "aws")
    assert [each.name for each in account.identity_policies(user)] == [
        "user/ann: inline policy own",
        f"{IAM}policy/limit",
    ]
    assert user.tags == {"team": "ops"}
    assert account.boundary(user) == account.granted(account.groups[0])[0]
    assert role.instance_profiles == (f"{IAM}instance-profile/app",)
    assert account.unknown_policies(role) == ()


def test_equal_documents_are_one_value(export: dict[str, Any]) -> None:
    account = read_account(export, "export.json", known)
    inline, managed = account.identity_policies(account.users[0])
    assert inline.document is managed.document


def test_pages_make_one_account(export: dict[str, Any]) -> None:
    empty: dict[str, Any] = {name: [] for name in export}
    first = {**empty, "UserDetailList": export["UserDetailList"], "IsTruncated": True}
    second = {**export, "UserDetailList": [], "IsTruncated": False}
    assert read_account([first, second], "pages.json", known) == read_account(export, "export.json", known)


def test_a_policy_that_nobody_told_is_unknown(export: dict[str, Any]) -> None:
    account = read_account(export, "export.json")
    assert account.unknown_policies(account.roles[0]) == ("arn:aws:iam::aws:policy/AdministratorAccess",)


def set_at(export: dict[str, Any], path: tuple[str | int, ...], value: Json) -> Json:
    place: Any = export
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return export


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("UserDetailList",), {}, r"export.json: UserDetailList: a list was expected"),
        (("UserDetailList", 0), "ann", r"UserDetailList\[0\]: an object was expected"),
        (("UserDetailList", 0, "Arn"), 7, r"UserDetailList\[0\]: Arn is not a text"),
        (("UserDetailList", 0, "Arn"), "ann", r"UserDetailList\[0\]: Arn is 'ann', which is no ARN of IAM"),
        (("UserDetailList", 0, "Arn"), "arn:aws:iam::acme:user/ann", r"UserDetailList\[0\]: Arn is 'arn:aws:iam::acme"),
        (("UserDetailList", 0, "Arn"), f"{IAM}role/app", r"RoleDetailList\[0\]: .*role/app stands twice"),
        (("UserDetailList", 0, "GroupList"), ["nobodies"], r"UserDetailList\[0\]: .*ann is in the group 'nobodies'"),
        (
            ("UserDetailList", 0, "UserPolicyList", 0, "PolicyDocument"),
            "%7B",
            r"UserPolicyList\[0\].PolicyDocument: this is not JSON",
        ),
        (
            ("RoleDetailList", 0, "AssumeRolePolicyDocument"),
            None,
            r"RoleDetailList\[0\]: AssumeRolePolicyDocument is not",
        ),
        (
            ("RoleDetailList", 0, "AssumeRolePolicyDocument"),
            {"Statement": [{"Effect": "Perhaps"}]},
            r"RoleDetailList\[0\].AssumeRolePolicyDocument.Statement\[0\].Effect: the effect is 'Perhaps'",
        ),
        (("RoleDetailList", 0, "Arn"), "arn:aws:iam::999999999999:role/app", r"are of different accounts"),
        (("Policies", 0, "PolicyVersionList"), [], r"Policies\[0\]: the default version of .*limit is missing"),
        (("IsTruncated",), True, r"export.json: the export is cut short"),
    ],
)
def test_what_is_wrong_is_told_by_its_member(
    export: dict[str, Any], path: tuple[str | int, ...], value: Json, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        read_account(set_at(export, path, value), "export.json", known)


@pytest.mark.parametrize("document", [7, [], [[]], {}, {"Users": []}])
def test_what_is_no_export_is_refused(document: Json) -> None:
    with pytest.raises(InputError):
        read_account(document, "export.json")


def test_a_member_that_is_missing_is_named(export: dict[str, Any]) -> None:
    del export["GroupDetailList"]
    with pytest.raises(InputError, match=r"export.json: the member GroupDetailList is missing"):
        read_account(export, "export.json")
