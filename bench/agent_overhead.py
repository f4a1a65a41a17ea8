"""What the agent costs a service: CPU and latency of a request, memory, start-up, as ratios to the service without it.

A Flask service under gunicorn and a FastAPI service under uvicorn echo JSON, show twenty rows of SQL through a
template, and read a file. Runs alternate: without anything, with setpoint-agent, with the peer (ddtrace: tracing, and
IAST on every request). Figures are medians over the rounds. The services' environment is made below `bench/.run` first.

    python -m bench.agent_overhead [ROUNDS [REQUESTS]]

Goals: CPU and p50 at most 1.10 of none, memory at most +15 MB, start-up at most +150 ms.
"""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench.overhead.running import CUSTOMER, SERVICES, WAYS, Run, run

ROUNDS, REQUESTS = 7, 3_000
CPU_GOAL, P50_GOAL, MEMORY_GOAL, START_GOAL = 1.10, 1.10, 15.0, 0.150
HERE = Path(__file__).parent
ENVIRONMENT = HERE / ".run" / "overhead"
REQUIREMENTS = HERE.parent / "requirements" / "overhead.txt"


def main(arguments: Sequence[str]) -> None:
    rounds = int(arguments[0]) if arguments else ROUNDS
    requests = int(arguments[1]) if len(arguments) > 1 else REQUESTS
    _make_environment()
    with tempfile.TemporaryDirectory() as name, _sink() as sink:
        folder = Path(name)
        _make_data(folder)
        for service in SERVICES:
            runs: dict[str, list[Run]] = {way: [] for way in WAYS}
            for _ in range(rounds):
                for way in WAYS:
                    runs[way].append(run(ENVIRONMENT, folder, service, way, sink, requests))
            _tell(service, {way: _median(of_way) for way, of_way in runs.items()})


def _median(runs: Sequence[Run]) -> Run:
    return Run(
        cpu=statistics.median(each.cpu for each in runs),
        p50=statistics.median(each.p50 for each in runs),
        memory=statistics.median(each.memory for each in runs),
        start=statistics.median(each.start for each in runs),
    )


def _tell(service: str, figures: Mapping[str, Run]) -> None:
    none = figures["none"]
    print(f"{service:10}{'CPU/request':>15}{'':6}{'p50':>11}{'':6}{'memory':>12}{'':10}{'start':>10}")
    for way, each in figures.items():
        cpu, p50 = f"{each.cpu * 1e6:.0f} µs", f"{each.p50 * 1e6:.0f} µs"
        memory, start = f"{each.memory:.1f} MB", f"{each.start * 1e3:.0f} ms"
        print(
            f"{way:10}{cpu:>15} {each.cpu / none.cpu:5.2f} {p50:>10} {each.p50 / none.p50:5.2f}"
            f" {memory:>11} {each.memory - none.memory:+6.1f} MB {start:>9} {(each.start - none.start) * 1e3:+6.0f} ms"
        )
    agent = figures["agent"]
    goals = {
        f"CPU at most {CPU_GOAL}": agent.cpu / none.cpu <= CPU_GOAL,
        f"p50 at most {P50_GOAL}": agent.p50 / none.p50 <= P50_GOAL,
        f"memory at most +{MEMORY_GOAL:.0f} MB": agent.memory - none.memory <= MEMORY_GOAL,
        f"start at most +{START_GOAL * 1e3:.0f} ms": agent.start - none.start <= START_GOAL,
    }
    print("; ".join(f"{goal}: {'met' if met else 'MISSED'}" for goal, met in goals.items()))


@contextmanager
def _sink() -> Iterator[str]:
    """Takes whatever is sent, as the agent's control plane and the peer's collector would."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_PUT = do_POST  # noqa: N815 - as the library names it

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def _make_data(folder: Path) -> None:
    connection = sqlite3.connect(folder / "shop.sqlite")
    with connection:
        connection.execute("CREATE TABLE orders (number INTEGER PRIMARY KEY, customer TEXT, item TEXT, price REAL)")
        connection.executemany(
            "INSERT INTO orders (customer, item, price) VALUES (?, ?, ?)",
            [(CUSTOMER, f"item <{number}> & more", number * 1.25) for number in range(200)],
        )
    connection.close()
    (folder / "terms.txt").write_text("Whatever is bought here was declared before.\n" * 40, encoding="utf-8")


def _make_environment() -> None:
    if (ENVIRONMENT / "bin" / "gunicorn").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    install = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(REQUIREMENTS)]
    subprocess.run([str(ENVIRONMENT / "bin" / "python"), *install], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
