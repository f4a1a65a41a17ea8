"""A gate's answer while 30,000 events a second come in, against the same gate while nothing does.

The server and ingest run as `setpoint up` runs them, all calls over HTTP on loopback; senders are processes beside
them, on the same cores. Goal: under 300 ms in 99 of 100 calls, on a quiet machine with two cores.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from bench.bench_ingest import BATCH, bodies

RATE: Final = 30_000
"""Events a second: half of what ingest is to take on such a machine."""
SENDERS: Final = 4
SECONDS: Final = 15.0
GATES: Final = 20.0
"""A second: more than any pipeline asks."""
GOAL: Final = 0.300

TEMPLATE: Final = Path(__file__).parents[1] / "tests" / "assets" / "e2e" / "shop.yaml"
CONFIGURATION: Final = """\
aws: {{regions: [eu-west-1], account: "123456789012"}}
intent: [{{cloudformation: {template}}}]
services: {{shop: {{tier: critical}}}}
server: {{listen: "127.0.0.1:{port}", limits: {{rate: 100000, burst: 100000}}}}
"""


def main() -> None:
    if len(sys.argv) > 1:
        _send(sys.argv[1], sys.argv[2], int(sys.argv[3]))
        return
    with (
        tempfile.TemporaryDirectory(dir=Path(__file__).parent, prefix=".run-") as folder,
        _served(Path(folder)) as (
            port,
            token,
        ),
    ):
        _ask(port, token, 2.0)  # what the first calls make is kept
        idle = _ask(port, token, SECONDS)
        senders = [_sender(port, token, number) for number in range(SENDERS)]
        for each in senders:
            assert each.stdin
            each.stdin.close()
        time.sleep(1.0)
        busy = _ask(port, token, SECONDS)
        sent = sum(_rate(each) for each in senders)
    print(f"  a gate, nothing else              {_told(idle)}")
    print(f"  a gate, {sent:9,.0f} events/s        {_told(busy)}")
    slowest, ratio = _p99(busy), _p99(busy) / _p99(idle)
    reached = sent >= 0.95 * RATE
    print(f"  busy / idle: {ratio:.1f} at the 99th percentile")
    met = "met" if slowest < GOAL and reached else "MISSED"
    print(f"goal ({GOAL * 1000:.0f} ms at the 99th percentile, at {RATE:,} events/s): {met}")


def _told(seconds: Sequence[float]) -> str:
    cuts = quantiles(seconds, n=100)
    return f"p50 {cuts[49] * 1000:6.1f} ms, p99 {cuts[98] * 1000:6.1f} ms, {len(seconds)} calls"


def _p99(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=100)[98]


@contextmanager
def _served(folder: Path) -> Iterator[tuple[int, str]]:
    """Server and ingest under a supervisor; the port, and a token."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
    config = folder / "setpoint.yaml"
    config.write_text(CONFIGURATION.format(template=TEMPLATE, port=port), encoding="utf-8")
    command = [sys.executable, "-m", "setpoint"]
    issue = [*command, "tokens", "issue", "bench", "--scope", "gate", "--scope", "ingest", "--json", "-c", str(config)]
    token = json.loads(subprocess.run(issue, check=True, capture_output=True).stdout)["token"]
    up = [*command, "up", "--only", "server", "--only", "ingest", "--log-level", "error", "-c", str(config)]
    with subprocess.Popen(up, stderr=subprocess.DEVNULL) as process:
        try:
            _until(lambda: _is_ready(port))
            yield port, token
        finally:
            process.terminate()


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_ready(port: int) -> bool:
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
    except OSError:
        return False


def _call(connection: HTTPConnection, token: str, path: str, body: bytes, media_type: str) -> Any:
    connection.request("POST", path, body, {"Authorization": f"Bearer {token}", "Content-Type": media_type})
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200, content
    return json.loads(content)


def _ask(port: int, token: str, seconds: float) -> list[float]:
    """How long each call took; one after the other, at a steady rate."""
    took: list[float] = []
    body = json.dumps({"service": "shop", "version": "1.0", "stage": "deploy"}).encode()
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            start = time.perf_counter()
            _call(connection, token, "/v1/gate", body, "application/json")
            took.append(time.perf_counter() - start)
            time.sleep(max(0.0, 1 / GATES - took[-1]))
    return took


def _sender(port: int, token: str, number: int) -> subprocess.Popen[bytes]:
    """One that has made its events, and sends them at its share of the rate once its input is closed."""
    command = [sys.executable, "-m", "bench.bench_gate_under_ingest", str(port), token, str(number)]
    sender = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert sender.stdout
    assert sender.stdout.readline() == b"made\n"
    return sender


def _rate(sender: subprocess.Popen[bytes]) -> float:
    """Events a second that were acknowledged to it."""
    assert sender.stdout
    told = float(sender.stdout.read())
    assert sender.wait(timeout=60) == 0
    return told


def _send(port: str, token: str, number: int) -> None:
    share = RATE / SENDERS
    count = int(share * (SECONDS + 2))
    made = bodies(number * count, count)
    sys.stdout.write("made\n")
    sys.stdout.flush()
    sys.stdin.read()
    os.nice(1)  # what is measured has senders elsewhere
    with closing(HTTPConnection("127.0.0.1", int(port), timeout=60)) as connection:
        began = time.perf_counter()
        for index, body in enumerate(made):
            time.sleep(max(0.0, began + index * BATCH / share - time.perf_counter()))
            _call(connection, token, "/v1/ingest", body, "application/x-ndjson")
        sys.stdout.write(str(len(made) * BATCH / (time.perf_counter() - began)))


if __name__ == "__main__":
    main()
