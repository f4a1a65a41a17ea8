"""Roles, with everything that Terraform lets one declare apart from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from setpoint.intent.terraform.attributes import Attributes
from setpoint.intent.terraform.iam import ROLE
from setpoint.model.canonical import Unknown
from setpoint.model.snapshot import Snapshot

Properties = Callable[..., Mapping[str, Any]]

DOCUMENT = '{"Statement": [], "Id": "%s"}'
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
LOGS = "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"


def _role(**attributes: Any) -> tuple[str, dict[str, Any]]:
    return "aws_iam_role", {"name": "app"} | attributes


def _inline(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "policy": DOCUMENT % "inline"} for name in names]


def _policy(name: str) -> tuple[str, dict[str, Any]]:
    return "aws_iam_role_policy", {"role": "app", "name": name, "policy": DOCUMENT % "own"}


def _policies(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {each["PolicyName"]: each["PolicyDocument"] for each in properties["Policies"]}


def test_the_roles_own_properties(declared: Callable[..., Snapshot]) -> None:
    role = _role(
        arn="arn:aws:iam::999999999999:role/services/app",
        path="/services/",
        description="",
        max_session_duration=3600,
        assume_role_policy=DOCUMENT % "trust",
        permissions_boundary="arn:aws:iam::999999999999:policy/boundary",
        unique_id="AROA1",
        managed_policy_arns=[],
        inline_policy=[],
    )
    (found,) = declared(role).resources.values()
    assert found.urn == "aws:999999999999:global:AWS::IAM::Role:app"
    assert found.properties == {
        "RoleName": "app",
        "RoleId": "AROA1",
        "Arn": "arn:aws:iam::999999999999:role/services/app",
        "Path": "/services/",
        "MaxSessionDuration": 3600,
        "AssumeRolePolicyDocument": {"Statement": [], "Id": "trust"},
        "PermissionsBoundary": "arn:aws:iam::999999999999:policy/boundary",
    }


def test_inline_policies_and_those_of_their_own_are_one_list(properties: Properties) -> None:
    found = properties(_role(inline_policy=_inline("b", "a")), _policy("b"), _policy("c"))
    assert list(_policies(found)) == ["a", "b", "c"]
    assert [document["Id"] for document in _policies(found).values()] == ["inline", "own", "own"]


def test_an_empty_inline_policy_block_declares_no_policy(properties: Properties) -> None:
    assert "Policies" not in properties(_role(inline_policy=[{"name": "", "policy": ""}]))


@pytest.mark.parametrize(
    "attachment",
    [
        ("aws_iam_role_policy_attachment", {"role": "app", "policy_arn": LOGS}),
        ("aws_iam_policy_attachment", {"name": "x", "roles": ["app"], "users": [], "policy_arn": LOGS}),
    ],
)
def test_attachments_are_folded_in(properties: Properties, attachment: tuple[str, dict[str, Any]]) -> None:
    found = properties(_role(managed_policy_arns=[READ_ONLY, LOGS]), attachment)
    assert found["ManagedPolicyArns"] == [LOGS, READ_ONLY]
    assert properties(_role(), attachment)["ManagedPolicyArns"] == [LOGS]


def test_exclusive_attachments_have_the_last_word(properties: Properties) -> None:
    exclusive = ("aws_iam_role_policy_attachments_exclusive", {"role_name": "app", "policy_arns": [READ_ONLY]})
    attachment = ("aws_iam_role_policy_attachment", {"role": "app", "policy_arn": READ_ONLY})
    found = properties(exclusive, _role(managed_policy_arns=[LOGS, READ_ONLY]), attachment)
    assert found["ManagedPolicyArns"] == [READ_ONLY]


def test_exclusive_policies_have_the_last_word(properties: Properties) -> None:
    exclusive = ("aws_iam_role_policies_exclusive", {"role_name": "app", "policy_names": ["own", "elsewhere"]})
    found = _policies(properties(exclusive, _role(inline_policy=_inline("stale")), _policy("own")))
    assert found["own"] == {"Statement": [], "Id": "own"}
    assert isinstance(found["elsewhere"], Unknown)
    assert set(found) == {"own", "elsewhere"}


def test_an_empty_exclusive_list_says_that_there_is_none(properties: Properties) -> None:
    found = properties(
        _role(managed_policy_arns=[LOGS], inline_policy=_inline("stale")),
        ("aws_iam_role_policies_exclusive", {"role_name": "app", "policy_names": []}),
        ("aws_iam_role_policy_attachments_exclusive", {"role_name": "app", "policy_arns": []}),
    )
    assert found["Policies"] == found["ManagedPolicyArns"] == []


def test_policies_whose_names_are_not_known_yet_make_the_list_unknown() -> None:
    unknown = Unknown("known after apply")
    properties: dict[str, Any] = {"RoleName": "app"}
    for _ in range(2):
        policy = Attributes({"role": "app", "name": unknown, "policy": DOCUMENT % "own"}, "here")
        ROLE.parts["aws_iam_role_policy"].fold(properties, policy)
    assert properties["Policies"] is unknown


def test_an_unknown_attachment_makes_the_list_unknown() -> None:
    unknown = Unknown("known after apply")
    properties: dict[str, Any] = {"RoleName": "app", "ManagedPolicyArns": [LOGS]}
    part = Attributes({"role": "app", "policy_arn": unknown}, "here")
    ROLE.parts["aws_iam_role_policy_attachment"].fold(properties, part)
    assert properties["ManagedPolicyArns"] is unknown
