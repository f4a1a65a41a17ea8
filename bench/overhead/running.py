"""Runs a service in one way or another, asks it, and measures it from outside: what `bench.agent_overhead` compares."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
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
WAYS = ("none", "off", "agent", "ddtrace")
"""Without anything; with setpoint-agent installed and started, but told to stay off; with it; with the peer."""


@dataclass(frozen=True, slots=True)
class Block:
    """What some requests in a row cost."""

    cpu: float
    """Seconds of the server's processes for a request."""
    p50: float
    """Seconds from a request to its answer."""


class Service:
    """One that runs, and has answered once."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, start: float) -> None:
        self._process = process
        self._port = port
        self.start = start
        """Seconds from the command to the first answer."""

    def ask(self, requests: int) -> Block:
        """Over one connection of its own: while the others are asked, servers close one that rests."""
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)) as connection:
            for number in range(requests // 8):  # to be found in the processor's caches again
                _ask(connection, number)
            before = self._cpu()
            spent = [_ask(connection, number) for number in range(requests)]
            return Block((self._cpu() - before) / requests, statistics.median(spent))

    def memory(self) -> float:
        """MB that its processes hold, each page shared counted by its share."""
        total = 0
        for each in _family(self._process.pid):
            for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total * 1024 / 1e6

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)

    def _cpu(self) -> float:
        return sum(time.clock_gettime(_cpu_clock(each)) for each in _family(self._process.pid))


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


def serve(environment: Path, folder: Path, service: str, way: str, sink: str) -> Service:
    """Start `service` in `way`. `sink`: where the agent's reports or the peer's traces go."""
    port = _free_port()
    programs = environment / "bin"
    program, *arguments = SERVICES[service]
    command = [str(programs / program), *(each.replace("{port}", str(port)) for each in arguments)]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*loader(programs, way), *command],
        cwd=ROOT,
        env=environment_of(programs, folder, way, sink),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await_answer(process, port)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return Service(process, port, time.perf_counter() - began)


def loader(programs: Path, way: str) -> list[str]:
    """What comes before the command of a service that is run in `way`."""
    agent = [str(programs / "python"), "-m", "setpoint_agent"]
    return {"none": [], "off": agent, "agent": agent, "ddtrace": [str(programs / "ddtrace-run")]}[way]


def environment_of(programs: Path, folder: Path, way: str, sink: str) -> Mapping[str, str]:
    """Of a process that runs the services' code in `way`."""
    common = {"PATH": f"{programs}:{os.environ['PATH']}", "OVERHEAD_FOLDER": str(folder), "PYTHONPATH": str(ROOT)}
    if way in {"off", "agent"}:
        return common | {
            "SETPOINT_AGENT": "off" if way == "off" else "on",
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


def _family(process: int) -> Iterator[int]:
    """It and all its descendants (proc(5))."""
    yield process
    for thread in Path(f"/proc/{process}/task").iterdir():
        for child in (thread / "children").read_text().split():
            yield from _family(int(child))


def _cpu_clock(process: int) -> int:
    """The number of the clock that counts a process's CPU time, in nanoseconds (clock_getcpuclockid(3), Linux)."""
    return (~process << 3) | 2


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
