"""The agent gets into every server that a service is run by, tells what it meets there, and goes with it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from tests.control_plane import ControlPlane, Report
from tests.loaded import Service

PROGRAMS = Path(sys.executable).parent
WSGI, ASGI = "wsgi_service:app", "asgi_service:app"

SERVERS = {
    "gunicorn": ("gunicorn", "-b", "127.0.0.1:{port}", "-w", "2", WSGI),
    "gunicorn-threads": ("gunicorn", "-b", "127.0.0.1:{port}", "-k", "gthread", "--threads", "4", WSGI),
    "gunicorn-gevent": ("gunicorn", "-b", "127.0.0.1:{port}", "-k", "gevent", WSGI),
    "gunicorn-preload": ("gunicorn", "-b", "127.0.0.1:{port}", "-w", "2", "--preload", WSGI),
    "flask": ("flask", "--app", "wsgi_service", "run", "--port", "{port}"),
    "uvicorn": ("uvicorn", "--port", "{port}", ASGI),
    "uvicorn-workers": ("uvicorn", "--port", "{port}", "--workers", "2", ASGI),
    "granian": ("granian", "--port", "{port}", "--interface", "asgi", ASGI),
    "hypercorn": ("hypercorn", "-b", "127.0.0.1:{port}", ASGI),
    "script": ("python", "wsgi_service.py", "{port}"),
    "module": ("python", "-m", "wsgi_service", "{port}"),
}


@pytest.mark.parametrize("server", SERVERS)
def test_a_server(service: Service, control_plane: ControlPlane, server: str) -> None:
    program, *arguments = SERVERS[server]
    service.run(str(PROGRAMS / program), *arguments)
    answer = service.get("/users/7?name=Johnson")
    answered = time.time()
    assert "Johnson" in answer.text

    (line,) = service.lines()
    assert service.report_file.stat().st_mtime - answered < 5
    assert line["path"] == "/users/7"
    assert line["route"].replace("<int:number>", "{number}") == "/users/{number}"
    assert line["cwe"] == 89
    assert line["origins"][0]["name"] == "name"
    assert line["frames"][-1]["function"] == "user"

    seen = service.get("/process").json()
    assert not [each for each in seen["threads"] if "setpoint" in each or "Dummy" in each]
    finding = control_plane.wait_for(
        lambda reports: [each for report in reports for each in report.get("findings", ())]
    )[0]
    assert finding["type"] == "sql-injection"
    assert finding["frames"][-1]["file"].endswith("_service.py")

    def counted(reports: list[Report]) -> list[Report]:
        own = (report for report in reports if report["instance"].endswith(f"/{seen['pid']}"))
        return [report for report in own if report["counters"]["requests"]]

    last = control_plane.wait_for(counted)[-1]  # a server that lets SIGTERM end it has no last words
    service.stop()
    assert last["counters"]["agent.errors"] == 0, last["mishaps"]
    assert last["service"] == "shop"
    assert last["release"] == "1.4.2"
    assert "setpoint-agent" not in service.output
