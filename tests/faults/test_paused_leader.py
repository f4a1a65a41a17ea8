"""Two Setpoints on one ledger, the first of them asleep for longer than its lease."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from tests.e2e.program import ASSETS, PATIENCE, Loop, Setpoint, eventually
from tests.faults.production import Production
from tests.faults.proxy import Proxy

LEASE: Final = 30.0
"""Seconds that a lease lasts (`LoopSettings.lease_for`, with a short interval)."""


class Time:
    """The machine's time, as every program in the test sees it: an hour of it takes none."""

    def __init__(self, setpoint: Setpoint) -> None:
        self._ahead = setpoint.write("time/ahead", "0")
        setpoint.write("time/sitecustomize.py", (ASSETS / "shifted_clock.py").read_text(encoding="utf-8"))
        setpoint.environment |= {"PYTHONPATH": str(self._ahead.parent), "CLOCK_AHEAD": str(self._ahead)}

    def passes(self, seconds: float) -> None:
        written = self._ahead.with_suffix(".new")
        written.write_text(str(seconds), encoding="utf-8")
        written.replace(self._ahead)


@pytest.fixture
def start(setpoint: Setpoint, proxy: Proxy) -> Iterator[Callable[[str], Loop]]:
    setpoint.url = proxy.url
    loops: list[Loop] = []

    def up(name: str) -> Loop:
        loops.append(Loop(setpoint, name))
        return loops[-1]

    yield up
    for loop in loops:
        loop.process.kill()
        loop.process.wait(timeout=PATIENCE)


def test_a_leader_that_slept_through_its_lease_changes_nothing(
    production: Production, setpoint: Setpoint, proxy: Proxy, start: Callable[[str], Loop]
) -> None:
    time = Time(setpoint)
    # A long interval, so that it falls asleep between two beats, and not in a transaction, which would keep all others.
    production.declare(setpoint, loop={"interval": "5s"})
    first = start("first")
    first.await_beats(1)
    first.process.send_signal(signal.SIGSTOP)
    eventually("the first one sleeps", lambda: _state(first.process.pid) == "T")
    early = setpoint.run("beat")
    assert (early.code, early.out) == (2, "")
    assert f":{first.process.pid} works on 'default'" in early.complaint()

    time.passes(LEASE + 1)
    production.declare(setpoint)
    second = start("second")
    second.await_beats(1)
    production.widen_role()
    eventually("the second one works", lambda: "verified" in _states(second))

    production.stop_rotation()
    first.process.send_signal(signal.SIGCONT)
    assert first.process.wait(timeout=PATIENCE) == 2
    complaint = first.errors().splitlines()[-1]
    assert complaint.startswith("setpoint: the lease 1 on 'default' is no longer current (")
    assert f":{second.process.pid} has taken it over), so nothing of this step was written" in complaint
    assert "Traceback" not in first.errors()

    eventually("the second one goes on", lambda: production.differences() == set())
    second.await_beats(2)
    assert second.stop() == 0
    assert proxy.changes == ["DetachRolePolicy", "PutRolePolicy", "EnableKeyRotation"], "each once"
    assert {each["state"] for each in setpoint.run("remediations", "--json").json()} == {"verified"}
    assert setpoint.run("audit", "verify").code == 0


def _state(pid: int) -> str:
    """proc_pid_stat(5), field 3."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]


def _states(loop: Loop) -> set[str]:
    return {remediation["state"] for beat in loop.beats() for remediation in beat["remediations"]}
