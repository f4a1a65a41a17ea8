"""`--report` and files by name, as a user gives them; before anything is scanned or decided, what is wrong is told."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.e2e.program import Setpoint

WEAK = "import subprocess\n\n\ndef run(given):\n    return subprocess.call(given, shell=True)\n"
RUFF = ("--scanner", "ruff")


@pytest.fixture
def setpoint(tmp_path: Path) -> Setpoint:
    """Without a configuration, beside two files of source."""
    folder = tmp_path / "here"
    folder.mkdir()
    program = Setpoint(folder, "")
    for name in ("shop/a.py", "shop/b.py"):
        program.write(name, WEAK)
    return program


def test_only_the_files_that_are_named_are_looked_at(setpoint: Setpoint) -> None:
    one = setpoint.run("scan", "shop/b.py", *RUFF, "--json")
    assert (one.code, [each["file"] for each in one.json()["weaknesses"]]) == (1, ["shop/b.py"])
    setpoint.write("setpoint.yaml", "scan: {exclude: [shop/b.py]}\n")
    assert setpoint.run("scan", "shop/b.py", *RUFF).code == 0
    both = setpoint.run("scan", "shop/a.py", "shop/b.py", *RUFF, "--report", "gitlab=x.json")
    assert both.code == 1
    issues = json.loads((setpoint.folder / "x.json").read_text(encoding="utf-8"))
    assert [each["location"]["path"] for each in issues] == ["shop/a.py"]


def test_a_report_is_no_source_of_the_next_scan(setpoint: Setpoint) -> None:
    asked = (
        "scan",
        "--scanner",
        "detect-secrets",
        "--fail-on",
        "info",
        "--report",
        "json=d.json",
        "--report",
        "sarif=x",
    )
    assert [setpoint.run(*asked).code for _ in range(2)] == [0, 0]
    assert json.loads((setpoint.folder / "d.json").read_text(encoding="utf-8"))["runs"][0]["files"] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("scan", *RUFF, "--report", "junit=gone/x.xml"), "gone/x.xml: the report cannot be written"),
        (("scan", *RUFF, "--report", "html=x"), "--report: there is no report of kind 'html'"),
        (("gate", "--service", "s", "--release", "1", "--report", "junit=gone/x.xml"), "gone/x.xml: the report"),
        (("gate", "--service", "s", "--release", "1", "--what-if", "tier=low", "--report", "junit=x"), "--what-if"),
    ],
)
def test_a_report_that_cannot_be_is_told_before_anything_else(
    setpoint: Setpoint, arguments: tuple[str, ...], words: str
) -> None:
    touched = setpoint.folder / "touched"
    tool = setpoint.write("bin/ruff", f"#!/bin/sh\ntouch {touched}\n")
    tool.chmod(0o755)
    setpoint.environment["PATH"] = f"{tool.parent}{os.pathsep}{os.environ['PATH']}"
    before = setpoint.files()
    answer = setpoint.run(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.complaint()
    assert setpoint.files() == before


def test_a_report_for_which_there_is_no_room_is_one_clear_error(setpoint: Setpoint) -> None:
    told = {"tool": {"driver": {"name": "x"}}, "results": [{"message": {"text": "m" * 5_000}}]}
    setpoint.write("x.sarif", json.dumps({"version": "2.1.0", "runs": [told]}))
    setpoint.prefix = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh"]
    before = setpoint.files()
    asked = ("scan", "shop", "--scanner", "zizmor", "--sarif", "x.sarif", "--report", "sarif=y")
    answer = setpoint.run(*asked)
    assert answer.code == 2
    assert answer.complaint().startswith("y: the report cannot be written (File too large)")
    assert setpoint.files() == before
