from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.scan.conftest import Install

from setpoint.model.scan import ScanStatus
from setpoint.scan.interface import ScanTarget
from setpoint.scan.running import MOST_ARGUMENTS, ToolError, batches, find_program, open_workshop

Targets = Callable[..., ScanTarget]


def _run(target: ScanTarget, tool: Path, fine: tuple[int, ...] = (0,)) -> bytes:
    with open_workshop(target) as workshop:
        return workshop.run([tool], fine=fine).output


def _fails(target: ScanTarget, tool: Path) -> ToolError:
    with pytest.raises(ToolError) as failure:
        _run(target, tool)
    return failure.value


def test_it_runs_apart_and_knows_no_secrets(
    target_of: Targets, install: Install, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setenv("SETPOINT_TOKEN", "a-secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    told = _run(target_of(), install("tool", 'env; echo "in $PWD"; touch left-behind')).decode()
    assert "a-secret" not in told
    home = next(line.removeprefix("HOME=") for line in told.splitlines() if line.startswith("HOME="))
    assert f"in {home}" in told
    assert not Path(home).exists()
    assert list(root.iterdir()) == []


def test_exit_codes_that_are_not_fine(target_of: Targets, install: Install) -> None:
    tool = install("tool", 'echo first >&2; echo "no such rule" >&2; exit 2')
    assert _fails(target_of(), tool).diagnostics() == "it ended with exit code 2: no such rule"
    assert _run(target_of(), install("found", "echo x; exit 1"), fine=(0, 1)) == b"x\n"


def test_a_signal_has_a_name(target_of: Targets, install: Install) -> None:
    failure = _fails(target_of(), install("tool", "kill -SEGV $$"))
    assert (failure.status, failure.what) == (ScanStatus.FAILED, "it was killed by SIGSEGV")


def test_it_ends_in_time_with_all_that_it_started(target_of: Targets, install: Install, tmp_path: Path) -> None:
    child = tmp_path / "child"
    started = time.monotonic()
    failure = _fails(target_of(seconds=1.0), install("tool", f"sleep 60 & echo $! > {child}; wait"))
    assert failure.status is ScanStatus.TIMED_OUT
    assert failure.what == "it was ended after 1s"
    assert time.monotonic() - started < 30
    _await_end(int(child.read_text(encoding="utf-8")))


def test_what_outlives_its_tool_is_ended(target_of: Targets, install: Install) -> None:
    told = _run(target_of(), install("tool", "sleep 60 >/dev/null 2>&1 & echo $!"))
    _await_end(int(told))


def test_it_may_not_tell_without_end(target_of: Targets, install: Install) -> None:
    failure = _fails(target_of(largest_output=100_000), install("tool", "yes"))
    assert (failure.status, failure.what) == (ScanStatus.FAILED, "it told more than 100,000 bytes")


def test_it_ends_when_it_is_told_to(root: Path, install: Install) -> None:
    target = ScanTarget(root, is_stopped=lambda: True)
    assert _fails(target, install("tool", "sleep 60")).what == "it was interrupted"


def test_what_cannot_be_started(target_of: Targets, tmp_path: Path) -> None:
    assert "cannot be started (No such file or directory)" in _fails(target_of(), tmp_path / "gone").what


def test_a_relative_entry_of_the_path_is_no_place_for_tools(
    root: Path, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = root / "ruffian"
    hostile.write_text("#!/bin/sh\n", encoding="utf-8")
    hostile.chmod(0o755)
    monkeypatch.chdir(root)
    monkeypatch.setenv("PATH", f".{os.pathsep}")
    assert find_program("ruffian") is None
    assert find_program(Path(sys.executable).name) == Path(sys.executable).parent / Path(sys.executable).name


def test_names_go_on_as_many_command_lines_as_they_need(root: Path) -> None:
    files = [f"{number:06}-{'x' * 200}.py" for number in range(3000)]
    made = list(batches(root, files))
    assert len(made) > 1
    assert [name for batch in made for name in batch] == [str(root / each) for each in files]
    assert all(sum(len(each) + 1 for each in batch) <= MOST_ARGUMENTS for batch in made)


def _await_end(process: int) -> None:
    deadline = time.monotonic() + 30
    while _runs(process):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _runs(process: int) -> bool:
    """Whether it is there, and not only waiting for somebody to ask how it ended."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
