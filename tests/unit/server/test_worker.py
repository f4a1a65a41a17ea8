"""The worker itself, as a process: its bounds, its errors, and that it ends with whoever started it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from setpoint.server.worker import FAILED, NOBODY_WAITS
from setpoint.server.workers import COMMAND

Start = Callable[[Any], subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts one and tells it this call; its input stays open."""
    started: list[subprocess.Popen[bytes]] = []

    def worker(call: Any) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path)
        started.append(process)
        assert process.stdin is not None
        process.stdin.write(orjson.dumps(call) + b"\n")
        process.stdin.flush()
        return process

    yield worker
    for each in started:
        each.kill()
        each.communicate()


def test_an_error_is_told_in_its_words(start: Start) -> None:
    process = start({"work": "examine", "config": "nowhere.yaml", "question": None})
    assert process.stdout is not None
    told = orjson.loads(process.stdout.read())
    assert process.wait(30) == FAILED
    assert (told["kind"], told["where"], told["what"]) == (
        "InputError",
        "nowhere.yaml",
        "there is no such configuration",
    )


def test_what_of_the_past_cannot_be_told_is_told(start: Start, tmp_path: Path) -> None:
    (tmp_path / "setpoint.yaml").write_text(
        "aws: {regions: [eu-west-1]}\nintent: [{terraform: s.tfstate}]\nshipped_policies: false\n", encoding="utf-8"
    )
    process = start({"work": "replay", "config": "setpoint.yaml", "question": {}})
    assert process.stdout is not None
    told = orjson.loads(process.stdout.read())
    assert (process.wait(30), told["kind"], told["what"]) == (FAILED, "LedgerError", "there is no ledger here")


def test_ends_with_whoever_started_it(start: Start, tmp_path: Path) -> None:
    # Reading the configuration goes on for ever: nobody ever writes into this pipe.
    os.mkfifo(tmp_path / "setpoint.yaml")
    process = start({"work": "examine", "config": "setpoint.yaml", "question": None})
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(30) == NOBODY_WAITS
    process.stdin = None
