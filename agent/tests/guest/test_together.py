"""Forks, threads and greenlets at once, for many turns: every child ends, everything that was met is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.control_plane import ControlPlane
from tests.loaded import Service

TURNS = 30

FLAWED = """
import os
from wsgiref.util import setup_testing_defaults
import bottle  # a framework without a lock, which a child of a fork could wait for in vain

app = bottle.Bottle()

@app.get("/<word>")
def found(word):
    os.path.exists(f"/nowhere/{word}")
    return "fine"

def meet(word):
    environ = {"PATH_INFO": f"/{word}"}
    setup_testing_defaults(environ)
    return list(app.wsgi(environ, lambda *_: None))
"""

SCRIPT = """
import os, sys, threading
{patch}
from flawed import meet

stopped = threading.Event()

def work(name):
    number = 0
    while not stopped.is_set():
        meet(f"{{name}}-{{number % 50}}")
        number += 1
        {pause}

workers = [threading.Thread(target=work, args=(f"thread{{each}}",)) for each in range(4)]
for each in workers:
    each.start()
for turn in range({turns}):
    child = os.fork()
    if not child:
        meet(f"child-{{turn}}")
        inner = threading.Thread(target=meet, args=(f"inner-{{turn}}",))
        inner.start()
        inner.join()
        os._exit(turn % 7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == turn % 7
stopped.set()
for each in workers:
    each.join()
print("done")
"""

VARIANTS = {
    "threads": ("", "pass"),
    "gevent": ("from gevent import monkey; monkey.patch_all()", "import time; time.sleep(0)"),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_all_at_once(service: Service, control_plane: ControlPlane, tmp_path: Path, variant: str) -> None:
    patch, pause = VARIANTS[variant]
    (tmp_path / "flawed.py").write_text(FLAWED)
    (tmp_path / "main.py").write_text(SCRIPT.format(patch=patch, pause=pause, turns=TURNS))
    ended = subprocess.run(
        [sys.executable, "-m", "setpoint_agent", sys.executable, "main.py"],
        env=service.environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "done\n", "")
    paths = {line["path"] for line in service.lines("path-traversal")}
    assert {f"/{kind}-{turn}" for kind in ("child", "inner") for turn in range(TURNS)} <= paths
