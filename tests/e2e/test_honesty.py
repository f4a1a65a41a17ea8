"""What is not known is never shown as clean, and a mistake in the question is never answered as if there were none."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from tests.e2e.account import Aws, free_port
from tests.e2e.program import REGION, Setpoint, eventually

SHOWING = (("drift",), ("findings",))


@pytest.fixture
def watching(setpoint: Setpoint, shop: Aws) -> Setpoint:
    """In mode audit, after a heartbeat that found nothing."""
    assert setpoint.run("beat").code == 0
    return setpoint


def test_an_outage_leaves_its_trace_where_aws_is_to_say_which_account_it_is(setpoint: Setpoint, shop: Aws) -> None:
    aws = {"regions": [REGION], "endpoint_url": shop.url, "attempts": 1, "timeout": 10}
    setpoint.configure(aws=aws)
    assert setpoint.run("beat").code == 0
    setpoint.configure(aws=aws | {"endpoint_url": f"http://127.0.0.1:{free_port()}", "timeout": 1})
    assert setpoint.run("beat").code == 3
    for answer in setpoint.run_each(*SHOWING, ("drift", "--service", "shop")):
        assert (answer.code, "could not tell" in answer.out) == (3, True)


def test_what_was_seen_long_ago_is_no_answer(setpoint: Setpoint, shop: Aws) -> None:
    setpoint.configure(loop={"interval": "200ms", "stale_after": "1s"})
    setpoint.run("beat")
    eventually("the heartbeat is too old", lambda: setpoint.run("drift").code == 3)
    for answer in setpoint.run_each(*SHOWING):
        assert (answer.code, "could not tell how it is now: the last heartbeat was" in answer.out) == (3, True)
    assert "ago" in setpoint.run("drift", "--json").json()["too_old"]


def test_a_misspelt_service_is_not_a_clean_one(watching: Setpoint) -> None:
    commands = [(name, "--service", "shpo") for name in ("drift", "findings", "remediations")]
    for answer in watching.run_each(*commands):
        assert (answer.code, answer.out) == (2, "")
        assert answer.complaint() == "nothing is known of a service 'shpo'; did you mean 'shop'?"


def test_a_service_of_which_nothing_was_looked_at_is_not_a_clean_one(setpoint: Setpoint, shop: Aws) -> None:
    setpoint.configure(services={"shop": {}, "ghost": {}})
    assert setpoint.run("beat").code == 0
    assert setpoint.run("findings", "--service", "shop").code == 0
    for more in ((), ("--json",), ("--sarif", "-")):
        assert setpoint.run("findings", "--service", "ghost", *more).code == 3
    assert "nothing of ghost was ever looked at" in setpoint.run("findings", "--service", "ghost").out


def test_a_release_without_a_version_is_none(watching: Setpoint) -> None:
    answer = watching.run("gate", "--service", "shop", "--release", "")
    assert (answer.code, answer.out) == (2, "")
    assert answer.complaint().startswith("the version of the release is empty; ")
    assert "release:shop@" not in watching.run("risk", "shop").out


def test_the_log_is_held_against_what_was_kept_elsewhere(watching: Setpoint) -> None:
    watching.run("pause", "--reason", "something that leaves a row")
    watching.write("seal.json", watching.run("audit", "verify", "--json").out)
    watching.write("export.jsonl", watching.run("audit", "export").out)
    kept = (("--seal", "seal.json"), ("--export", "export.jsonl"))
    for answer in watching.run_each(*(("audit", "verify", *each) for each in kept)):
        assert answer.code == 0
    with closing(sqlite3.connect(watching.ledger)) as connection, connection:
        for statement in (
            "DROP TRIGGER audit_log_refuses_delete",
            "DROP TRIGGER seals_refuses_delete",
            "DELETE FROM seals",
            "DELETE FROM audit_log WHERE sequence > 1",
        ):
            connection.execute(statement)
    assert watching.run("audit", "verify").code == 1
    (watching.folder / "setpoint.sqlite.audit.json").unlink()
    assert watching.run("audit", "verify").code == 3
    last = json.loads((watching.folder / "seal.json").read_text())["last"]["sequence"]
    for (_, file), answer in zip(kept, watching.run_each(*(("audit", "verify", *each) for each in kept)), strict=True):
        assert (answer.code, f"audit row {last} is missing, which {file} has" in answer.out) == (1, True)
    answer = watching.run("audit", "verify", "--seal", "setpoint.yaml")
    assert (answer.code, answer.complaint().startswith("setpoint.yaml:")) == (2, True)


def test_the_doctor_finds_what_a_heartbeat_would_end_on(setpoint: Setpoint, shop: Aws) -> None:
    setpoint.configure(
        overrides=[{"policy": "nosuch/*", "severity": "low", "reason": "none"}],
        waivers=[
            {
                "urn": "*:one",
                "policy": "nosuch/rule",
                "reason": "known",
                "owner": "me",
                "since": "2026-01-01",
                "until": "2026-12-01",
            }
        ],
        alerts={"file": "missing/alerts.jsonl"},
        baseline="nofile.yaml",
        ledger="nofolder/setpoint.sqlite",
    )
    found = setpoint.run("doctor", "--json")
    told = "\n".join(found.json()["faults"])
    assert found.code == 2
    for fault in (
        "there is no policy nosuch/*",
        "there is no policy 'nosuch/rule'",
        "the folder of the file for alerts does not exist",
        "the ledger's folder does not exist",
    ):
        assert fault in told
    assert "there is no baseline yet" in "\n".join(found.json()["remarks"])


def test_what_is_declared_and_never_read_is_said_wherever_it_matters(setpoint: Setpoint, shop: Aws) -> None:
    setpoint.write(
        "queue.yaml",
        "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: q\n"
        "      Tags: [{Key: service, Value: queues}]\n",
    )
    setpoint.configure({"cloudformation": "queue.yaml"}, services={"queues": {}})
    doctor = setpoint.run("doctor")
    assert (doctor.code, "everything can be read" in doctor.out) == (3, False)
    assert "AWS::SQS::Queue" in doctor.out
    setpoint.run("beat")
    drift = setpoint.run("drift", "--service", "queues")
    assert (drift.code, "no entity of this service was compared" in drift.out) == (3, True)
    gate = setpoint.run("gate", "--service", "queues", "--release", "1")
    assert "AWS::SQS::Queue is declared, and not covered: how it is in production is not known" in gate.out


def test_a_waiver_of_no_rule_is_refused_and_one_of_everything_said_to_be(watching: Setpoint) -> None:
    waive = ("waive", "--reason", "known", "--owner", "me", "--urn", "*")
    answer = watching.run(*waive, "--days", "3", "--policy", "exposre/*")
    assert (answer.code, answer.complaint()) == (2, "there is no policy 'exposre/*'; did you mean 'exposure/*'?")
    told = watching.run(*waive, "--days", "366")
    assert (told.code, "it is about every entity and every policy" in told.out) == (0, True)


def test_a_token_for_a_service_that_nobody_heard_of_is_noted(watching: Setpoint) -> None:
    issue = ("tokens", "issue", "ci", "--scope", "gate", "--service")
    answer = watching.run(*issue, "shpo")
    assert (answer.code, "nothing is known of a service 'shpo'; did you mean 'shop'?" in answer.err) == (0, True)
    assert watching.run("tokens", "issue", "cd", "--scope", "gate", "--service", "shop").err == ""


def test_a_second_pause_says_that_it_is_one(watching: Setpoint) -> None:
    assert "already" not in watching.run("pause", "--reason", "migration").out
    assert "it was paused already, by " in watching.run("pause", "--reason", "again").out
