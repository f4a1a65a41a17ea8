"""`setpoint status`: what is shown of the file that a supervisor writes, and the exit codes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from setpoint.cli.main import run
from setpoint.model.health import Duty, Health, InForce, ProcessState, ProcessStatus, Status
from setpoint.status import run_folder, show_life, write_status

CONFIGURATION = "aws: {regions: [eu-west-1]}\nintent: [{terraform: terraform.tfstate}]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where a supervisor runs that has not said anything yet."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "setpoint.yaml").write_text(CONFIGURATION, encoding="utf-8")
    folder = run_folder(tmp_path / "setpoint.sqlite")
    folder.mkdir()
    descriptor = show_life(folder)
    yield folder
    os.close(descriptor)


def status() -> Status:
    now = datetime.now(UTC)
    beat = {
        "interval_s": 60.0,
        "beats": 3,
        "last_beat_at": (now - timedelta(seconds=20)).isoformat(),
        "last_beat_s": 1.5,
    }
    measures = {
        Duty.LOOP: Health(beat),
        Duty.INGEST: Health({"lag": 1200, "bytes": 3_400_000}),
        Duty.SERVER: Health({"in_flight": 2, "delay_ms": 0.4}),
    }
    return Status(
        "default",
        "host",
        7,
        now,
        now,
        tuple(ProcessStatus(duty, ProcessState.UP, now, 8, 0, "", measures[duty]) for duty in Duty),
    )


def test_all_is_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_status(folder, status())
    assert run(["status"]) == 0
    shown = capsys.readouterr().out
    assert "host:7 works on default" in shown
    for said in (
        "last beat 20 s ago, took 1.5 s, every 60 s",
        "1,200 events not in the lake yet, journal 3.4 MB",
        "2 requests in flight, event loop 0 ms late",
    ):
        assert said in shown
    assert (shown.count(" healthy "), shown.count("unhealthy")) == (3, 0)
    assert run(["status", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["healthy"], [each["name"] for each in document["processes"]]) == (True, list(Duty))


def test_what_was_edited_is_not_taken_for_live(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loop, *others = status().processes
    edited = replace(
        loop, health=Health({**loop.health.measures, **InForce("5f0c2a61d0b8", has_changed=True).measures()})
    )
    write_status(folder, replace(status(), processes=(edited, *others), refused="setpoint.yaml:3: unknown key 'x'"))
    assert run(["status"]) == 0
    shown = capsys.readouterr().out
    for said in (
        "5f0c2a61d0b8",
        "settings or policies were edited and are not in force in: loop; have them read again with: kill -HUP 7",
        "refused, and what was read before is in force: setpoint.yaml:3: unknown key 'x'",
    ):
        assert said in shown


def test_what_is_wrong_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loop, *others = status().processes
    late = replace(loop, health=Health({}, ("no beat has ended in 200 s",)))
    waiting = replace(
        others[0], state=ProcessState.WAITING, pid=None, restarts=4, last_error="killed \x1b[2J", health=Health()
    )
    write_status(folder, replace(status(), processes=(late, waiting, others[1])))
    assert run(["status"]) == 1
    shown = capsys.readouterr().out
    assert "loop: no beat has ended in 200 s" in shown
    assert "ingest: ended last because: killed \\x1b[2J" in shown
    assert "waiting" in shown


def test_a_pause_is_said_with_what_it_covers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loop, *others = status().processes
    paused = replace(loop, health=Health({**loop.health.measures, "paused": "by me@here: release night"}))
    write_status(folder, replace(status(), processes=(paused, *others)))
    assert run(["status"]) == 0, "who paused it knows"
    said = "all changes are paused, in every scope of this ledger, by me@here: release night"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("seconds", [None, 60])
def test_what_nobody_says_cannot_be_told(folder: Path, capsys: pytest.CaptureFixture[str], seconds: int | None) -> None:
    if seconds is not None:
        write_status(folder, replace(status(), written_at=datetime.now(UTC) - timedelta(seconds=seconds)))
    assert run(["status"]) == 3
    answer = capsys.readouterr()
    assert answer.out == ""
    assert len(answer.err.splitlines()) == 1
