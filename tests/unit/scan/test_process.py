"""What becomes of a tool that misbehaves: always a run, and never a clean one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.scan.conftest import Install

from setpoint.model.scan import ScannerRun, ScanStatus
from setpoint.scan.interface import ScanTarget
from setpoint.scan.sast.bandit import Bandit
from setpoint.scan.sast.ruff import Ruff

Targets = Callable[..., ScanTarget]


def _quiet(_line: str) -> None:
    return


def _ruff(target: ScanTarget) -> ScannerRun:
    return Ruff().scan(target, _quiet)


@pytest.fixture
def source(root: Path) -> Path:
    (root / "a.py").write_text("eval(input())\n", encoding="utf-8")
    return root


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize(
    ("script", "status", "reason"),
    [
        ("kill -KILL $$", ScanStatus.FAILED, "it was killed by SIGKILL"),
        ("exit 2", ScanStatus.FAILED, "it ended with exit code 2"),
        ("exit 0", ScanStatus.FAILED, "what it told cannot be used: its output: the file is empty; JSON was expected"),
        (
            """printf '{"version": "2.1.0", "runs": [{"results": ['""",
            ScanStatus.FAILED,
            (
                "what it told cannot be used: its output:1:44: this is not JSON (unexpected end of data); "
                "write it again; it may have been cut short"
            ),
        ),
        ("sleep 60", ScanStatus.TIMED_OUT, "it was ended after 1s; give it more time with scan.timeout, "),
    ],
)
def test_a_tool_that_misbehaves(
    target_of: Targets, install: Install, script: str, status: ScanStatus, reason: str
) -> None:
    install("ruff", script)
    run = _ruff(target_of(seconds=1.0))
    assert (run.status, run.results) == (status, ())
    assert run.reason.startswith(reason)


@pytest.mark.usefixtures("source")
def test_a_missing_tool_says_what_installs_it(
    target_of: Targets, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    run = _ruff(target_of())
    assert (run.status, run.reason) == (ScanStatus.MISSING, "install it with: pip install 'setpoint[scan]'")
    assert Ruff().availability().reason == "ruff is not installed; install it with: pip install 'setpoint[scan]'"


def test_without_a_file_of_its_kind_there_is_nothing_to_look_at(root: Path, target_of: Targets) -> None:
    (root / "a.go").write_text("package a\n", encoding="utf-8")
    assert _ruff(target_of()).status is ScanStatus.SKIPPED


def test_a_file_that_was_handed_to_nobody_is_a_doubt(source: Path) -> None:
    run = _ruff(ScanTarget(source, files=("a.py",), unread=("huge.py", "huge.bin")))
    assert (run.status, run.reason) == (
        ScanStatus.PARTIAL,
        "could not look at huge.py: mend or exclude what is no source",
    )
    assert [each.rule for each in run.results] == ["S307"]


def test_versions() -> None:
    for each in (Ruff(), Bandit()):
        assert each.availability().version[0].isdigit()
