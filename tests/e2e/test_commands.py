"""Every command as a user meets it: help, a first configuration, JSON, pipes, and what strangers put into names."""

from __future__ import annotations

import json
import subprocess

import pytest
from tests.e2e.account import Aws, open_the_bucket
from tests.e2e.program import PATIENCE, ROOT, Setpoint

from setpoint.cli.main import COMMANDS

GATE = ("gate", "--service", "shop", "--release", "1")


def test_init_writes_a_configuration_that_loads(lonely_setpoint: Setpoint) -> None:
    (lonely_setpoint.folder / "setpoint.yaml").unlink()
    written = lonely_setpoint.run("init")
    assert written.code == 0
    assert written.out.startswith("wrote setpoint.yaml; next: ")
    assert lonely_setpoint.run("init", "other.yaml", "--json").json() == {"file": "other.yaml"}
    # It loads: what is missing now is the first heartbeat.
    answer = lonely_setpoint.run("drift")
    assert answer.complaint().startswith(f"{lonely_setpoint.ledger}: there is no ledger here")
    assert answer.code == 2


def test_init_overwrites_nothing(lonely_setpoint: Setpoint) -> None:
    before = lonely_setpoint.files()
    answer = lonely_setpoint.run("init")
    assert answer.code == 2
    assert answer.complaint() == "setpoint.yaml: there is a file already; name another, or move it away"
    assert lonely_setpoint.files() == before


def test_every_command_explains_itself(lonely_setpoint: Setpoint) -> None:
    overview = lonely_setpoint.run("--help").out
    nested = [("policy", "check"), ("policy", "test"), ("audit", "verify"), ("audit", "export")]
    commands = [(name,) for name in COMMANDS] + nested
    for command, answer in zip(
        commands, lonely_setpoint.run_each(*((*each, "--help") for each in commands)), strict=True
    ):
        assert answer.code == 0
        assert answer.out.startswith(f"Usage: setpoint {' '.join(command)}")
        assert command[0] in overview


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("fidnings",), "there is no command 'fidnings'; did you mean 'findings'?"),
        (("findings", "--jsn"), "Did you mean '--json'?"),
    ],
)
def test_what_was_misspelt_is_told(lonely_setpoint: Setpoint, arguments: tuple[str, ...], meant: str) -> None:
    answer = lonely_setpoint.run(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert meant in answer.err
    assert "Traceback" not in answer.err


def test_the_shipped_policies_are_sound(lonely_setpoint: Setpoint) -> None:
    files = list((ROOT / "policies").rglob("*.yaml"))
    check, test = lonely_setpoint.run_each(("policy", "check", "--json"), ("policy", "test", "--json"))
    assert (check.code, test.code) == (0, 0)
    assert len(check.json()) == len(files)
    assert all(each["passed"] for each in test.json())
    assert {each["policy"] for each in test.json()} == {each["id"] for each in check.json()}


def test_a_wrong_folder_of_policies(lonely_setpoint: Setpoint) -> None:
    (lonely_setpoint.folder / "empty").mkdir()
    for folder, told in (("nowhere", "cannot be read"), ("empty", "there is no policy in this folder")):
        for answer in lonely_setpoint.run_each(("policy", "check", folder), ("policy", "test", folder)):
            assert answer.code == 2
            assert answer.complaint().startswith(f"{folder}: ")
            assert told in answer.complaint()


def test_every_answer_is_json_or_plain_text(setpoint: Setpoint, shop: Aws) -> None:
    open_the_bucket(shop)
    commands = (("beat",), ("doctor",), ("drift",), ("findings",), ("remediations",), GATE, ("audit", "verify"))
    plain = [setpoint.run("beat"), *setpoint.run_each(*commands[1:])]
    answers = setpoint.run_each(*((*each, "--json") for each in commands))
    for command, text, answer in zip(commands, plain, answers, strict=True):
        assert isinstance(answer.json(), (dict, list)), command
        assert answer.code == text.code, command
        assert text.out, command
        assert "\x1b" not in text.out + text.err + answer.out + answer.err, command


HOSTILE = "\x1b]0;all is well\x07\x1b[2J\x9b2K\x00"


def test_control_characters_of_strangers_stay_out(setpoint: Setpoint, aws: Aws) -> None:
    """In the name of a service, in a description, in a declared value."""
    kms = aws.client("kms")
    key = kms.create_key(Description=f"Orders {HOSTILE}", Tags=[{"TagKey": "service", "TagValue": f"shop{HOSTILE}"}])[
        "KeyMetadata"
    ]["KeyId"]
    attributes = {"id": key, "key_id": key, "description": f"Declared {HOSTILE}", "tags": {"service": "shop"}}
    instance = {"schema_version": 0, "attributes": attributes}
    resource = {
        "mode": "managed",
        "type": "aws_kms_key",
        "name": "orders",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [instance],
    }
    setpoint.write("s.tfstate", json.dumps({"version": 4, "resources": [resource]}))
    setpoint.configure({"terraform": "s.tfstate"})
    commands = [("beat",), ("drift",), ("findings",), ("drift", "--json"), ("findings", "--json")]
    answers = [setpoint.run(*commands[0]), *setpoint.run_each(*commands[1:])]
    assert "Orders" in answers[1].out
    assert "Declared" in answers[1].out
    for command, answer in zip(commands, answers, strict=True):
        assert answer.code == 1, command
        assert [char for char in answer.out + answer.err if not char.isprintable() and char != "\n"] == [], command
    described = [each for each in answers[3].json()["drift"] if each["path"] == "Description"]
    assert [(each["intended"], each["actual"]) for each in described] == [(f"Declared {HOSTILE}", f"Orders {HOSTILE}")]


@pytest.mark.parametrize(("arguments", "code"), [(("policy", "check"), 0), (GATE, 1)])
def test_a_reader_that_goes_away_changes_nothing(
    lonely_setpoint: Setpoint, arguments: tuple[str, ...], code: int
) -> None:
    """As with `| head -1`: quiet, and above all a gate that could not tell does not say so no more."""
    process = subprocess.Popen(
        lonely_setpoint.command(*arguments),
        cwd=lonely_setpoint.folder,
        env=lonely_setpoint.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, told = process.communicate(timeout=PATIENCE)
    assert (process.returncode, told) == (code, b"")
