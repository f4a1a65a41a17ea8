"""`setpoint --server …`: which commands ask it, who asks, and that nobody sees the token."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest

from setpoint.cli.main import cli, run
from setpoint.client import patience

NOWHERE: Final = "http://127.0.0.1:1"
SECRET: Final = "sp_0123456789ab_hunter2"

ASSETS: Final = Path(__file__).parents[2] / "assets"
BILL: Final = str(ASSETS / "sbom" / "payments.cdx.json")

ASK: Final = {
    "affected": ("pkg:pypi/requests@<2.32",),
    "agents": (),
    "agents off": ("shop", "--reason", "x"),
    "agents on": ("shop", "--reason", "x"),
    "alerts": (),
    "alerts test": ("oncall",),
    "approve": ("1", "--reason", "x"),
    "audit export": (),
    "audit verify": (),
    "dast plan": ("http://127.0.0.1:9", "--service", "shop"),
    "dast run": ("http://127.0.0.1:9", "--service", "shop"),
    "baseline accept": ("urn", "path", "--file", "b.yaml"),
    "baseline diff": ("--file", "b.yaml"),
    "baseline record": ("--file", "b.yaml"),
    "doctor": (),
    "drift": (),
    "drift explain": ("aws:123456789012:eu-west-1:AWS::S3::Bucket:orders",),
    "findings": (),
    "instances add": ("shop", "web-1"),
    "instances list": (),
    "instances remove": ("shop", "web-1"),
    "instances report": (str(ASSETS / "cli" / "instances.jsonl"),),
    "gate": ("--service", "shop", "--release", "1"),
    "gate approve": ("--service", "shop", "--release", "1", "--reason", "x"),
    "identity show": ("ci",),
    "pause": ("--reason", "x"),
    "permissions": (),
    "policy explain": ("exposure/bucket-website",),
    "policy replay": (),
    "reject": ("1", "--reason", "x"),
    "remediations": (),
    "resume": ("--reason", "x"),
    "risk": ("shop",),
    "sbom add": (BILL, "--release", "shop@1"),
    "sbom diff": ("shop@1", "shop@2"),
    "sbom list": ("shop",),
    "sbom make": (str(ASSETS / "sbom" / "locks"), "--release", "shop@1"),
    "sbom show": ("shop@1",),
    "runtime": ("shop",),
    "signals query": ("SELECT 1",),
    "status": (),
    "tokens issue": ("me", "--scope", "read"),
    "tokens list": (),
    "tokens revoke": ("me",),
    "tokens rotate": ("me",),
    "undo": ("1", "--reason", "x"),
    "waive": ("--urn", "*", "--reason", "x", "--owner", "me", "--days", "1"),
    "waivers": (),
}
"""Command → arguments with which it asks the server."""

OTHERWISE: Final = {
    "gate": "; to decide without it, bring the loop's setpoint.yaml, the signed thresholds and their key"
}
"""What would do in the server's place, where something does."""

ON_FILES: Final = "works on files of policies on this machine"
WORK_HERE: Final = {
    "advisories list": ((), "works on the ledger of this machine"),
    "advisories match": (("rows.csv", "--advisories", "osv.json"), "reads files on this machine"),
    "advisories show": (("CVE-2024-35195",), "works on the ledger of this machine"),
    "advisories sync": (("--ecosystem", "PyPI"), "works on the ledger of this machine"),
    "beat": ((), "reads and changes production with the credentials of this machine"),
    "can-i": (("arn:aws:iam::111122223333:role/a", "s3:GetObject", "*"), "reads an account, or files on this machine"),
    "dast checks": ((), "lists what this version looks for"),
    "drift replay": (("file.jsonl",), "reads recordings on this machine"),
    "identity escalations": ((), "reads an account, or files on this machine"),
    "identity rightsize": (
        ("arn:aws:iam::111122223333:role/a",),
        "reads an account, and the ledger or files on this machine",
    ),
    "identity use": ((str(ASSETS / "cloudtrail"),), "reads files on this machine"),
    "init": ((), "writes a file on this machine"),
    "quarantine": (
        ("arn:aws:iam::111122223333:role/a", "--reason", "x"),
        "changes production with the credentials of this machine",
    ),
    "policy check": ((), ON_FILES),
    "policy explain": (("exposure/bucket-website", "folder"), ON_FILES),
    "policy new": (("exposure/new", "--type", "AWS::S3::Bucket"), ON_FILES),
    "policy test": ((), ON_FILES),
    "scan": ((), "looks at files on this machine"),
    "up": ((), "runs Setpoint on this machine"),
    "vex add": ((BILL, "--owner", "me", "--days", "1"), "works on the ledger of this machine"),
}
"""Those that no server can do in this machine's place, and why."""


