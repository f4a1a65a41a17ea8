"""`setpoint identity escalations` on files: its answer, its exit code, and what it says of files that will not do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.compare.identity.escalation.building import ACCOUNT, IAM, Building, allow, deny, document, trusting

from setpoint.cli.main import run
from setpoint.model.canonical import Json

COMMAND = ["identity", "escalations"]


@pytest.fixture
def account() -> Building:
    building = Building()
    building.admin("admin", trusting({"Service": "lambda.amazonaws.com"}))
    return building


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def escalations(account: Building, *options: str) -> int:
    Path("export.json").write_text(json.dumps(account.export))
    return run([*COMMAND, "--authorization-details", "export.json", *options])


def answer(capsys: pytest.CaptureFixture[str]) -> Json:
    return json.loads(capsys.readouterr().out)


def test_answers_for_every_principal(account: Building, capsys: pytest.CaptureFixture[str]) -> None:
    able, unable = account.user("able", document(allow("iam:PutUserPolicy"))), account.user("unable")
    assert escalations(account, "--json") == 1
    told = answer(capsys)
    assert {arn: each["status"] for arn, each in told.items()} == {
        able: "escalates",
        unable: "none",
        f"{IAM}role/admin": "admin",
    }
    (path,) = told[able]["paths"]
    assert (path["id"], path["missing"], path["conditional"]) == ("iam-007", [], False)
    assert path["hops"][0]["grants"] == [
        {
            "action": "iam:PutUserPolicy",
            "resource": able,
            "policy": "user/able: inline policy p0",
            "statement": 0,
            "sid": "",
        }
    ]


def test_what_exists_decides(account: Building, capsys: pytest.CaptureFixture[str]) -> None:
    user = account.user("me", document(allow("lambda:UpdateFunctionCode", "lambda:InvokeFunction")))
    assert escalations(account, "--json") == 3
    path = answer(capsys)[user]["paths"][0]
    assert "an existing Lambda function that has role/admin" in path["missing"]
    resources = Path("resources.json")
    resources.write_text(json.dumps([{"type": "aws_lambda_function", "function_name": "f", "role": "admin"}]))
    assert escalations(account, "--resources", "resources.json", "--json") == 1
    assert {each["id"] for each in answer(capsys)[user]["paths"]} == {"lambda-003", "lambda-004"}
    resources.write_text("[]")
    assert escalations(account, "--resources", "resources.json", "--json") == 0
    assert answer(capsys)[user] == {"status": "none", "paths": []}


@pytest.mark.parametrize(
    ("kind", "denied", "code"), [("scps", "iam:PutUserPolicy", 0), ("scps", "s3:*", 1), ("rcps", "sts:*", 1)]
)
def test_the_organisation_s_policies_count_where_a_file_tells_them(
    account: Building, kind: str, denied: str, code: int
) -> None:
    account.user("able", document(allow("iam:PutUserPolicy")))
    everybody = {"Principal": "*"} if kind == "rcps" else {}
    levels = [[{"document": document(allow("*", **everybody), deny(denied, **everybody))}]]
    file = {"id": "o-a1b2c3d4e5", "accounts": {ACCOUNT: {kind: levels}, "444455556666": {}}}
    Path("organisation.json").write_text(json.dumps(file))
    assert escalations(account) == 1
    assert escalations(account, "--organisation", "organisation.json") == code


def test_a_file_of_another_organisation_is_refused(account: Building, capsys: pytest.CaptureFixture[str]) -> None:
    Path("organisation.json").write_text(json.dumps({"accounts": {"444455556666": {}}}))
    assert escalations(account, "--organisation", "organisation.json") == 2
    assert f"organisation.json: accounts: the account {ACCOUNT} is not among them" in capsys.readouterr().err


def test_shows_a_table_where_it_is_piped(account: Building, capsys: pytest.CaptureFixture[str]) -> None:
    account.user("me", document(allow("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")))
    assert escalations(account) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["escalates", f"{IAM}user/me", "lambda-001", f"{IAM}role/admin", "-"]
    assert lines[-1] == "2 principals: 1 administrators, 1 that can become one, 0 that may, 0 that cannot"


def test_a_team_s_own_paths_count(account: Building, capsys: pytest.CaptureFixture[str]) -> None:
    Path("setpoint.yaml").write_text("aws: {regions: [eu-west-1]}\nidentity: {escalation_paths: [own.yaml]}\n")
    Path("own.yaml").write_text(
        "paths:\n  - id: ours-001\n    required: [{action: 'states:StartExecution', resource: any}]\n"
    )
    user = account.user("me", document(allow("states:StartExecution")))
    assert escalations(account, "--json") == 1
    assert answer(capsys)[user]["paths"][0]["id"] == "ours-001"


def test_a_goal_has_to_be_a_principal(account: Building, capsys: pytest.CaptureFixture[str]) -> None:
    assert escalations(account, "--to", "arn:aws:iam::111122223333:role/nobody") == 2
    assert "there is no user or role" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "the file is empty"),
        ('{"UserDetailList": [', "this is not JSON"),
        ('{"Users": []}', "this is not what get-account-authorization-details prints"),
        ("[" * 200 + "]" * 200, "nested more than"),
    ],
)
def test_a_file_that_will_not_do_is_one_error(content: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_text(content)
    assert run([*COMMAND, "--authorization-details", "bad.json", "--json"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("setpoint: bad.json")
    assert told in printed.err
    assert len(printed.err.splitlines()) == 1


def test_without_a_file_it_needs_a_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(COMMAND) == 2
    assert "there is no such configuration" in capsys.readouterr().err
