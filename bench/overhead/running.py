"""Runs one service once, in one of three ways, and measures it from outside: what `bench.agent_overhead` compares."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
AGENT = ROOT / "agent" / "src"
CUSTOMER = "Johnson-and-Sons"
ECHOED = b'{"customer": "Johnson-and-Sons", "lines": [{"item": "chair", "count": 4}, {"item": "table", "count": 1}]}'
CALLS: Sequence[tuple[str, str, bytes | None]] = (
    ("POST", "/echo", ECHOED),
    ("GET", f"/orders/{CUSTOMER}?page=2", None),
    ("GET", "/terms", None),
)
"""Method, path and body of each kind of request; a run goes round."""
HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) bench",
    "Accept": "text/html,application/json",
    "Accept-Language": "en-GB,en;q=0.8",
    "Cookie": "session=8f14e45fceea167a; theme=dark",
    "X-Request-Id": "5b2e2f0c-71c4-4a53-9d1b",
}
SERVICES = {
    "flask": (
        "gunicorn",
        "-k",
        "gthread",
        "--threads",
        "2",
        "-w",
        "1",
        "-b",
        "127.0.0.1:{port}",
        "bench.overhead.flask_service:app",
    ),
    "fastapi": (
        "uvicorn",
        "--port",
        "{port}",
        "--no-access-log",
        "--log-level",
        "warning",
        "bench.overhead.fastapi_service:app",
    ),
}
WAYS = ("none", "agent", "ddtrace")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Run:
    """One run's figures."""

    cpu: float
    """Seconds of the server's processes for a request."""
    p50: float
    """Seconds from a request to its answer."""
    memory: float
    """MB that its processes hold at the end, each page shared counted by its share."""
    start: float
    """Seconds from the command to the first answer."""


def run(environment: Path, folder: Path, service: str, way: str, sink: str, requests: int) -> Run:
    """Start `service` in `way`, ask it, and stop it. `sink`: where the agent's reports or the peer's traces go."""
    with _serving(environment, folder, service, way, sink) as (process, port, start):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for number in range(requests // 4):  # what is done once for each route, page or statement is not overhead
            _ask(connection, number)
        before = _cpu(process.pid)
        spent = [_ask(connection, number) for number in range(requests)]
        cpu = _cpu(process.pid) - before
        return Run(cpu / requests, statistics.median(spent), _memory(process.pid), start)


@contextmanager
def _serving(
    environment: Path, folder: Path, service: str, way: str, sink: str
) -> Iterator[tuple[subprocess.Popen[bytes], int, float]]:
    port = _free_port()
    programs = environment / "bin"
    program, *arguments = SERVICES[service]
    command = [str(programs / program), *(each.replace("{port}", str(port)) for each in arguments)]
    first = {
        "none": [],
        "agent": [str(programs / "python"), "-m", "setpoint_agent"],
        "ddtrace": [str(programs / "ddtrace-run")],
    }[way]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*first, *command],
        cwd=ROOT,
        env=_environment(programs, folder, way, sink),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await_answer(process, port)
        yield process, port, time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _environment(programs: Path, folder: Path, way: str, sink: str) -> Mapping[str, str]:
    common = {"PATH": f"{programs}:{os.environ['PATH']}", "OVERHEAD_FOLDER": str(folder), "PYTHONPATH": str(ROOT)}
    if way == "agent":
        return common | {
            "PYTHONPATH": f"{ROOT}:{AGENT}",
            "SETPOINT_SERVER": sink,
            "SETPOINT_TOKEN": "none",
            "SETPOINT_REPORT_FILE": str(folder / "report.jsonl"),
        }
    if way == "ddtrace":
        return common | {
            "DD_TRACE_AGENT_URL": sink,
            "DD_IAST_ENABLED": "true",
            "DD_IAST_REQUEST_SAMPLING": "100",
            "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
            "DD_REMOTE_CONFIGURATION_ENABLED": "false",
        }
    return common


def _await_answer(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/terms")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.002)
        else:
            return
        finally:
            connection.close()
    raise SystemExit(f"{process.args!r} ended with {process.returncode}")


def _ask(connection: http.client.HTTPConnection, number: int) -> float:
    method, path, body = CALLS[number % len(CALLS)]
    began = time.perf_counter()
    connection.request(method, path, body, HEADERS)
    response = connection.getresponse()
    response.read()
    spent = time.perf_counter() - began
    if response.status != 200:
        raise SystemExit(f"{path} was answered with {response.status}")
    return spent


def _family(process: int) -> Iterator[int]:
    """It and all its descendants (proc(5))."""
    yield process
    for thread in Path(f"/proc/{process}/task").iterdir():
        for child in (thread / "children").read_text().split():
            yield from _family(int(child))


def _cpu(process: int) -> float:
    total = 0
    for each in _family(process):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])  # utime and stime
    return total / TICKS


def _memory(process: int) -> float:
    total = 0
    for each in _family(process):
        for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total * 1024 / 1e6


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
