from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.intent.iam.intended import IamIntent
from setpoint.intent.iam.policy_files import PolicyFolder
from setpoint.intent.terraform.identities import IDENTITIES
from setpoint.intent.terraform.reader import TerraformReader
from setpoint.model.canonical import Json, Unknown
from setpoint.model.iam_declared import DeclaredIam
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Area, AreaCoverage, Coverage, Extent
from setpoint.model.urn import GLOBAL, Urn

ACCOUNT = "111122223333"
OWN = ("aws", ACCOUNT)
READ: Json = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
}


def resource(type_name: str, identifier: str, **properties: Json) -> Resource:
    return Resource(Urn.aws(*OWN, GLOBAL, f"AWS::IAM::{type_name}", identifier), properties, f"a.yaml: {identifier}")


def read(*resources: Resource, coverage: Iterable[AreaCoverage] = (), folder: Path | None = None) -> DeclaredIam:
    intent = IamIntent([], PolicyFolder(folder) if folder else None, OWN)
    return intent.read(resources, Coverage.of(coverage))[ACCOUNT]


def write(folder: Path, files: Mapping[str, Json]) -> Path:
    for name, document in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return folder


def test_a_role_is_what_the_estate_declares() -> None:
    found = read(
        resource(
            "Role",
            "ci",
            RoleName="ci",
            Path="/build/",
            AssumeRolePolicyDocument=TRUST,
            Policies=[{"PolicyName": "read", "PolicyDocument": READ}],
            ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
            PermissionsBoundary="arn:aws:iam::111122223333:policy/limit",
            Tags=[{"Key": "service", "Value": "shop"}],
        )
    )
    (role,) = found.account.roles
    assert (role.arn, role.boundary) == (
        f"arn:aws:iam::{ACCOUNT}:role/build/ci",
        f"arn:aws:iam::{ACCOUNT}:policy/limit",
    )
    assert ([each.name for each in role.inline], role.tags) == (["inline policy read"], {"service": "shop"})
    assert {arn: each.document for arn, each in found.account.policies.items()} == dict.fromkeys(
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", f"arn:aws:iam::{ACCOUNT}:policy/limit")
    )
    assert found.places[role.arn] == "a.yaml: ci"
    assert (found.unresolved, found.without_trust, found.doubts) == ({}, frozenset(), ())


def test_a_managed_policy_is_attached_to_whom_it_names() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/read"
    found = read(
        resource("ManagedPolicy", arn, PolicyDocument=READ, Users=["ada"], Roles=["elsewhere"]),
        resource("User", "ada", UserName="ada", Groups=["staff"]),
        resource("Group", "staff", GroupName="staff"),
    )
    (user,), (role,) = found.account.users, found.account.roles
    assert (user.attached, user.groups, found.account.policies[arn].document is not None) == ((arn,), ("staff",), True)
    assert found.unresolved == {role.arn: ("no more of it is declared than what is attached to it",)}


def test_what_templates_declare_apart_belongs_to_whom_it_names() -> None:
    found = read(
        resource("User", "ada", UserName="ada"),
        resource("Group", "staff", GroupName="staff"),
        resource("UserPolicy", "own|ada", UserName="ada", PolicyName="own", PolicyDocument=READ),
        resource("GroupPolicy", "all|staff", GroupName="staff", PolicyName="all", PolicyDocument=READ),
        resource("UserToGroupAddition", "members", GroupName="staff", Users=["ada"]),
    )
    (user,), (group,) = found.account.users, found.account.groups
    assert [each.name for each in (*user.inline, *group.inline)] == ["inline policy own", "inline policy all"]
    assert (user.groups, found.unresolved, found.doubts) == (("staff",), {}, ())


@pytest.mark.parametrize(
    ("type_name", "properties"),
    [
        ("UserPolicy", {"UserName": Unknown("made elsewhere"), "PolicyDocument": READ}),
        ("UserToGroupAddition", {"GroupName": Unknown("made elsewhere"), "Users": ["ada"]}),
        ("UserToGroupAddition", {"GroupName": "staff", "Users": Unknown("made elsewhere")}),
    ],
)
def test_a_part_of_which_nobody_knows_whose_it_is_leaves_open_who_has_it(
    type_name: str, properties: Mapping[str, Json]
) -> None:
    found = read(resource(type_name, "x", **properties))
    assert all(each.startswith("a.yaml: x: ") for each in found.doubts)
    assert found.doubts


def test_what_cannot_be_worked_out_is_told() -> None:
    unknown = {"Version": "2012-10-17", "Statement": [{**READ["Statement"], "Resource": Unknown("the bucket is new")}]}
    found = read(
        resource(
            "Role",
            "ci",
            AssumeRolePolicyDocument=TRUST,
            Policies=[{"PolicyName": "a", "PolicyDocument": unknown}, {"PolicyName": "b", "PolicyDocument": {"x": 1}}],
            ManagedPolicyArns=Unknown("an export"),
        ),
    )
    (reasons,) = found.unresolved.values()
    assert set(reasons) == {
        "inline policy a: the bucket is new",
        "inline policy b: 'x' is no member of a policy document",
        "ManagedPolicyArns: an export",
    } or any(each.startswith("inline policy b: ") for each in reasons)


