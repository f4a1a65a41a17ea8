"""`setpoint policy new` and `explain`, through the front door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from setpoint.cli.main import run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command is called: a folder without a configuration."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        *(
            ("--type", name)
            for name in (
                "AWS::CloudTrail::Trail",
                "AWS::EC2::SecurityGroup",
                "AWS::IAM::Role",
                "AWS::KMS::Key",
                "AWS::RDS::DBInstance",
                "AWS::S3::Bucket",
                "AWS::S3::BucketPolicy",
                "Setpoint::Component",
            )
        ),
        ("--subject", "drift"),
        ("--subject", "drift", "--type", "AWS::IAM::Role"),
    ],
)
def test_a_new_policy_passes_check_and_test_as_it_is(
    arguments: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["policy", "new", "house/exposure/some-rule", *arguments]) == 0
    assert (folder / "house/exposure/some-rule.yaml").read_text().startswith("# One policy a file")
    assert run(["policy", "check", "house"]) == 0
    assert run(["policy", "test", "house"]) == 0
    assert "1 policy, nothing wrong with them" in capsys.readouterr().out


def test_a_new_policy_overwrites_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "exposure" / "some-rule.yaml"
    file.parent.mkdir()
    file.write_text("mine", encoding="utf-8")
    assert run(["policy", "new", "exposure/some-rule.yaml", "--type", "AWS::S3::Bucket"]) == 2
    assert "exposure/some-rule.yaml: there is a file already" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("some-rule", "--type", "AWS::S3::Bucket"), "some-rule is no place for a policy; write <folder>/<name>"),
        (("exposure/Some Rule", "--type", "AWS::S3::Bucket"), "exposure/Some Rule is no place for a policy"),
        (("exposure/some-rule",), "a guardrail speaks of a resource type; add --type"),
        (("exposure/some-rule", "--type", "AWS::S3::Bukket"), "did you mean AWS::S3::Bucket?"),
        (("licence/some-rule", "--type", "Setpoint::Component", "--subject", "drift"), "cannot speak of Setpoint::"),
    ],
)
def test_what_cannot_be_a_policy_is_told_and_nothing_is_written(
    arguments: tuple[str, ...], told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["policy", "new", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("taken/some-rule", "taken: there is a file already; name another"),
        ("taken/exposure/some-rule", "taken/exposure/some-rule.yaml: it cannot be written (Not a directory)"),
    ],
)
def test_a_place_that_cannot_be_written_is_told(
    path: str, told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "taken").write_text("a file", encoding="utf-8")
    assert run(["policy", "new", path, "--type", "AWS::S3::Bucket"]) == 2
    assert told in capsys.readouterr().err


def test_a_policy_is_explained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "explain", "encryption/key-rotation"]) == 0
    told = capsys.readouterr().out
    assert "encryption/key-rotation: KMS key is not rotated" in told
    for part in ("EnableKeyRotation, KeySpec, Origin", "at deploy   warn", "CIS AWS 3.0.0 3.6", "a key for signing"):
        assert part in told
    assert "It holds while:\nresource.EnableKeyRotation == true" in told


def test_a_drift_policy_is_explained_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "explain", "drift/missing", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["id"], told["effects"], told["reads"]) == ("drift/missing", {"runtime": "escalate"}, [])
    assert told["expression"] == "drift.kind == 'missing'"
    assert [each["speaks"] for each in told["examples"]] == [True, True, False, False]


def test_a_policy_of_a_folder_is_explained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["policy", "new", "house/exposure/some-rule", "--type", "AWS::S3::Bucket"])
    assert run(["policy", "explain", "exposure/some-rule", "house"]) == 0
    assert "exposure/some-rule: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        (
            "holds: resource.ObjectLockEnabled == true",
            'holds: "true"',
            "exposure/some-rule reads ObjectLockEnabled, which its expression does not use",
        ),
        (
            "holds: resource.ObjectLockEnabled == true",
            "holds: resource.ObjectLockEnabled + 1 == true",
            "exposure/some-rule could not be evaluated (",
        ),
        (
            "properties: {}",
            "properties: {ObjectLockEnabled: true}",
            "violated was expected of 'not declared', but it is held",
        ),
    ],
)
def test_a_policy_that_means_nothing_does_not_pass_the_check(
    line: str, instead: str, told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["policy", "new", "house/exposure/some-rule", "--type", "AWS::S3::Bucket"])
    file = folder / "house/exposure/some-rule.yaml"
    assert line in file.read_text()
    file.write_text(file.read_text().replace(line, instead))
    assert run(["policy", "check", "house"]) == 2
    assert told in capsys.readouterr().err


def test_an_unknown_policy_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "explain", "encryption/key-rotaton"]) == 2
    assert (
        "there is no policy encryption/key-rotaton; did you mean 'encryption/key-rotation'?" in capsys.readouterr().err
    )
