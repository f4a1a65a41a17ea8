from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from setpoint.cli.main import run

ASSETS = Path(__file__).parents[2] / "assets" / "recordings"
CAUSES = ASSETS / "causes.jsonl"
SHOP = ASSETS / "shop.jsonl"


def only(tmp_path: Path, *cases: str) -> str:
    """A file of these cases."""
    path = tmp_path / "some.jsonl"
    lines = [line for line in SHOP.read_text().splitlines() if json.loads(line)["case"] in cases]
    path.write_text("\n".join(lines))
    return str(path)


def replayed(capsys: pytest.CaptureFixture[str], file: str, code: int) -> dict[str, Any]:
    assert run(["drift", "replay", file, "--json"]) == code
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {line["case"]: line for line in lines}


def test_every_case_is_a_line_with_its_differences(capsys: pytest.CaptureFixture[str]) -> None:
    told = replayed(capsys, str(SHOP), 1)
    assert list(told) == ["quiet", "encryption is off", "unknown", "no schema"]
    assert {(each["path"], each["tier"]) for each in told["quiet"]["differences"]} == {
        ("SqsManagedSseEnabled", "atDefault"),
        ("VisibilityTimeout", "atDefault"),
    }
    assert told["encryption is off"]["differences"] == [
        {"path": "DelaySeconds", "tier": "declared", "intended": 5, "actual": 9},
        {"path": "SqsManagedSseEnabled", "tier": "undeclared", "intended": None, "actual": False},
    ]
    assert [each["tier"] for each in told["unknown"]["differences"]] == ["unresolved"]


def test_a_type_that_nobody_knows_is_compared_with_less_certainty(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = replayed(capsys, only(tmp_path, "no schema"), 3)["no schema"]
    assert told["differences"] == []
    assert "no schema of its type is known" in told["certainty"]


@pytest.mark.parametrize(("case", "code"), [("quiet", 0), ("encryption is off", 1), ("unknown", 3)])
def test_the_exit_code_says_the_worst(capsys: pytest.CaptureFixture[str], tmp_path: Path, case: str, code: int) -> None:
    assert run(["drift", "replay", only(tmp_path, case)]) == code


def test_people_see_drift_and_how_much_was_folded(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["drift", "replay", str(SHOP)]) == 1
    shown = capsys.readouterr().out
    assert "encryption is off (AWS::SQS::Queue)" in shown
    assert "VisibilityTimeout" not in shown
    assert "1 declared, 1 undeclared, 2 atDefault, 0 generated, 0 readGap, 1 unresolved" in shown
    assert run(["drift", "replay", str(SHOP), "--all"]) == 1
    assert "Amazon SQS API Reference, CreateQueue" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "bad.jsonl:1: this is not JSON"),
        (b"\x1f\x8bnot gzip", "not whole as a gzip file"),
        (b"", "bad.jsonl: there is no recording in it"),
        (b"\n  \n", "bad.jsonl: there is no recording in it"),
    ],
)
def test_bad_input_is_one_error(capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "bad.jsonl").write_bytes(content)
    assert run(["drift", "replay", str(tmp_path / "bad.jsonl")]) == 2
    assert told in capsys.readouterr().err
    assert run(["drift", "replay", str(tmp_path / "missing.jsonl")]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_explain_names_the_rule_and_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["drift", "explain", str(SHOP), "VisibilityTimeout", "--case", "quiet", "--json"]) == 0
    [told] = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "expected"
    assert told["because"] == "default (Amazon SQS API Reference, CreateQueue)"
    assert run(["drift", "explain", str(SHOP), "--case", "encryption is off"]) == 0
    assert "nobody declared it, and no rule explains it" in capsys.readouterr().out


def test_explain_says_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["drift", "explain", str(SHOP), "QueueName", "--case", "quiet", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["because"]) == ("same", "it is as declared")
    assert run(["drift", "explain", str(SHOP), "QueueNames", "--case", "quiet"]) == 2
    assert "has no property 'QueueNames'; did you mean QueueName" in capsys.readouterr().err
    assert run(["drift", "explain", str(SHOP), "--case", "quite"]) == 2
    assert "did you mean 'quiet'?" in capsys.readouterr().err
    assert run(["drift", "explain", "nonsense", "Path"]) == 2
    assert "is not a URN" in capsys.readouterr().err
    assert run(["drift", "explain", str(SHOP), "QueueName"]) == 2
    assert "name the one that is meant: --case NAME" in capsys.readouterr().err


def test_what_explains_a_value_is_a_command_that_can_be_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["drift", "replay", str(SHOP)]) == 1
    command = capsys.readouterr().out.splitlines()[-1].partition("why: setpoint ")[2]
    meant = {"FILE": str(SHOP), "PATH": "VisibilityTimeout", "NAME": "quiet"}
    assert run([meant.get(each, each) for each in command.split()]) == 0


@pytest.mark.parametrize("option", ["--all", "--json", "--config=nowhere.yaml", "--service=shop"])
def test_an_option_of_a_subcommand_is_not_taken_in_front_of_it(capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert run(["drift", option, "explain", str(SHOP), "QueueName", "--case", "quiet"]) == 2
    assert "options of 'explain' go behind it" in capsys.readouterr().err


def test_people_see_a_line_for_each_cause_and_both_of_its_sides(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["drift", "replay", str(CAUSES)]) == 1
    shown = capsys.readouterr().out
    assert (
        "  PublicAccessBlockConfiguration [declared]: 4 of its properties are gone\n    - BlockPublicAcls: true\n"
        in shown
    )
    assert "  Policies[p].PolicyDocument [declared]: by statement: 1 added, 2 widened\n" in shown
    assert "    · statement Read: widened\n    -   Action: s3:getobject\n    +   Action: s3:*\n" in shown
    assert "    … 1 unchanged statement\n" in shown
    assert "app-old became app-new in 2 places" in shown
    assert "    also at Role\n" in shown
    assert "  folded away: 1 order, 1 read-only, 1 reserved\n" in shown
    assert "folded away of 4 entities: 5 read-only, 1 order, 1 reserved\n" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(("columns", "sides"), [(80, False), (160, True)])
def test_a_terminal_shows_both_sides_beside_each_other_where_there_is_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int, sides: bool
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(["drift", "replay", str(CAUSES)]) == 1
    shown = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in capsys.readouterr().out.splitlines()]
    assert max(len(line) for line in shown) <= columns
    assert any(re.fullmatch(r" {4}- Enabled +│ \+ Suspended", line) for line in shown) is sides
    assert ("    - Enabled" in shown) is not sides