def test_a_group_that_is_declared_nowhere_leaves_the_user_in_doubt() -> None:
    found = read(resource("User", "ada", UserName="ada", Groups=["staff"]))
    assert list(found.unresolved.values()) == [("the group staff is declared nowhere",)]


@pytest.mark.parametrize(
    ("type_name", "extent", "is_doubt"),
    [
        ("AWS::IAM::Role", Extent.PARTIAL, True),
        ("*", Extent.PARTIAL, True),
        ("AWS::IAM::Policy", Extent.NOT_COVERED, True),
        ("AWS::IAM::AccessKey", Extent.NOT_COVERED, False),
        ("AWS::S3::Bucket", Extent.PARTIAL, False),
    ],
)
def test_what_was_not_read_of_the_declared_state_is_a_doubt(type_name: str, extent: Extent, *, is_doubt: bool) -> None:
    coverage = AreaCoverage(Area(*OWN, GLOBAL, type_name), extent, ("because",))
    assert read(resource("Role", "ci"), coverage=[coverage]).doubts == (("because",) if is_doubt else ())


def test_policy_files_say_whose_they_are_by_their_place(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {
            "role/ci.json": READ,
            "role/ci/more.yaml": "Version: '2012-10-17'\nStatement: {Effect: Allow, Action: 'sqs:*', Resource: '*'}\n",
            "role/ci/trust.json": TRUST,
            "role/web.json": READ,
            "policy/read.json": READ,
            "444455556666/user/ada.json": READ,
            "README.md": "ours",
        },
    )
    found = IamIntent([], PolicyFolder(folder), OWN).read((), Coverage())
    own, other = found[ACCOUNT], found["444455556666"]
    assert {each.name: len(each.inline) for each in own.account.roles} == {"ci": 2, "web": 1}
    assert own.without_trust == {f"arn:aws:iam::{ACCOUNT}:role/web"}
    assert list(own.account.policies) == [f"arn:aws:iam::{ACCOUNT}:policy/read"]
    assert [each.arn for each in other.account.users] == ["arn:aws:iam::444455556666:user/ada"]


@pytest.mark.parametrize("name", ["ci.json", "roles/ci.json", "role/a/b/c.json", "policy/a/b.json"])
def test_a_file_of_which_nobody_knows_whose_it_is_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="place does not say") as refused:
        read(folder=write(tmp_path, {name: READ}))
    assert refused.value.where.endswith(name)


def test_a_file_that_is_no_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read(folder=write(tmp_path, {"role/ci.json": {"Version": "2012-10-17"}}))
    assert str(tmp_path / "role" / "ci.json") in refused.value.where


def test_the_fingerprint_changes_with_any_file(tmp_path: Path) -> None:
    folder = PolicyFolder(write(tmp_path, {"role/ci.json": READ}))
    before = folder.fingerprint()
    assert folder.fingerprint() == before
    write(tmp_path, {"role/ci.json": TRUST})
    assert folder.fingerprint() != before


def test_users_groups_and_policies_come_from_terraform(tmp_path: Path) -> None:
    instances = {
        "aws_iam_user": {"name": "ada", "path": "/"},
        "aws_iam_group": {"name": "staff", "path": "/"},
        "aws_iam_policy": {"name": "read", "arn": f"arn:aws:iam::{ACCOUNT}:policy/read", "policy": json.dumps(READ)},
        "aws_iam_user_group_membership": {"user": "ada", "groups": ["staff"]},
        "aws_iam_group_policy_attachment": {"group": "staff", "policy_arn": f"arn:aws:iam::{ACCOUNT}:policy/read"},
        "aws_iam_user_policy": {"user": "ada", "name": "own", "policy": json.dumps(READ)},
        "aws_iam_policy_attachment": {"users": ["ada"], "groups": ["staff"], "policy_arn": "arn:aws:iam::aws:policy/x"},
    }
    resources = [
        {
            "mode": "managed",
            "type": name,
            "name": "it",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [{"schema_version": 0, "attributes": attributes}],
        }
        for name, attributes in instances.items()
    ]
    state = write(tmp_path, {"main.tfstate": {"version": 4, "terraform_version": "1.9.0", "resources": resources}})
    reader = TerraformReader(
        state / "main.tfstate", partition="aws", account=ACCOUNT, region="eu-west-1", types=IDENTITIES
    )
    found = IamIntent([reader], None, OWN).read((), Coverage())[ACCOUNT]
    (user,), (group,) = found.account.users, found.account.groups
    assert (user.groups, user.attached, [each.name for each in user.inline]) == (
        ("staff",),
        ("arn:aws:iam::aws:policy/x",),
        ["inline policy own"],
    )
    assert set(group.attached) == {f"arn:aws:iam::{ACCOUNT}:policy/read", "arn:aws:iam::aws:policy/x"}
    assert found.account.policies[f"arn:aws:iam::{ACCOUNT}:policy/read"].document is not None
    assert (found.unresolved, found.doubts) == ({}, ())
