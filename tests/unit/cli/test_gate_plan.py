"""`setpoint gate --plan`: what a change of Terraform would grant, and nothing of what was granted before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setpoint.cli.main import run
from setpoint.model.canonical import Json

ACCOUNT = "111122223333"
PROVIDER = "registry.terraform.io/hashicorp/aws"

Gate = Callable[..., int]


def says(action: Json, resource: Json = "*", **more: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}


def trust(principal: Json, **condition: Json) -> Json:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [{**statement, **({"Condition": condition} if condition else {})}]}


EC2 = trust({"Service": "ec2.amazonaws.com"})


LAMBDA = trust({"Service": "lambda.amazonaws.com"})


def role(name: str, trusted: Json = EC2, **inline: Json) -> Json:
    return {
        "RoleName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "AssumeRolePolicyDocument": trusted,
        "RolePolicyList": [{"PolicyName": key, "PolicyDocument": value} for key, value in inline.items()],
    }


EXPORT: Json = {
    "UserDetailList": [{"UserName": "ana", "Arn": f"arn:aws:iam::{ACCOUNT}:user/ana", "GroupList": []}],
    "GroupDetailList": [
        {
            "GroupName": "admins",
            "Arn": f"arn:aws:iam::{ACCOUNT}:group/admins",
            "GroupPolicyList": [{"PolicyName": "all", "PolicyDocument": says("*")}],
        }
    ],
    "RoleDetailList": [
        role("ci", read=says("s3:Get*")),
        role("old", own=says("iam:PutRolePolicy")),
        role("worker", LAMBDA, own=says("iam:PutRolePolicy")),
    ],
    "Policies": [],
}


def change(address: str, before: Json, after: Json, unknown: Json = None, **more: Json) -> Json:
    actions = ["create"] if before is None else ["delete"] if after is None else ["update"]
    return {
        "address": address,
        "mode": "managed",
        "type": address.split(".")[-2],
        "provider_name": PROVIDER,
        "change": {"actions": actions, "before": before, "after": after, "after_unknown": unknown or {}, **more},
    }


def created(address: str, unknown: Json = None, **after: Json) -> Json:
    return change(address, None, {name: _text(value) for name, value in after.items()}, unknown)


def _text(value: Json) -> Json:
    """Documents are text in Terraform."""
    return json.dumps(value) if isinstance(value, dict) and "Statement" in value else value


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gate:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export.json").write_text(json.dumps(EXPORT))

    def decide(*changes: Json, configuration: Json = (), options: tuple[str, ...] = ()) -> int:
        plan = {
            "format_version": "1.2",
            "resource_changes": list(changes),
            "configuration": {"root_module": {"resources": list(configuration)}},
        }
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        return run(["gate", "--plan", "plan.json", "--authorization-details", "export.json", *options])

    return decide


MORE = {"role": "ci", "name": "more"}


def test_a_new_way_to_become_an_administrator_is_told_with_its_path(
    gate: Gate, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gate(created("aws_iam_role_policy.more", **MORE, policy=says("iam:PutRolePolicy")), options=("--json",)) == 1
    decision = json.loads(capsys.readouterr().out)
    assert decision["verdict"] == "refuse"
    [reason] = decision["reasons"]
    assert reason["policy"] == "identity/principal-escalates"
    assert "this change lets role ci become an administrator: through iam-005" in reason["message"]
    assert [each["id"] for each in reason["evidence"]["paths"]] == ["iam-005"]


def test_what_was_so_before_is_not_told_again(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate(created("aws_iam_role_policy.more", **MORE, policy=says("s3:Put*"))) == 0
    assert "role old" not in capsys.readouterr().out


def test_another_way_of_one_who_had_a_way_is_new(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate(created("aws_iam_role_policy.more", role="old", name="more", policy=says("iam:AttachRolePolicy"))) == 1
    out = capsys.readouterr().out
    assert "this change lets role old become an administrator: through iam-" in out
    assert "iam-005" not in out


def test_what_is_taken_away_is_no_reason_to_refuse(gate: Gate) -> None:
    own = {"role": "old", "name": "own", "policy": json.dumps(says("iam:PutRolePolicy"))}
    assert gate(change("aws_iam_role_policy.own", own, None)) == 0
    narrower = {**own, "policy": json.dumps(says("s3:Get*"))}
    assert gate(change("aws_iam_role_policy.own", own, narrower)) == 0


@pytest.mark.parametrize(
    ("changes", "policy"),
    [
        (
            [
                created(
                    "aws_iam_role_policy_attachment.all",
                    role="ci",
                    policy_arn="arn:aws:iam::aws:policy/AdministratorAccess",
                )
            ],
            "identity/principal-wildcard-admin",
        ),
        (
            [created("aws_iam_role.new", name="new", path="/", assume_role_policy=trust({"AWS": "999988887777"}))],
            "identity/principal-trusts-outside",
        ),
        (
            [
                change(
                    "aws_iam_role.ci",
                    {"name": "ci", "path": "/", "assume_role_policy": json.dumps(EC2)},
                    {"name": "ci", "path": "/", "assume_role_policy": json.dumps(trust("*"))},
                )
            ],
            "identity/principal-trusts-outside",
        ),
        (
            [created("aws_iam_user_group_membership.ana", user="ana", groups=["admins"])],
            "identity/principal-wildcard-admin",
        ),
        (
            [created("module.staff.aws_iam_group_membership.all", group="admins", users=["ana"], name="all")],
            "identity/principal-wildcard-admin",
        ),
        (
            [
                created("aws_iam_user.new", name="new", path="/people/"),
                created("aws_iam_user_policy.new", user="new", name="all", policy=says("*")),
            ],
            "identity/principal-wildcard-admin",
        ),
        (
            [
                created(
                    "aws_iam_role.inline",
                    name="inline",
                    path="/",
                    assume_role_policy=EC2,
                    inline_policy=[{"name": "all", "policy": json.dumps(says("*"))}],
                )
            ],
            "identity/principal-wildcard-admin",
        ),
    ],
)
def test_whatever_a_change_grants_is_held_against_the_policies(
    gate: Gate, capsys: pytest.CaptureFixture[str], changes: list[Json], policy: str
) -> None:
    assert gate(*changes) == 1
    assert policy in capsys.readouterr().out


def test_a_policy_that_is_made_and_attached_in_one_plan_is_followed(gate: Gate) -> None:
    changes = (
        created("aws_iam_policy.all", {"arn": True, "id": True}, name="all", path="/", policy=says("*")),
        created("aws_iam_role_policy_attachment.all", {"policy_arn": True}, role="ci"),
    )
    references = {"policy_arn": {"references": ["aws_iam_policy.all.arn", "aws_iam_policy.all"]}}
    assert (
        gate(*changes, configuration=[{"address": "aws_iam_role_policy_attachment.all", "expressions": references}])
        == 1
    )
    assert gate(*changes) == 3, "without the configuration nothing says which policy that is"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([created("aws_iam_role_policy.more", {"policy": True}, **MORE)], "policy of aws_iam_role_policy.more"),
        ([created("aws_iam_user_group_membership.x", {"groups": True}, user="ana")], "groups of"),
        (
            [created("aws_iam_role_policy.more", role="elsewhere", name="x", policy=says("s3:Get*"))],
            "speaks of role elsewhere",
        ),
        (
            [
                created(
                    "aws_iam_role_policy_attachment.x", role="ci", policy_arn=f"arn:aws:iam::{ACCOUNT}:policy/untold"
                )
            ],
            "what arn:aws:iam::111122223333:policy/untold says",
        ),
        (
            [created("aws_iam_role_policy.more", **MORE, policy=says("lambda:UpdateFunctionCode"))],
            "may let role ci become",
        ),
    ],
)
def test_what_is_not_known_is_not_admitted(
    gate: Gate, capsys: pytest.CaptureFixture[str], changes: list[Json], told: str
) -> None:
    assert gate(*changes) == 3
    assert told in capsys.readouterr().out


def test_with_what_exists_told_a_way_that_needs_something_is_decided(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text("[]")
    wanted = created("aws_iam_role_policy.more", **MORE, policy=says("lambda:UpdateFunctionCode"))
    assert gate(wanted, options=("--resources", "none.json")) == 0


def test_other_resources_bear_on_nobody(gate: Gate) -> None:
    assert gate(created("aws_s3_bucket.data", {"arn": True}, bucket="data")) == 0
    assert gate() == 0


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("[]", "the document is a list"),
        ("{}", "this is not the JSON of a plan"),
        ('{"format_version": "9.0", "resource_changes": []}', "format version 9.0"),
        ('{"format_version": "1.2", "resource_changes": {}}', "'resource_changes' is an object"),
        ('{"format_version": "1.2", "resource_changes": [], "errored": true}', "planning ended in an error"),
        (
            '{"format_version": "1.2", "resource_changes": [{"address": "a.b", "change": {"actions": [{}]}}]}',
            "a.b: an action is an object",
        ),
    ],
)
def test_what_is_no_plan_is_refused(
    gate: Gate, tmp_path: Path, capsys: pytest.CaptureFixture[str], document: str, told: str
) -> None:
    gate()
    (tmp_path / "plan.json").write_text(document)
    capsys.readouterr()
    assert run(["gate", "--plan", "plan.json", "--authorization-details", "export.json"]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("root", [5, {"resources": 5}, {"module_calls": [1]}, {"resources": [{"expressions": []}]}])
def test_a_configuration_of_no_known_form_is_followed_nowhere(gate: Gate, tmp_path: Path, root: Json) -> None:
    change = created("aws_iam_role_policy.more", **MORE, policy=json.dumps(says("iam:PutRolePolicy")))
    plan = {"format_version": "1.2", "resource_changes": [change], "configuration": {"root_module": root}}
    gate()
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    assert run(["gate", "--plan", "plan.json", "--authorization-details", "export.json"]) == 1


def test_a_policy_that_aws_would_refuse_is_refused(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate(created("aws_iam_role_policy.more", **MORE, policy="{}")) == 2
    assert "aws_iam_role_policy.more" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--plan", "plan.json", "--service", "shop"],
        ["--service", "shop", "--release", "1", "--resources", "plan.json"],
        ["--release", "1"],
        ["--plan", "plan.json"],
    ],
)
def test_either_a_release_or_a_plan(gate: Gate, capsys: pytest.CaptureFixture[str], arguments: list[Any]) -> None:
    gate()
    assert run(["gate", *arguments]) == 2
    assert capsys.readouterr().err
