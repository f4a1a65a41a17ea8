"""What the agent costs a service: CPU and latency of a request, memory, start-up, as ratios to the service without it.

A Flask service under gunicorn and a FastAPI service under uvicorn echo JSON, show twenty rows of SQL through a
template, and read a file. In each round they run in every way side by side: without anything, with setpoint-agent told
to stay off, with it, with the peer (ddtrace: tracing, and IAST on every request). Blocks of requests go to one after
another in turns, so that whatever else the machine does meets all of them alike, and each is compared with the block
without anything beside it. Figures are medians. All packages come from one environment, made below `bench/.run` first.

    python -m bench.agent_overhead [--rounds 4] [--blocks 12] [--requests 240] [--ways none,agent] [--json]

`bench.overhead.in_process` tells what a single request costs without a server: steadier, and only that.

Takes some two minutes. Goals: CPU and p50 at most 1.10 of none, memory at most +15 MB, start-up at most +150 ms.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench.overhead.running import CUSTOMER, SERVICES, WAYS, Block, Service, serve

WARM_UP = 750
"""Requests: what is done once for each route, page or statement is not what a request costs."""
CPU_GOAL, P50_GOAL, MEMORY_GOAL, START_GOAL = 1.10, 1.10, 15.0, 0.150
HERE = Path(__file__).parent
ENVIRONMENT = HERE / ".run" / "overhead"
REQUIREMENTS = HERE.parent / "requirements" / "overhead.txt"


@dataclass(frozen=True, slots=True)
class Round:
    """Of one way of running a service: its blocks, in the order in which all ways were asked."""

    blocks: list[Block]
    memory: float
    start: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one way, over all rounds: seconds for a request, MB, seconds; and what that is of the service by itself."""

    cpu: float
    p50: float
    memory: float
    start: float
    cpu_ratio: float
    p50_ratio: float
    memory_more: float
    start_more: float


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what the agent costs a service, beside its peer.")
    parser.add_argument("--rounds", type=int, default=4, help="how often the services are started")
    parser.add_argument("--blocks", type=int, default=12, help="blocks of requests to each of them")
    parser.add_argument("--requests", type=int, default=240, help="requests of one block")
    parser.add_argument("--ways", default=",".join(WAYS), help="which ways to run them, with commas between")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    ways = options.ways.split(",")
    if "none" not in ways or not set(ways) <= set(WAYS):
        parser.error(f"--ways is {options.ways!r}; it takes none, which all are compared with, and any of {WAYS[1:]}")
    make_environment()
    with tempfile.TemporaryDirectory() as name, sink_of_reports() as sink:
        folder = Path(name)
        make_data(folder)
        figures = {}
        for service in SERVICES:
            rounds = [
                _round(partial(serve, ENVIRONMENT, folder, service, sink=sink), ways, options)
                for _ in range(options.rounds)
            ]
            figures[service] = {way: _figures(rounds, way) for way in ways}
            if not options.json:
                _show(service, figures[service])
    if options.json:
        document = {service: {way: asdict(each) for way, each in of.items()} for service, of in figures.items()}
        print(json.dumps(document, indent=1))


def _round(start: Callable[[str], Service], ways: Sequence[str], options: argparse.Namespace) -> dict[str, Round]:
    with ExitStack() as running:
        services: dict[str, Service] = {}
        for way in ways:
            services[way] = start(way)
            running.callback(services[way].stop)
        for service in services.values():
            service.ask(WARM_UP)
        blocks: dict[str, list[Block]] = {way: [] for way in ways}
        order = list(services.items())
        for _ in range(options.blocks):
            for way, service in order:
                blocks[way].append(service.ask(options.requests))
            order.append(order.pop(0))  # so that none is always the one behind the most expensive
        return {way: Round(blocks[way], service.memory(), service.start) for way, service in services.items()}


def _figures(rounds: Sequence[Mapping[str, Round]], way: str) -> Figures:
    """Ratios are those of neighbouring blocks: what disturbs one disturbs both."""
    median = statistics.median
    pairs = [pair for each in rounds for pair in zip(each[way].blocks, each["none"].blocks, strict=True)]
    return Figures(
        cpu=median(block.cpu for block, _ in pairs),
        p50=median(block.p50 for block, _ in pairs),
        memory=median(each[way].memory for each in rounds),
        start=median(each[way].start for each in rounds),
        cpu_ratio=median(block.cpu / none.cpu for block, none in pairs),
        p50_ratio=median(block.p50 / none.p50 for block, none in pairs),
        memory_more=median(each[way].memory - each["none"].memory for each in rounds),
        start_more=median(each[way].start - each["none"].start for each in rounds),
    )


def _show(service: str, figures: Mapping[str, Figures]) -> None:
    print(f"{service:10}{'CPU/request':>15}{'':6}{'p50':>11}{'':6}{'memory':>12}{'':10}{'start':>10}")
    for way, each in figures.items():
        cpu, p50 = f"{each.cpu * 1e6:.0f} µs", f"{each.p50 * 1e6:.0f} µs"
        memory, start = f"{each.memory:.1f} MB", f"{each.start * 1e3:.0f} ms"
        print(
            f"{way:10}{cpu:>15} {each.cpu_ratio:5.2f} {p50:>10} {each.p50_ratio:5.2f}"
            f" {memory:>11} {each.memory_more:+6.1f} MB {start:>9} {each.start_more * 1e3:+6.0f} ms"
        )
    agent = figures.get("agent")
    if agent is not None:
        goals = {
            f"CPU at most {CPU_GOAL:.2f}": agent.cpu_ratio <= CPU_GOAL,
            f"p50 at most {P50_GOAL:.2f}": agent.p50_ratio <= P50_GOAL,
            f"memory at most +{MEMORY_GOAL:.0f} MB": agent.memory_more <= MEMORY_GOAL,
            f"start at most +{START_GOAL * 1e3:.0f} ms": agent.start_more <= START_GOAL,
        }
        print("; ".join(f"{goal}: {'met' if met else 'MISSED'}" for goal, met in goals.items()))


@contextmanager
def sink_of_reports() -> Iterator[str]:
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


def make_data(folder: Path) -> None:
    """What the services answer from."""
    connection = sqlite3.connect(folder / "shop.sqlite")
    with connection:
        connection.execute("CREATE TABLE orders (number INTEGER PRIMARY KEY, customer TEXT, item TEXT, price REAL)")
        connection.executemany(
            "INSERT INTO orders (customer, item, price) VALUES (?, ?, ?)",
            [(CUSTOMER, f"item <{number}> & more", number * 1.25) for number in range(200)],
        )
    connection.close()
    (folder / "terms.txt").write_text("Whatever is bought here was declared before.\n" * 40, encoding="utf-8")


def make_environment() -> None:
    """All packages that the services and the peer need."""
    if (ENVIRONMENT / "bin" / "gunicorn").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    install = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(REQUIREMENTS)]
    subprocess.run([str(ENVIRONMENT / "bin" / "python"), *install], check=True)


if __name__ == "__main__":
    main()
