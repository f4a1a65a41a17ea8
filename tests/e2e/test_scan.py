"""`setpoint scan` as its user runs it, over good source and bad, with good tools and bad ones."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.program import PATIENCE, Answer, Setpoint, eventually

WEAK = """\
import hashlib


def sign(given):
    return hashlib.md5(given)


def run(given):
    return eval(given)  # nosec
"""


@pytest.fixture
def setpoint(tmp_path: Path) -> Setpoint:
    """Without a configuration, and beside the source."""
    folder = tmp_path / "here"
    folder.mkdir()
    program = Setpoint(folder, "")
    program.write("source/a.py", WEAK)
    return program


def _install(setpoint: Setpoint, name: str, script: str) -> None:
    """A tool that comes before the real one."""
    tool = setpoint.write(f"bin/{name}", f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    setpoint.environment["PATH"] = f"{tool.parent}{os.pathsep}{setpoint.environment['PATH']}"


def _scan(setpoint: Setpoint, *arguments: str) -> Answer:
    return setpoint.run("scan", "source", "--scanner", "ruff", *arguments)


def test_weaknesses_are_listed_the_worst_first(setpoint: Setpoint) -> None:
    answer = setpoint.run("scan", "source", "--scanner", "ruff", "--scanner", "bandit")
    assert answer.code == 1
    assert answer.out.index("cwe-327") < answer.out.index("cwe-95")
    assert "a.py:5 sign" in answer.out
    assert "bandit/B324 ruff/S324" in answer.out
    assert "2 weaknesses of severity medium or worse; 1 result suppressed in the source" in answer.out


def test_the_exit_code_goes_by_the_severity(setpoint: Setpoint) -> None:
    assert _scan(setpoint, "--fail-on", "critical").code == 0
    assert _scan(setpoint, "--fail-on", "high").code == 1


def test_as_json_and_as_sarif(setpoint: Setpoint) -> None:
    answer = _scan(setpoint, "--json", "--report", "sarif=out.sarif")
    document = answer.json()
    assert document["counting"] == 2
    assert [(each["rule"], each["file"], each["function"]) for each in document["weaknesses"]] == [
        ("cwe-327", "a.py", "sign"),
        ("cwe-95", "a.py", "run"),
    ]
    assert [(each["scanner"], each["status"]) for each in document["runs"]] == [("ruff", "complete")]
    again = setpoint.run("scan", "source", "--scanner", "zizmor", "--sarif", "out.sarif", "--json")
    assert [each["rule"] for each in again.json()["weaknesses"]] == ["cwe-327", "cwe-95"]


def test_clean_source(setpoint: Setpoint) -> None:
    setpoint.write("source/a.py", "x = 1\n")
    answer = setpoint.run("scan", "source")
    assert answer.code == 0
    assert "0 weaknesses of severity medium or worse" in answer.out


def test_the_settings_count(setpoint: Setpoint) -> None:
    setpoint.write("setpoint.yaml", "scan: {off: [bandit, detect-secrets, zizmor], exclude: [a.py]}\n")
    setpoint.write("source/b.py", "x = 1\n")
    answer = setpoint.run("scan", "source", "--json")
    ran = {each["scanner"]: each["status"] for each in answer.json()["runs"]}
    assert (answer.code, ran["ruff"]) == (0, "complete")
    assert "bandit" not in ran


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "a.sarif: the file is empty"),
        (b'{"version": "2.1.0", "runs": [', "a.sarif:1:31: this is not JSON"),
        (b'{"version": "2.1.0", "runs": "\xff"}', "a.sarif:1:31: this is not UTF-8"),
        (b'{"version": "2.0.0", "runs": []}', "a.sarif: this is SARIF version 2.0.0; 2.1.0 is read"),
        (b'{"version": "2.1.0", "runs": [{"tool": 3}]}', "a.sarif: runs[0]: tool is a number; an object was expected"),
    ],
)
def test_a_report_that_is_none(setpoint: Setpoint, content: bytes, words: str) -> None:
    (setpoint.folder / "a.sarif").write_bytes(content)
    answer = _scan(setpoint, "--sarif", "a.sarif")
    assert (answer.code, answer.out) == (2, "")
    assert answer.complaint().startswith(words)


def test_a_report_of_500_megabytes(setpoint: Setpoint) -> None:
    (setpoint.folder / "a.sarif").touch()
    os.truncate(setpoint.folder / "a.sarif", 500 * 2**20)
    answer = _scan(setpoint, "--sarif", "a.sarif")
    assert (answer.code, answer.complaint()) == (
        2,
        "a.sarif: the file has 524,288,000 bytes; at most 268,435,456 are read",
    )


def test_a_report_whose_tool_failed_is_not_clean(setpoint: Setpoint) -> None:
    run = {"tool": {"driver": {"name": "other"}}, "results": [], "invocations": [{"executionSuccessful": False}]}
    setpoint.write("a.sarif", json.dumps({"version": "2.1.0", "runs": [run]}))
    setpoint.write("source/a.py", "x = 1\n")
    answer = _scan(setpoint, "--sarif", "a.sarif")
    assert answer.code == 3
    assert "could not tell: other: failed: the tool says that it failed" in answer.out


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("kill -SEGV $$", "could not tell: ruff: failed: it was killed by SIGSEGV"),
        ("""printf '{"version": "2.1.0",'; exit 0""", "could not tell: ruff: failed: what it told cannot be used"),
        ("exit 2", "could not tell: ruff: failed: it ended with exit code 2"),
        ("sleep 60", "could not tell: ruff: timed out: it was ended after 1s"),
    ],
)
def test_a_scanner_that_breaks(setpoint: Setpoint, script: str, words: str) -> None:
    setpoint.write("setpoint.yaml", "scan: {timeout: 1s, off: [bandit, semgrep, detect-secrets, gitleaks, zizmor]}\n")
    _install(setpoint, "ruff", script)
    answer = setpoint.run("scan", "source")
    assert answer.code == 3
    assert words in answer.out


def test_a_scanner_that_is_not_there(setpoint: Setpoint) -> None:
    setpoint.write("source/a.py", "x = 1\n")
    setpoint.environment["PATH"] = str(setpoint.folder)
    asked = setpoint.run("scan", "source", "--scanner", "gitleaks")
    assert asked.code == 3
    assert "could not tell: gitleaks: not installed: install it as " in asked.out
    unasked = setpoint.run("scan", "source")
    assert unasked.code == 0
    assert "not installed" in unasked.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gone",), "gone: there is no such folder"),
        (("source/a.py", "source"), "source: there is no such file; give one folder, or files"),
        (("/dev/null",), "/dev/null: this is a file; a folder of source was expected"),
        (("source", "--exclude", "*.py"), "there is nothing in this folder to look at; check the path and --exclude"),
        (("source", "--scanner", "bandi"), "--scanner: there is no scanner 'bandi'; did you mean 'bandit'?"),
        (("source", "--sarif", "gone.sarif"), "gone.sarif: there is no such file"),
    ],
)
def test_a_question_that_cannot_be_answered(setpoint: Setpoint, arguments: tuple[str, ...], words: str) -> None:
    answer = setpoint.run("scan", *arguments)
    assert answer.code == 2
    assert words in answer.complaint()


def test_without_version_control_nothing_is_new(setpoint: Setpoint) -> None:
    answer = _scan(setpoint, "--base", "main")
    assert (answer.code, answer.out) == (3, "")
    assert answer.complaint()


def test_whoever_stops_it_stops_the_scanners(setpoint: Setpoint) -> None:
    child = setpoint.folder / "child"
    _install(setpoint, "ruff", f"echo $$ > {child}.new; mv {child}.new {child}; exec sleep 60")
    program = subprocess.Popen(
        [sys.executable, "-m", "setpoint", "scan", "source", "--scanner", "ruff"],
        cwd=setpoint.folder,
        env=setpoint.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        eventually("the scanner runs", child.exists)
        program.send_signal(signal.SIGTERM)
        _, complaint = program.communicate(timeout=PATIENCE)
    finally:
        program.kill()
        program.communicate()
    assert (program.returncode, complaint) == (3, "setpoint: interrupted\n")
    with pytest.raises(ProcessLookupError):
        os.kill(int(child.read_text(encoding="utf-8")), 0)
