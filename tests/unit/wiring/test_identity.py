from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from setpoint.cli.main import run
from setpoint.compare.identity.aws.callers import caller_of
from setpoint.compare.identity.aws.evaluation import Answer, Evaluation, Policies
from setpoint.compare.identity.aws.request import Context, Request
from setpoint.errors import NotFoundError
from setpoint.model.iam import NamedPolicy, PolicyKind
from setpoint.model.iam_account import IamAccount
from setpoint.model.iam_account_reading import read_account
from setpoint.model.iam_reading import read_policy
from setpoint.wiring.identity import evaluate_in

ACCOUNT = "111122223333"
BOB = f"arn:aws:iam::{ACCOUNT}:user/team/bob"
DEPLOY = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run-7"
OBJECT = "arn:aws:s3:::papers/plan"
READERS: Any = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}
TRUST: Any = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}},
}


def export(**of_bob: Any) -> dict[str, Any]:
    """As AWS writes it, with a user in a group, and a role."""
    attached = [{"PolicyName": "ours", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/ours"}]
    user = {"Path": "/team/", "UserName": "bob", "UserId": "AIDA", "Arn": BOB, "GroupList": ["readers"], **of_bob}
    group = {"Path": "/", "GroupName": "readers", "GroupId": "AGPA", "Arn": f"arn:aws:iam::{ACCOUNT}:group/readers"}
    role = {"Path": "/ci/", "RoleName": "deploy", "RoleId": "AROA", "Arn": DEPLOY, "AssumeRolePolicyDocument": TRUST}
    return {
        "UserDetailList": [user],
        "GroupDetailList": [{**group, "GroupPolicyList": [{"PolicyName": "read", "PolicyDocument": READERS}]}],
        "RoleDetailList": [{**role, "AttachedManagedPolicies": attached, "RolePolicyList": []}],
        "Policies": [
            {
                "PolicyName": "ours",
                "Arn": f"arn:aws:iam::{ACCOUNT}:policy/ours",
                "DefaultVersionId": "v1",
                "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": True, "Document": READERS}],
            }
        ],
    }


def account(**of_bob: Any) -> IamAccount:
    return read_account(export(**of_bob), "export.json")


def asked(
    of: IamAccount, principal: str = BOB, action: str = "s3:GetObject", resource: str = OBJECT, owner: str = ACCOUNT
) -> Evaluation:
    request = Request(caller_of(principal, where=""), action, resource, owner, Context(complete=True))
    return evaluate_in(of, request, Policies())


@pytest.mark.parametrize("principal", [BOB, DEPLOY, SESSION])
def test_policies_of_groups_roles_and_sessions_are_found(principal: str) -> None:
    assert asked(account(), principal).answer is Answer.ALLOWED
    assert asked(account(), principal, "s3:PutObject").answer is Answer.IMPLICIT_DENY


def test_a_caller_is_known_as_the_account_knows_it() -> None:
    condition = {
        "ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:*/ci/*"},
        "StringEquals": {"aws:PrincipalTag/Team": "a"},
    }
    document = {"Statement": {"Effect": "Allow", "Action": "s3:Put*", "Resource": "*", "Condition": condition}}
    of = export()
    of["RoleDetailList"][0] |= {
        "RolePolicyList": [{"PolicyName": "put", "PolicyDocument": document}],
        "Tags": [{"Key": "team", "Value": "a"}],
    }
    assert asked(read_account(of, "export.json"), SESSION, "s3:PutObject").answer is Answer.ALLOWED


def test_a_federated_user_has_the_policies_of_the_user_within_those_of_its_session() -> None:
    federated = f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
    request = Request(caller_of(federated, where=""), "s3:GetObject", OBJECT, ACCOUNT, Context(complete=True))
    readers = NamedPolicy("session", read_policy(READERS, PolicyKind.SESSION, ""))
    assert evaluate_in(account(), request, Policies()).answer is Answer.IMPLICIT_DENY
    assert evaluate_in(account(), request, Policies(session=(readers,))).answer is Answer.ALLOWED


def test_the_trust_policy_of_a_role_is_its_own_policy() -> None:
    assert asked(account(), BOB, "sts:AssumeRole", DEPLOY).answer is Answer.IMPLICIT_DENY
    inline = [{"PolicyName": "assume", "PolicyDocument": {"Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": DEPLOY}
    ]}}]  # fmt: skip
    assert asked(account(UserPolicyList=inline), BOB, "sts:AssumeRole", DEPLOY).answer is Answer.ALLOWED


def test_what_is_not_known_of_the_account_makes_it_conditional() -> None:
    unknown = [{"PolicyName": "X", "PolicyArn": "arn:aws:iam::aws:policy/NobodyKnowsThis"}]
    found = asked(account(AttachedManagedPolicies=unknown), BOB, "s3:PutObject")
    assert (found.answer, found.missing) == (Answer.CONDITIONAL, ("arn:aws:iam::aws:policy/NobodyKnowsThis",))
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/NorThis"}
    found = asked(account(PermissionsBoundary=boundary), BOB)
    assert (found.answer, found.missing) == (Answer.CONDITIONAL, ("arn:aws:iam::aws:policy/NorThis",))


def test_what_hangs_on_a_policy_of_the_resource_is_conditional_without_it() -> None:
    assert asked(account(), owner="444455556666").missing == (f"policy of {OBJECT}",)
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
    assert asked(account(), action="kms:Decrypt", resource=key).missing == (f"policy of {key}",)


def test_an_organisation_that_could_not_be_read_may_deny_and_never_allows() -> None:
    of = replace(account(), unread=("the organisation's policies are not known",))
    found = asked(of)
    assert (found.answer, found.missing) == (Answer.CONDITIONAL, ("the organisation's policies are not known",))
    assert asked(of, action="s3:PutObject").answer is Answer.IMPLICIT_DENY


def test_what_the_organisation_says_of_its_resources_counts_for_its_own() -> None:
    outside = {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": outside}
    level = (NamedPolicy("rcp", read_policy({"Statement": denial}, PolicyKind.RCP, "")),)
    of = replace(account(), rcps=(level,))
    assert asked(of).answer is Answer.EXPLICIT_DENY
    assert asked(replace(of, organisation="o-1")).answer is Answer.ALLOWED


@pytest.mark.parametrize("principal", [f"{BOB}x", "arn:aws:iam::444455556666:user/bob"])
def test_a_principal_that_there_is_not(principal: str) -> None:
    with pytest.raises(NotFoundError):
        asked(account(), principal)


def test_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "export.json"
    file.write_bytes(orjson.dumps(export()))
    arguments = ["can-i", SESSION, "s3:GetObject", OBJECT, "--authorization-details", str(file)]
    assert run(arguments) == 0
    assert f"arn:aws:iam::{ACCOUNT}:policy/ours: Statement[0]" in capsys.readouterr().out
