"""Evidence is appended as JSON lines; several processes share the file; what cannot be written is counted."""

from __future__ import annotations

import json
import os
from multiprocessing import get_context
from pathlib import Path

import pytest
from tests.evidences import evidence

from setpoint_agent.quiet import mishaps
from setpoint_agent.reporting.report_file import ReportFile


def test_a_line_holds_all_that_is_known(tmp_path: Path) -> None:
    file = ReportFile(tmp_path / "report.jsonl", "shop", most=10)
    file.add(evidence(path="/café/\ud800", attack=True, probe="scan-7"))
    file.write()
    (text,) = (tmp_path / "report.jsonl").read_text(encoding="utf-8").splitlines()
    line = json.loads(text)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "service": "shop",
        "method": "GET",
        "path": "/café/?",
        "route": "/users/{number}",
        "type": "sql-injection",
        "cwe": 89,
        "attack": True,
        "confidence": 0.9,
        "sink": "sqlite3.Cursor.execute",
        "context": "string literal",
        "origins": [{"part": "query", "name": "name", "shape": "a{7}", "fingerprint": "f" * 32}],
        "frames": [{"file": "shop/users.py", "line": 19, "function": "user"}],
        "probe": "scan-7",
    }
    assert (tmp_path / "report.jsonl").stat().st_mode & 0o777 == 0o600


def test_the_oldest_is_dropped_where_too_many_wait(tmp_path: Path) -> None:
    file = ReportFile(tmp_path / "report.jsonl", "shop", most=3)
    for number in range(5):
        file.add(evidence(path=f"/{number}"))
    file.write()
    paths = [json.loads(each)["path"] for each in (tmp_path / "report.jsonl").read_text().splitlines()]
    assert (paths, file.dropped) == (["/2", "/3", "/4"], 2)


def test_it_may_be_rotated(tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    file = ReportFile(path, "shop", most=10)
    file.add(evidence())
    file.write()
    path.rename(tmp_path / "report.1")
    file.add(evidence())
    file.write()
    assert path.read_text().count("\n") == 1


def test_what_cannot_be_written_is_counted(tmp_path: Path) -> None:
    mishaps.begin_anew()
    file = ReportFile(tmp_path / "nowhere" / "report.jsonl", "shop", most=10)
    file.add(evidence())
    file.write()
    file.write()
    assert file.dropped == 1
    assert sum(mishaps.counts().values()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_a_full_disk_is_no_error(tmp_path: Path) -> None:
    file = ReportFile(Path("/dev/full"), "shop", most=10)
    for _ in range(3):
        file.add(evidence())
    file.write()
    assert file.dropped == 3


def _fill(path: Path, name: str) -> None:
    file = ReportFile(path, name, most=1_000)
    for number in range(300):
        file.add(evidence(path=f"/{number}/{'x' * 2_000}"))
        file.write()


def test_lines_of_several_processes_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    fork = get_context("fork")
    processes = [fork.Process(target=_fill, args=(path, f"service-{number}")) for number in range(4)]
    for each in processes:
        each.start()
    for each in processes:
        each.join()
    lines = [json.loads(each) for each in path.read_text().splitlines()]
    assert len(lines) == 1_200
    assert {each["service"] for each in lines} == {f"service-{number}" for number in range(4)}


def test_a_pipe_takes_long_lines_whole(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    file = ReportFile(path, "shop", most=10)
    file.add(evidence(path="/" + "x" * 20_000))
    file.write()
    received = os.read(reader, 65_536)
    os.close(reader)
    assert json.loads(received)["path"] == "/" + "x" * 20_000
