"""Users and roles on AWS's HTTP API: quarantined by the command, lifted, refused; judged by policies in a heartbeat."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import REGION

from setpoint.aws import AwsClients
from setpoint.cli.main import run
from setpoint.loop.runner import Runner
from setpoint.settings import load_settings
from setpoint.wiring.loop import loop_parts
from setpoint.wiring.permissions import permissions_needed
from setpoint.wiring.stores import open_reader

ACCOUNT = "123456789012"
ANA = f"arn:aws:iam::{ACCOUNT}:user/staff/ana"
CI = f"arn:aws:iam::{ACCOUNT}:role/ci"
OURS = ["SetpointQuarantine", "SetpointRevokedSessions"]


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def trust(principal: Any) -> str:
    return policy(Action="sts:AssumeRole", Principal=principal)


@pytest.fixture
def iam(aws: AwsClients) -> Any:
    iam = aws.client("iam", REGION)
    iam.create_user(UserName="ana", Path="/staff/")
    iam.put_user_policy(UserName="ana", PolicyName="mine", PolicyDocument=policy(Action="s3:*", Resource="*"))
    for status in ("Active", "Inactive"):
        key = iam.create_access_key(UserName="ana")["AccessKey"]["AccessKeyId"]
        iam.update_access_key(UserName="ana", AccessKeyId=key, Status=status)
    iam.create_role(RoleName="ci", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    iam.put_role_policy(
        RoleName="ci", PolicyName="own", PolicyDocument=policy(Action="iam:PutRolePolicy", Resource="*")
    )
    iam.create_role(
        RoleName="emergency",
        AssumeRolePolicyDocument=trust({"AWS": ACCOUNT}),
        Tags=[{"Key": "break-glass", "Value": "true"}],
    )
    iam.create_role(RoleName="open", AssumeRolePolicyDocument=trust({"AWS": "*"}))
    return iam


@pytest.fixture
def config(aws: AwsClients, tmp_path: Path) -> Path:
    path = tmp_path / "setpoint.yaml"
    path.write_text(
        f"aws: {{regions: [{REGION}], endpoint_url: '{aws.settings.endpoint_url}'}}\n"
        f"ledger: {tmp_path}/ledger.db\nidentity: {{guardrails: true}}\n"
    )
    return path


def quarantine(config: Path, *arguments: str) -> int:
    return run(["quarantine", *arguments, "--reason", "leaked", "-c", str(config)])


def keys(iam: Any) -> list[str]:
    return sorted(each["Status"] for each in iam.list_access_keys(UserName="ana")["AccessKeyMetadata"])


def test_a_user_is_quarantined_and_lifted_again(iam: Any, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert quarantine(config, ANA, "--ticket", "OPS-1") == 0
    assert iam.list_user_policies(UserName="ana")["PolicyNames"] == ["mine", *OURS]
    assert keys(iam) == ["Inactive", "Inactive"]
    session = iam.get_user_policy(UserName="ana", PolicyName=OURS[1])["PolicyDocument"]["Statement"][0]
    assert list(session["Condition"]["DateLessThan"]) == ["aws:TokenIssueTime"]
    assert "nothing is allowed to" in capsys.readouterr().out

    assert quarantine(config, ANA, "--lift") == 0
    assert iam.list_user_policies(UserName="ana")["PolicyNames"] == ["mine"]
    assert keys(iam) == ["Active", "Inactive"]
    with open_reader(load_settings(config)) as ledger:
        told = [each for each in ledger.audit() if each.action.startswith(("quarantine", "remediation"))]
        assert ledger.check_audit().broken == ()
    assert [each.action for each in told] == [
        "remediation planned",
        "remediation applying",
        *["quarantine step"] * 3,
        "remediation verifying",
        "remediation verified",
        "remediation undone",
    ]
    assert "leaked (OPS-1)" in told[0].details["reason"]


@pytest.mark.parametrize(
    ("arn", "complaint"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/emergency", "it is kept for emergencies"),
        (f"arn:aws:iam::{ACCOUNT}:role/nobody", "there is no such user or role"),
        (f"arn:aws:iam::{ACCOUNT}:user/ana", "it is " + ANA),
        (f"arn:aws:iam::{ACCOUNT}:root", "is not the ARN of a user or a role"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/me", "of a session, name its role"),
        (f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/support.amazonaws.com/X", "only AWS may change this role"),
    ],
)
def test_whom_nobody_should_quarantine(
    iam: Any, config: Path, capsys: pytest.CaptureFixture[str], arn: str, complaint: str
) -> None:
    assert quarantine(config, arn) == 2
    assert complaint in capsys.readouterr().err
    assert iam.list_role_policies(RoleName="emergency")["PolicyNames"] == []


def test_setpoint_never_quarantines_itself(
    iam: Any, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(AwsClients, "caller", lambda _self: f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/setpoint")
    assert quarantine(config, CI, "--force") == 2
    assert "Setpoint acts as this one itself" in capsys.readouterr().err
    assert iam.list_role_policies(RoleName="ci")["PolicyNames"] == ["own"]


def test_an_emergency_principal_is_quarantined_if_forced_and_only_once(
    iam: Any, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    emergency = f"arn:aws:iam::{ACCOUNT}:role/emergency"
    assert quarantine(config, emergency, "--force") == 0
    assert iam.list_role_policies(RoleName="emergency")["PolicyNames"] == OURS
    assert quarantine(config, emergency, "--force") == 2
    assert "it is quarantined already" in capsys.readouterr().err


def test_there_is_nothing_to_lift(iam: Any, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert quarantine(config, ANA) == 0
    assert quarantine(config, CI, "--lift") == 2
    assert "there is no quarantine to lift" in capsys.readouterr().err
    assert iam.list_user_policies(UserName="ana")["PolicyNames"] == ["mine", *OURS]


def beat(config: Path) -> set[tuple[str, str]]:
    """(principal, rule) of what is open afterwards."""
    stop = threading.Event()
    settings = load_settings(config)
    with loop_parts(settings, stop.is_set) as parts:
        report = Runner(parts, stop).once(lambda _report: None)
        assert not report.could_not_tell()
        return {
            (each.finding.urn.identifier, each.finding.rule)
            for each in parts.ledger.findings(scope=settings.loop.scope)
        }


def test_policies_judge_users_and_roles_in_every_heartbeat(iam: Any, config: Path) -> None:
    found = {("role/ci", "identity/principal-escalates"), ("role/open", "identity/principal-trusts-outside")}
    assert beat(config) == found
    iam.delete_role(RoleName="open")
    assert quarantine(config, CI) == 0
    assert beat(config) == set(), "who is gone, or may do nothing, is no finding"
    assert quarantine(config, CI, "--lift") == 0
    assert beat(config) == {("role/ci", "identity/principal-escalates")}


def test_permissions_are_told(config: Path) -> None:
    statements = {each["Sid"]: each for each in permissions_needed(load_settings(config), enforce=True)["Statement"]}
    needed = statements["SetpointQuarantines"]
    assert {"iam:PutRolePolicy", "iam:UpdateAccessKey", "iam:ListAccessKeys"} <= set(needed["Action"])
    assert needed["Resource"] == ["arn:aws:iam::*:role/*", "arn:aws:iam::*:user/*"]
    assert "iam:GetAccountAuthorizationDetails" in statements["SetpointReads"]["Action"]
    without = permissions_needed(load_settings(config), enforce=False)
    assert [each["Sid"] for each in without["Statement"]] == ["SetpointReads"]
