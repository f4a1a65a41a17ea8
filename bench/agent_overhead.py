"""What the agent costs a service: CPU and latency of a request, memory, start-up, as ratios to the service without it.

A Flask service under gunicorn and a FastAPI service under uvicorn echo JSON, show twenty rows of SQL through a template,
and read a file. Runs alternate: without anything, with setpoint-agent, with the peer (ddtrace: tracing, and IAST on every
request). Figures are medians over the runs; the first time, the services' environment is made below `bench/.run`.

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
from collections.abc import Iterator, Sequence
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
    rounds, requests = (int(each) for each in (*arguments, *(str(each) for each in (ROUNDS, REQUESTS)[len(arguments) :])))
    _make_environment()
    with tempfile.TemporaryDirectory() as name, _sink() as sink:
        folder = Path(name)
        _make_data(folder)
        for service in SERVICES:
            runs: dict[str, list[Run]] = {way: [] for way in WAYS}
            for _ in range(rounds):
                for way in WAYS:
                    runs[way].append(run(ENVIRONMENT, folder, service, way, sink, requests))
            _tell(service, runs)


def _tell(service: str, runs: dict[str, list[Run]]) -> None:
    def median(way: str, figure: str) -> float:
        return statistics.median(getattr(each, figure) for each in runs[way])

    print(f"{service:9}{'CPU/request':>14}{'ratio':>8}{'p50':>11}{'ratio':>8}{'memory':>11}{'more':>9}{'start':>10}{'more':>9}")
    for way in WAYS:
        cpu, p50, memory, start = (median(way, each) for each in ("cpu", "p50", "memory", "start"))
        more = start - min(each.start for each in runs["none"])
        print(
            f"{way:9}{cpu * 1e6:11.0f} µs{cpu / median('none', 'cpu'):8.2f}{p50 * 1e6:8.0f} µs{p50 / median('none', 'p50'):8.2f}"
            f"{memory:8.1f} MB{memory - median('none', 'memory'):+6.1f} MB{start * 1e3:7.0f} ms{more * 1e3:+6.0f} ms"
        )


@contextmanager
def _sink() -> Iterator[str]:
    """Takes whatever is sent, as the agent's control plane and the peer's agent would."""

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
    with sqlite3.connect(folder / "shop.sqlite") as connection:
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
