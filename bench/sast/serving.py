"""Serves an application of the suite with the agent loaded, sends it the traffic, and keeps what the agent reported."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from bench.iast.places import AGENT
from bench.sast.labels import HERE
from bench.sast.standins import LOOPBACK, environment, neighbours
from bench.sast.traffic import Request, rounds
from bench.served import await_ready, stop

SOURCES: Final = HERE / "python"
APPLICATIONS: Final = ("helpdesk", "warehouse")
RELEASE: Final = "1"

REPORT_SECONDS: Final = "1"
READY_SECONDS: Final = 60.0
KEPT: Final = ("PATH", "HOME", "LANG", "TMPDIR")
"""What an application sees of this environment."""


@dataclass(frozen=True, slots=True)
class Served:
    """What came of the traffic."""

    reports: Mapping[str, Sequence[Any]]
    """Of each application, as its agents sent them."""
    requests: int
    unlike: int
    """Requests that were not answered as the traffic says."""


def serve(python: Path, folder: Path, count: int | None) -> Served:
    """Both applications under this interpreter, each in a process of its own, through so many rounds."""
    reports: dict[str, list[Any]] = {name: [] for name in APPLICATIONS}
    with neighbours(folder) as ports:
        requests = list(rounds(ports, count))
        with ExitStack() as stack:
            url = stack.enter_context(_taking(reports))
            around = {**environment(folder, ports), "SETPOINT_SERVER": url}
            listening = {name: stack.enter_context(_application(name, python, folder, around)) for name in APPLICATIONS}
            unlike = _send(requests, listening)
    return Served(reports, len(requests), unlike)


@contextmanager
def _taking(reports: Mapping[str, list[Any]]) -> Iterator[str]:
    """A control plane that takes whatever comes: its address."""

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            report = json.loads(gzip.decompress(body))
            reports[report["service"]].append(report)
            self.send_response(202)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            """Nothing."""

    with ThreadingHTTPServer((LOOPBACK, 0), Taking) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        server.shutdown()
        thread.join()


@contextmanager
def _application(name: str, python: Path, folder: Path, around: Mapping[str, str]) -> Iterator[int]:
    """Its port. When it ends, its agent sends the last report."""
    source = source_of(name, folder / f"{name}-source")
    with closing(socket.create_server((LOOPBACK, 0))) as probe:
        port = probe.getsockname()[1]
    known = {
        **{each: os.environ[each] for each in KEPT if each in os.environ},
        **around,
        "PYTHONPATH": os.pathsep.join([str(AGENT / "src"), str(source)]),
        "SETPOINT_SERVICE": name,
        "SETPOINT_RELEASE": RELEASE,
        "SETPOINT_TOKEN": "anybody's",
        "SETPOINT_REPORT_SECONDS": REPORT_SECONDS,
        "SETPOINT_COMPONENTS": "off",
    }
    command = [str(python), "-m", "setpoint_agent", str(python), *_server(name, port)]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=source, env=known, stdout=log, stderr=log, start_new_session=True)
        try:
            await_ready(port, process, folder / f"{name}.log", READY_SECONDS)
            yield port
        finally:
            stop(process)


def source_of(application: str, folder: Path) -> Path:
    """A copy of its source, as a repository of its own would hold it."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(SOURCES / application, folder / application, ignore=ignored, dirs_exist_ok=True)
    return folder


def _server(name: str, port: int) -> list[str]:
    if name == "helpdesk":
        threads = ["--worker-class", "gthread", "--threads", "4", "--workers", "1", "--no-control-socket"]
        return ["-m", "gunicorn", "--bind", f"{LOOPBACK}:{port}", *threads, "helpdesk:app"]
    return ["-m", "uvicorn", "--port", str(port), "--log-level", "warning", "warehouse.main:app"]


def _send(requests: Sequence[Request], listening: Mapping[str, int]) -> int:
    """Those of each application in their order, both at once; how many were answered otherwise than expected."""
    unlike = dict.fromkeys(listening, 0)

    def send_all(name: str) -> None:
        connection = HTTPConnection(LOOPBACK, listening[name], timeout=READY_SECONDS)
        with closing(connection):
            for each in requests:
                if each.application == name:
                    unlike[name] += _status(connection, each) != each.status

    threads = [threading.Thread(target=send_all, args=(name,)) for name in listening]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sum(unlike.values())


def _status(connection: HTTPConnection, request: Request) -> int:
    """0 where there is no answer."""
    try:
        connection.request(request.method, request.target, request.body or None, dict(request.headers))
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException):
        connection.close()  # the next request opens it again
        return 0
    return answer.status
