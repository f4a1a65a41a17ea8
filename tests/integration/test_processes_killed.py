"""SIGKILL to each process of `setpoint up` under load: the short form of `tests/faults/test_kill_processes.py`."""

from __future__ import annotations

import sys
from pathlib import Path

# These tests are not installed, and pytest's importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.e2e.account import free_port
from tests.e2e.program import Setpoint
from tests.under_load import (
    EVERYBODY,
    SUPERVISOR,
    Callers,
    Processes,
    await_the_lake,
    calling,
    configure,
    decided,
    expected,
    in_the_journal,
    issue,
)


def test_the_death_of_each_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    # Nothing listens where AWS would be: every beat could not tell, and everything else goes on.
    setpoint, port = Setpoint(tmp_path, f"http://127.0.0.1:{free_port()}"), free_port()
    configure(setpoint, port)
    url, token = f"http://127.0.0.1:{port}", issue(setpoint, "operate", "ingest")
    processes = Processes(setpoint)
    try:
        processes.await_up()
        callers = Callers(url, token)
        with calling(callers, senders=1):
            for whom in (*EVERYBODY, SUPERVISOR):
                processes.kill(whom)
                processes.await_up()
        await_the_lake(callers, url, token)
        assert processes.stop() == 0
    finally:
        processes.end()
    assert in_the_journal(setpoint) == expected(callers)
    assert decided(setpoint) == dict.fromkeys(callers.gates, 1)
    assert setpoint.run("audit", "verify").code == 0
