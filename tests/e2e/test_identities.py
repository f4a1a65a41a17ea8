"""Who may do what, and who can become an administrator: asked of AWS as it is now, through the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.e2e.account import Aws
from tests.e2e.program import ACCOUNT, Setpoint

ADMIN, DEPLOYER, READER = (f"arn:aws:iam::{ACCOUNT}:{name}" for name in ("role/admin", "user/deployer", "user/reader"))
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def people(aws: Aws) -> None:
    """A role that may do everything, a user who may hand it to a function, and one who may read."""
    iam = aws.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="admin", AssumeRolePolicyDocument=document(trust))
    iam.put_role_policy(RoleName="admin", PolicyName="all", PolicyDocument=document(EVERYTHING))
    handing = {"Effect": "Allow", "Action": ["iam:PassRole", "lambda:*"], "Resource": "*"}
    reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::papers/${aws:username}/*"}
    for name, statement in {"deployer": handing, "reader": reading}.items():
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(statement))


@pytest.mark.usefixtures("people")
def test_who_may_do_what(setpoint: Setpoint) -> None:
    own, others = (f"arn:aws:s3:::papers/{name}/1" for name in ("reader", "deployer"))
    allowed, denied, nobody = setpoint.run_together(
        ("can-i", READER, "s3:GetObject", own, "--json"),
        ("can-i", READER, "s3:GetObject", others, "--json"),
        ("can-i", f"arn:aws:iam::{ACCOUNT}:user/gone", "s3:GetObject", own),
    )
    assert (allowed.code, allowed.json()["answer"]) == (0, "allowed")
    assert (denied.code, denied.json()["answer"]) == (1, "implicitDeny")
    assert nobody.code == 2
    assert f"nobody in the account {ACCOUNT} is" in nobody.complaint()


@pytest.mark.usefixtures("people")
def test_who_can_become_an_administrator(setpoint: Setpoint) -> None:
    told = setpoint.run("identity", "escalations", "--json")
    assert told.code == 1
    assert {arn: each["status"] for arn, each in told.json().items()} == {
        ADMIN: "admin",
        DEPLOYER: "escalates",
        READER: "none",
    }
    (hop,) = told.json()[DEPLOYER]["paths"][0]["hops"]
    assert hop["to"] == ADMIN
    assert {"iam:PassRole", "lambda:CreateFunction"} <= {each["action"] for each in hop["grants"]}
