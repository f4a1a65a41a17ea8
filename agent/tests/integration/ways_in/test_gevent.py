"""Under gevent the agent's own waiting and work hold up no greenlet, whichever of the two came first."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.control_plane import ControlPlane, Reply
from tests.loaded import Service

PATCH = "from gevent import monkey; monkey.patch_all()"
START = "import setpoint_agent; setpoint_agent.start()"

WORK = """
import gevent, json, sqlite3, threading, time
import flask

app = flask.Flask(__name__)

@app.get("/<word>")
def found(word):
    connection = sqlite3.connect(":memory:")
    connection.execute(f"SELECT '{word}'")
    connection.close()
    return "fine"

gaps = []

def tick():
    before = time.perf_counter()
    while len(gaps) < 400:
        gevent.sleep(0.002)
        now = time.perf_counter()
        gaps.append(now - before)
        before = now

ticking = gevent.spawn(tick)
client = app.test_client()
for number in range(20):
    assert client.get(f"/word{number}").status_code == 200
    gevent.sleep(0.01)
ticking.join()
print(json.dumps({"threads": [each.name for each in threading.enumerate()], "gap": max(gaps[3:])}))
"""


@pytest.mark.parametrize("order", [(PATCH, START), (START, PATCH)], ids=["patched first", "agent first"])
def test_no_greenlet_is_held_up(
    service: Service, control_plane: ControlPlane, tmp_path: Path, order: tuple[str, str]
) -> None:
    control_plane.reply = lambda _: Reply(silence=True)
    script = tmp_path / "script.py"
    script.write_text("\n".join([*order, WORK]))
    ended = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    found = json.loads(ended.stdout)
    assert found["threads"] == ["MainThread"]
    assert found["gap"] < 2  # a report that is waited for takes ten seconds
    assert len(service.lines()) == 20
    assert control_plane.reports
