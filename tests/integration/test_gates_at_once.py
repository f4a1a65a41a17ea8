"""Several gates for one release at once, in threads and in processes; and one that is killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from tests.scanned import scan, weakness

from setpoint.model.admitting import BreakGlassRequest, Bringing
from setpoint.model.decision import Decision, Verdict
from setpoint.model.policy import Severity, Stage
from setpoint.model.service import Release
from setpoint.settings import Settings, load_settings
from setpoint.store.interface import Ledger
from setpoint.store.ledger.opening import open_ledger
from setpoint.wiring.server import ServerWiring
from setpoint.wiring.stores import open_server_ledger

RELEASE = Release("shop", "1")
TOLD = scan(*(weakness(each, severity=Severity.CRITICAL, score=10.0) for each in range(50)))
EMERGENCY = BreakGlassRequest("INC-1", "down")
AT_ONCE = 6

GATE = """
import os, signal, sys
from pathlib import Path
from tests.integration.test_gates_at_once import EMERGENCY, RELEASE, TOLD
from setpoint.model.admitting import Bringing
from setpoint.model.policy import Stage
from setpoint.settings import load_settings
from setpoint.wiring.gate import admission

def recorded(_decision):
    if sys.argv[2] == "dies":
        os.kill(os.getpid(), signal.SIGKILL)

gate = admission(load_settings(Path(sys.argv[1])), "ann")
print("ready", flush=True)
sys.stdin.readline()
bringing = Bringing(TOLD, 5.0, EMERGENCY if sys.argv[2] == "dies" else None)
print(gate.decide(RELEASE, Stage.DEPLOY, recorded, bringing=bringing).verdict, flush=True)
"""
"""Asks a gate once it is told to."""

ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = tmp_path / "setpoint.yaml"
    path.write_text("services: {shop: {tier: critical}}\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "setpoint", "beat"], cwd=tmp_path, check=True, capture_output=True)
    return load_settings(path)


@pytest.fixture
def ledger(settings: Settings) -> Iterator[Ledger]:
    with closing(open_ledger(settings.ledger_address(), create=False)) as opened:
        yield opened


def _start(settings: Settings, does: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", GATE, str(settings.file), does],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _is_recorded_once(ledger: Ledger, times: int) -> None:
    """However many gates there were, there is one of everything but of the decisions."""
    known = ledger.code().open("shop")
    assert len(known) == len(TOLD.weaknesses)
    assert {each.times_opened for each in known} == {1}
    assert ledger.code().scan(RELEASE) == TOLD
    records = ledger.findings(service="shop")
    assert len(records) == len(TOLD.weaknesses)
    assert {each.times_opened for each in records} == {1}
    decided = [decision for _, decision in ledger.gate_decisions("shop")]
    assert [each.verdict for each in decided] == [Verdict.REFUSE] * times
    assert [release for release, _ in ledger.releases("shop")] == [RELEASE]
    assert ledger.broken_audit_rows() == []


def test_threads_that_share_a_control_plane(settings: Settings) -> None:
    barrier = threading.Barrier(AT_ONCE)
    with open_server_ledger(settings) as ledger:
        wiring = ServerWiring(settings, ledger)

        def ask(number: int) -> Decision:
            barrier.wait()
            return wiring.gatekeeper(f"ann-{number}").decide(RELEASE, Stage.DEPLOY, bringing=Bringing(TOLD))

        with ThreadPoolExecutor(AT_ONCE) as pool:
            decisions = list(pool.map(ask, range(AT_ONCE)))
        assert len({each.risk for each in decisions}) == 1
        _is_recorded_once(ledger, AT_ONCE)


def test_processes_that_share_a_ledger(settings: Settings, ledger: Ledger) -> None:
    gates = [_start(settings, "decides") for _ in range(AT_ONCE // 2)]
    told = [gate.communicate("go\n", timeout=60)[0] for gate in gates]
    assert told == ["refuse\n"] * len(gates)
    _is_recorded_once(ledger, len(gates))


def test_one_that_is_killed_in_the_middle_leaves_nothing_half(settings: Settings, ledger: Ledger) -> None:
    before = ledger.audit_rows()
    gate = _start(settings, "dies")
    gate.communicate("go\n", timeout=60)
    assert gate.returncode == -signal.SIGKILL
    code = ledger.code()
    assert code.scan(RELEASE) is None
    assert (code.open("shop"), ledger.findings(service="shop"), ledger.gate_decisions("shop")) == ([], [], [])
    now = ledger.latest_time()
    assert now is not None
    assert (code.broken(now), code.grants(RELEASE, now), ledger.releases("shop")) == ([], [], [])
    assert ledger.audit_rows() == before

    again = _start(settings, "decides")
    assert again.communicate("go\n", timeout=60)[0] == "refuse\n"
    _is_recorded_once(ledger, 1)
