"""Identities: what was intended, granted and used, through the command line, on AWS's API."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.e2e.account import Aws
from tests.e2e.program import ACCOUNT, PATIENCE, Setpoint
from tests.e2e.test_remote import Server

BY_EC2 = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
CI = f"arn:aws:iam::{ACCOUNT}:role/ci"
READ = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}
WRITE = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::invoices/*"}


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def iam(aws: Aws) -> Any:
    """With a role as it was declared, but for its statements' order and cut."""
    client = aws.client("iam")
    client.create_role(
        RoleName="ci", AssumeRolePolicyDocument=json.dumps(BY_EC2), Tags=[{"Key": "service", "Value": "shop"}]
    )
    apart = ({**READ, "Action": "s3:ListBucket"}, WRITE, {**READ, "Action": "s3:GetObject"})
    client.put_role_policy(RoleName="ci", PolicyName="deploy", PolicyDocument=policy(*apart))
    return client


@pytest.fixture
def declared(setpoint: Setpoint, iam: Any) -> Setpoint:
    """By a folder of reviewed policies."""
    setpoint.configure(identity={"policies": "reviewed"}, intent=[])
    setpoint.write("reviewed/role/ci/read.json", policy(READ))
    setpoint.write("reviewed/role/ci/write.json", policy(WRITE))
    setpoint.write("reviewed/role/ci/trust.json", json.dumps(BY_EC2))
    return setpoint


def drift(program: Setpoint, *options: str) -> tuple[int, dict[str, list[tuple[str, str]]]]:
    """Exit code, and name of an identity → what differs of it."""
    answer = program.run("drift", "--plane", "identity", "--json", *options)
    told = answer.json()["identities"]
    return answer.code, {
        each["principal"].rpartition("/")[2]: [(one["rule"], one["path"]) for one in each["differences"]]
        for each in told
        if each["differences"]
    }


def test_a_policy_rewritten_with_the_same_meaning_is_no_drift(declared: Setpoint) -> None:
    assert declared.run("beat").code == 0
    assert drift(declared) == (0, {})
    shown = declared.run("identity", "ci")
    assert shown.code == 0, shown.out
    assert "reviewed/role/ci/read.json" in shown.out


def test_differences_become_findings_which_close_once_they_are_gone(declared: Setpoint, iam: Any) -> None:
    iam.put_role_policy(
        RoleName="ci", PolicyName="more", PolicyDocument=policy({**READ, "Action": "*", "Resource": "*"})
    )
    iam.create_user(UserName="mallory")
    iam.put_user_policy(UserName="mallory", PolicyName="all", PolicyDocument=policy(WRITE))
    assert declared.run("beat").code == 1
    assert drift(declared) == (
        1,
        {"ci": [("identity/unintended", "may * on *")], "mallory": [("identity/undeclared", "")]},
    )
    assert drift(declared, "--service", "shop") == (1, {"ci": [("identity/unintended", "may * on *")]})
    found = declared.run("findings", "--json").json()
    assert {(each["rule"], each["severity"]) for each in found} == {
        ("identity/unintended", "critical"),
        ("identity/undeclared", "medium"),
    }

    iam.delete_role_policy(RoleName="ci", PolicyName="more")
    iam.delete_user_policy(UserName="mallory", PolicyName="all")
    iam.delete_user(UserName="mallory")
    assert declared.run("beat").code == 0
    assert drift(declared) == (0, {})
    assert declared.run("findings", "--json").json() == []


def test_what_was_intended_and_taken_away_is_told(declared: Setpoint, iam: Any) -> None:
    iam.delete_role_policy(RoleName="ci", PolicyName="deploy")
    declared.run("beat")
    _, found = drift(declared)
    assert found["ci"] == [
        ("identity/missing", "may s3:GetObject on *"),
        ("identity/missing", "may s3:ListBucket on *"),
        ("identity/missing", "may s3:PutObject on arn:aws:s3:::invoices/*"),
    ]


def test_what_a_waiver_covers_does_not_count(declared: Setpoint, iam: Any) -> None:
    iam.put_role_policy(RoleName="ci", PolicyName="more", PolicyDocument=policy({**READ, "Action": "sqs:*"}))
    declared.run("beat")
    until = (datetime.now(UTC) + timedelta(days=7)).strftime("%Y-%m-%d")
    waiver = ("--policy", "identity/unintended", "--reason", "migration", "--owner", "ada", "--until", until)
    assert declared.run("waive", "--urn", f"aws:{ACCOUNT}:global:AWS::IAM::Role:ci", *waiver).code == 0
    assert declared.run("beat").code == 0
    assert drift(declared)[0] == 0


def test_a_server_tells_the_same(declared: Setpoint, iam: Any) -> None:
    iam.put_role_policy(RoleName="ci", PolicyName="more", PolicyDocument=policy({**READ, "Action": "sqs:*"}))
    declared.run("beat")
    asked = (
        ("drift", "--plane", "identity"),
        ("drift", "--plane", "identity", "--json", "--all"),
        ("drift", "--plane", "identity", "--service", "shop"),
        ("identity", CI),
        ("identity", "ci", "--json"),
        ("identity", "nobody"),
    )
    here = [declared.run(*each) for each in asked]
    assert [each.code for each in here] == [1, 1, 1, 1, 1, 2]
    token = declared.run("tokens", "issue", "me", "--scope", "read", "--json").json()["token"]
    server = Server(declared)
    try:
        assert [declared.run("--server", server.url, "--token", token, *each) for each in asked] == here
    finally:
        server.process.terminate()
        server.process.wait(PATIENCE)


def test_without_anything_declared_nothing_can_be_told(setpoint: Setpoint, iam: Any) -> None:
    setpoint.configure(intent=[], identity={"compare": True})
    setpoint.run("beat")
    assert drift(setpoint) == (3, {})
    shown = setpoint.run("identity", "ci")
    assert shown.code == 3
    assert f"nothing is declared of the identities of the account {ACCOUNT}" in shown.out
