from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from setpoint.store.ledger import process
from setpoint.store.ledger.process import Process, is_dead, this_process

linux_only = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="start times are read from /proc")


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as running:
        yield running
        running.kill()


def _as_seen(child: subprocess.Popen[bytes]) -> Process:
    return replace(this_process(), pid=child.pid, birth=process._birth(child.pid))


def test_what_runs_is_not_dead(child: subprocess.Popen[bytes]) -> None:
    assert not is_dead(this_process())
    assert not is_dead(_as_seen(child))


@linux_only
def test_a_killed_process_is_dead_before_its_parent_asks(child: subprocess.Popen[bytes]) -> None:
    seen = _as_seen(child)
    child.send_signal(signal.SIGKILL)
    with (Path("/proc") / str(child.pid) / "stat").open() as status:
        while status.read().rpartition(")")[2].split()[0] != "Z":
            status.seek(0)
    assert is_dead(seen)
    child.wait()
    assert is_dead(seen)


@linux_only
def test_a_pid_that_was_given_out_again_is_another_process() -> None:
    here = this_process()
    machine, _, start = here.birth.rpartition("/")
    assert is_dead(replace(here, birth=f"{machine}/{int(start) - 1}"))


def test_of_another_machine_nothing_is_certain() -> None:
    here = this_process()
    nobody = 2**22 + 1  # above the largest pid that Linux gives out (proc(5), pid_max)
    assert is_dead(replace(here, pid=nobody))
    assert not is_dead(replace(here, pid=nobody, host="elsewhere"))
    assert not is_dead(replace(here, pid=nobody, birth="another boot/another namespace/1"))


def test_without_proc_the_pid_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(process, "PROC", tmp_path)
    here = this_process()
    assert here.birth == ""
    assert not is_dead(here)
    assert is_dead(replace(here, pid=2**22 + 1))


def test_a_process_is_named_for_people() -> None:
    assert str(Process("web-1", 4711, "boot/namespace/1")) == "web-1:4711"
