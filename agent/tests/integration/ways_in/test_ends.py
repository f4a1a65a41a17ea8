"""Whatever way a process goes, what it met is told: children of forks, workers of pools, programs that replace it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.control_plane import ControlPlane
from tests.loaded import Service

FLAWED = """
import sqlite3
import flask

app = flask.Flask(__name__)

@app.get("/<word>")
def found(word):
    sqlite3.connect(":memory:").execute(f"SELECT '{word}'")
    return "fine"

def meet(word):
    return app.test_client().get(f"/{word}").status_code
"""

PROCESSES = {
    "plain": "meet('plain')",
    "thread": "import threading; t = threading.Thread(target=meet, args=('thread',)); t.start(); t.join()",
    "atexit": "import atexit; atexit.register(meet, 'atexit')",
    "exit": "meet('exit'); import sys; sys.exit(3)",
    "os._exit": "meet('os._exit'); import os; os._exit(3)",
    "raised": "meet('raised'); raise ValueError",
    "signal": "meet('signal'); import signal; signal.raise_signal(signal.SIGTERM)",
    "killed": "meet('killed'); import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "exec": "meet('exec'); import os, sys; os.execv(sys.executable, [sys.executable, '-c', 'raise SystemExit(5)'])",
    "fork": "import os\nif os.fork():\n    os.wait()\nelse:\n    meet('fork')",
    "fork-fork": "import os\nif os.fork() or os.fork():\n    os.wait()\nelse:\n    meet('fork-fork')",
    "spawnv": "import os, sys; os.spawnv(os.P_WAIT, sys.executable, [sys.executable, 'flawed.py', 'spawnv'])",
    "subprocess": "import subprocess, sys; subprocess.run([sys.executable, 'flawed.py', 'subprocess'], check=True)",
    **{
        f"{method}-process": f"import multiprocessing as m; p = m.get_context('{method}').Process("
        f"target=meet, args=('{method}-process',)); p.start(); p.join()"
        for method in ("fork", "spawn", "forkserver")
    },
    "pool": "import multiprocessing as m\nwith m.get_context('fork').Pool(2) as p:\n    p.map(meet, ['pool'] * 4)",
    "pool-closed": "import multiprocessing as m\np = m.get_context('fork').Pool(2)\np.map(meet, ['pool-closed'] * 4)\n"
    "p.close(); p.join()",
    "executor": "from concurrent.futures import ProcessPoolExecutor\n"
    "with ProcessPoolExecutor(2) as pool:\n    list(pool.map(meet, ['executor']))",
    "asyncio": "import asyncio; asyncio.run(asyncio.to_thread(meet, 'asyncio'))",
    "gevent-before": "import gevent; gevent.spawn(meet, 'gevent-before').join()",
    "runpy": "import runpy; runpy.run_module('flawed')['meet']('runpy')",
}

WITHOUT_A_REPORT = {"exec", "killed", "pool"}
"""Ended from one moment to the next: a pool's workers by SIGTERM, as soon as its block is left. The file has it all."""


def run(service: Service, source: str, folder: Path, *, wrapped: bool) -> tuple[int, bytes, bytes]:
    (folder / "flawed.py").write_text(f"{FLAWED}\nimport sys\nif sys.argv[1:]:\n    meet(sys.argv[1])\n")
    (folder / "main.py").write_text(
        "from flawed import meet\n\nif __name__ == '__main__':\n"
        + "".join(f"    {line}\n" for line in source.splitlines())
    )
    first = [sys.executable, "-m", "setpoint_agent"] if wrapped else []
    ended = subprocess.run(
        [*first, sys.executable, "main.py"],
        env=service.environment,
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.parametrize("way", PROCESSES)
def test_a_process(service: Service, control_plane: ControlPlane, tmp_path: Path, way: str) -> None:
    source = PROCESSES[way]
    without = run(service, source, tmp_path, wrapped=False)
    assert run(service, source, tmp_path, wrapped=True) == without
    assert {line["path"] for line in service.lines()} == {f"/{way}"}
    if way not in WITHOUT_A_REPORT:
        assert {each["type"] for report in control_plane.reports for each in report.get("findings", ())} == {
            "sql-injection"
        }
