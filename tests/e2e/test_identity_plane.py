"""Identities: what was intended, granted and used, through the command line, on AWS's API."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.e2e.account import Aws
from tests.e2e.program import ACCOUNT, PATIENCE, Loop, Setpoint, eventually
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


def terraform(setpoint: Setpoint, **attributes: Any) -> None:
    """A state with the role `ci` and its policy, of which Terraform makes a resource of its own."""
    resources = {
        "aws_iam_role": {"name": "ci", "path": "/", "assume_role_policy": json.dumps(BY_EC2), **attributes},
        "aws_iam_role_policy": {"name": "deploy", "role": "ci", "policy": policy(READ, WRITE)},
    }
    entries = [
        {
            "mode": "managed",
            "type": name,
            "name": "ci",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [{"schema_version": 0, "attributes": each}],
        }
        for name, each in resources.items()
    ]
    state = {"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "resources": entries}
    setpoint.write("main.tfstate", json.dumps(state))


def test_what_terraform_declares_is_intended(setpoint: Setpoint, iam: Any) -> None:
    terraform(setpoint, tags={"service": "shop"})
    setpoint.configure({"terraform": "main.tfstate"})
    iam.create_user(UserName="mallory", Tags=[{"Key": "service", "Value": "shop"}])
    iam.put_user_policy(UserName="mallory", PolicyName="all", PolicyDocument=policy({**READ, "Action": "*"}))
    setpoint.run("beat")
    assert drift(setpoint) == (1, {"mallory": [("identity/undeclared", "")]})
    shown = setpoint.run("identity", "ci", "--json").json()
    assert {each for row in shown["permissions"] for each in row["intended_by"]} == {
        "main.tfstate: aws_iam_role.ci: inline policy deploy: Statement[0]",
        "main.tfstate: aws_iam_role.ci: inline policy deploy: Statement[1]",
        "main.tfstate: aws_iam_role.ci: role/ci: trust policy: Statement[0]",
    }


def test_an_identity_that_differs_lowers_what_its_service_may_release(declared: Setpoint, iam: Any) -> None:
    def may_carry() -> tuple[int, float]:
        gate = declared.run("gate", "--service", "shop", "--release", "1", "--json")
        return gate.code, gate.json()["threshold"]

    declared.run("beat")
    code, before = may_carry()
    everything = policy({**READ, "Action": "*"})
    iam.put_role_policy(RoleName="ci", PolicyName="more", PolicyDocument=everything)
    declared.run("beat")
    assert may_carry()[1] < before / 2
    assert code == 0


def call(at: datetime, event: str, **parameters: str) -> dict[str, Any]:
    """One of the role `ci`: with parameters one of IAM, else it lists a bucket."""
    source = "iam" if parameters else "s3"
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/build"
    issuer = {"type": "Role", "arn": CI, "accountId": ACCOUNT, "principalId": "AROACI", "userName": "ci"}
    return {
        "eventVersion": "1.08",
        "eventID": f"{event}-{at.isoformat()}",
        "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{source}.amazonaws.com",
        "eventName": event,
        "eventType": "AwsApiCall",
        "awsRegion": "eu-west-1",
        "recipientAccountId": ACCOUNT,
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "aws-cli/2",
        "readOnly": not parameters,
        "requestParameters": parameters or {"bucketName": "invoices"},
        "userIdentity": {
            "type": "AssumedRole",
            "arn": arn,
            "accountId": ACCOUNT,
            "principalId": "AROACI:build",
            "sessionContext": {"sessionIssuer": issuer},
        },
    }


def deliver(setpoint: Setpoint, days: int) -> None:
    """A log an hour: each lists a bucket; one tells that a policy was attached."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for hour in range(days * 24):
        at = now - timedelta(hours=hour)
        events = [call(at, "ListObjects")]
        if hour == 30:
            events.append(call(at, "PutRolePolicy", roleName="ci", policyName="more", policyDocument="{}"))
        name = f"{ACCOUNT}_CloudTrail_eu-west-1_{at:%Y%m%dT%H%MZ}_0123456789abcdef.json.gz"
        path = setpoint.folder / "trail" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(json.dumps({"Records": events}).encode(), 1))


def test_what_is_used_stands_beside_what_is_granted(
    declared: Setpoint, iam: Any, start_loop: Callable[[], Loop]
) -> None:
    iam.put_role_policy(RoleName="ci", PolicyName="more", PolicyDocument=policy({**READ, "Action": "ec2:RunInstances"}))
    iam.put_role_policy(RoleName="ci", PolicyName="old", PolicyDocument=policy({**READ, "Action": "ec2:StopInstances"}))
    declared.write("reviewed/role/ci/more.json", policy({**READ, "Action": ["ec2:RunInstances", "ec2:StopInstances"]}))
    deliver(declared, 91)
    identity = {"policies": "reviewed"}
    declared.configure(identity=identity, intent=[], cloudtrail={"folder": "trail", "every": "1s"})
    loop = start_loop()
    eventually("the trail is read", lambda: any(each["open_findings"] for each in loop.beats()))
    loop.stop()
    assert drift(declared)[1] == {
        "ci": [
            ("identity/unused", "may ec2:StopInstances on *"),
            ("identity/used-not-granted", f"may iam:PutRolePolicy on {CI}"),
        ]
    }
    shown = declared.run("identity", "ci", "--json").json()["permissions"]
    rows = {each["permission"]: each for each in shown}
    listed = rows["may s3:ListBucket on *"]["used"]
    assert (listed["count"], listed["last"] is not None) == (91 * 24, True)
    young = rows["may ec2:RunInstances on *"]
    assert (young["used"]["count"], young["changed"]["by"]) == (None, f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/build")
    assert young["used"]["unknown"].startswith("it was granted or changed at ")


def test_what_may_not_be_read_is_told_and_never_clean(declared: Setpoint, aws: Aws) -> None:
    declared.run("beat")
    assert drift(declared)[0] == 0
    declared.environment |= aws.user_who_may_not("iam:GetAccountAuthorizationDetails")
    beaten = declared.run("beat")
    assert (beaten.code, "identities could not be compared" in beaten.out) == (3, True)
    assert "iam:GetAccountAuthorizationDetails" in beaten.out
    told = declared.run("drift", "--plane", "identity")
    assert (told.code, "could not tell" in told.out) == (3, True)
    assert declared.run("identity", "ci").code == 3


def test_wrong_input_is_told_in_one_line(declared: Setpoint, iam: Any) -> None:
    iam.create_user(UserName="ci")
    declared.run("beat")
    several, nobody, service = declared.run_together(
        ("identity", "ci"), ("identity", "nobody"), ("drift", "--plane", "identity", "--service", "nowhere")
    )
    assert several.complaint().startswith("there are several identities 'ci'; give one of: ")
    assert nobody.complaint().startswith("no heartbeat saw an identity 'nobody'")
    assert "'nowhere'" in service.complaint()
    assert {several.code, nobody.code, service.code} == {2}
    declared.write("reviewed/role/ci/read.json", "{}")
    beaten = declared.run("beat")
    assert "reviewed/role/ci/read.json" in beaten.out
    assert drift(declared)[0] != 0