def commands(group: click.Group, *before: str) -> Iterator[str]:
    """Every command that does something by itself."""
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from commands(command, *before, name)
            if not isinstance(command, click.Group) or command.invoke_without_command:
                yield " ".join((*before, name))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands are called: a folder with nothing in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(patience, "PAUSES", ())
    for name in ("SERVER", "TOKEN", "TOKEN_FILE", "CA_FILE", "CONFIG"):
        monkeypatch.delenv(f"SETPOINT_{name}", raising=False)
    return tmp_path


def test_every_command_asks_the_server_or_says_that_it_does_not() -> None:
    assert set(commands(cli)) == {*ASK, *WORK_HERE}


@pytest.mark.parametrize("command", ASK)
def test_the_server_is_asked_and_nothing_here(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--server", NOWHERE, "--token", SECRET, *command.split(), *ASK[command]]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    unreached = f"setpoint: {NOWHERE}: the server cannot be reached; check its address, and whether it runs"
    assert said.err.removesuffix(OTHERWISE.get(command, "") + "\n") == unreached
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("command", WORK_HERE)
def test_what_works_here_refuses_a_server(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, why = WORK_HERE[command]
    assert run(["--server", NOWHERE, *command.split(), *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"setpoint: --server: setpoint {command} {why}, and asks no server; leave that out")
    assert list(folder.iterdir()) == []


def test_what_works_here_leaves_the_environments_server_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SERVER", NOWHERE)
    assert run(["init"]) == 0
    assert run(["policy", "explain", "exposure/bucket-website"]) == 3
    assert run(["policy", "explain", "exposure/bucket-website", "--config", "setpoint.yaml"]) == 0


def test_a_configuration_on_the_command_line_goes_before_a_server_in_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SETPOINT_SERVER", NOWHERE)
    assert run(["drift", "--config", "mine.yaml"]) == 2
    assert "mine.yaml: there is no such configuration" in capsys.readouterr().err
    assert run(["--server", NOWHERE, "drift", "--config", "mine.yaml"]) == 3


def test_the_token_may_be_in_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "token"
    file.write_text(f"  {SECRET}\n", encoding="utf-8")
    assert run(["--server", NOWHERE, "--token-file", "token", "drift"]) == 3
    for content, told in (("\n", "no token in this file"), ("two words", "this is no token"), ("x" * 70_000, "bytes")):
        file.write_text(content, encoding="utf-8")
        capsys.readouterr()
        assert run(["--server", NOWHERE, "--token-file", "token", "drift"]) == 2
        assert told in capsys.readouterr().err
    file.unlink()
    assert run(["--server", NOWHERE, "--token-file", "token", "drift"]) == 2


def test_of_two_tokens_the_one_on_the_command_line_counts(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SETPOINT_TOKEN_FILE", "nowhere")
    assert run(["--server", NOWHERE, "--token", SECRET, "drift"]) == 3
    monkeypatch.setenv("SETPOINT_TOKEN", SECRET)
    assert run(["--server", NOWHERE, "drift"]) == 2
    assert "two tokens are given" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--server", f"https://me:{SECRET}@host", "drift"),
        ("--server", SECRET, "drift"),
        ("--server", "", "--token", SECRET, "drift"),
        ("--server", "http://192.0.2.1", "--token", SECRET, "drift"),
        ("--server", NOWHERE, "--token", f"{SECRET}\n", "--ca-file", "nowhere.pem", "drift"),
        ("--server", NOWHERE, "--token", f"a b {SECRET}", "drift"),
        ("--token", SECRET, "--help"),
        ("--token", SECRET, "drift", "--help"),
        ("--token", SECRET, "drfit"),
    ],
)
def test_nobody_sees_the_token(arguments: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(list(arguments))
    said = capsys.readouterr()
    assert said.out + said.err
    assert "hunter2" not in said.out + said.err


def test_what_is_not_installed_is_told_with_its_extra(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "setpoint.client.connection", None)
    for command in (("drift",), ("signals", "query", "SELECT 1")):
        assert run(["--server", NOWHERE, *command]) == 2
        assert "pip install 'setpoint[client]'" in capsys.readouterr().err


def test_beyond_this_machine_only_with_a_word_that_sounds_risky(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--server", "http://setpoint.invalid", "drift"]) == 2
    assert "on a network that nobody else sees, add --insecure" in capsys.readouterr().err
    assert run(["--server", "http://setpoint.invalid", "--insecure", "drift"]) == 3
