"""How many requests all identities on all operations need, as operations grow: `bench_dast --growth`."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final

import httpx
import yaml

from bench.dast.growing_service import TOKENS
from bench.dast.places import ROOT
from bench.dast.processes import OUTPUT, last_line, run_bounded
from bench.dast.tools import LONGEST, RATE

OPERATIONS: Final = (10, 20, 40, 80)
MATRIX: Final = ("access", "authentication")
"""Themes of checks that go through operations and identities."""
SLOPE_GOAL: Final = 1.15
"""Requests for each further operation in the last step, to those in the first: 1 is a straight line."""
PATIENCE: Final = 60.0


def show_growth() -> None:
    print(f"{'operations':>10}{'requests':>10}{'per operation':>15}{'seconds':>10}")
    counted: list[tuple[int, int]] = []
    for operations in OPERATIONS:
        exact, requests, seconds = _scanned(operations)
        counted.append((exact, requests))
        print(f"{exact:>10}{requests:>10,}{requests / exact:>15.1f}{seconds:>10.1f}", flush=True)
    steps = [(more - less) / (after - before) for (before, less), (after, more) in pairwise(counted)]
    ratio = steps[-1] / steps[0]
    print("requests for each further operation: " + ", ".join(f"{each:.1f}" for each in steps))
    print(f"last step to first: {ratio:.2f}; goal (at most {SLOPE_GOAL}): {'met' if ratio <= SLOPE_GOAL else 'MISSED'}")


def _scanned(operations: int) -> tuple[int, int, float]:
    """Operations that the document has, requests, seconds."""
    with tempfile.TemporaryDirectory() as name, _service(operations) as url:
        folder = Path(name)
        (folder / "auth.yaml").write_text(yaml.safe_dump(_accounts()), encoding="utf-8")
        document = httpx.get(f"{url}/openapi.json", trust_env=False).json()
        command = [sys.executable, "-m", "setpoint", "dast", url, "--openapi", f"{url}/openapi.json"]
        options = ["--auth", "auth.yaml", "--rate", str(RATE), "--json"]
        checks = [word for theme in MATRIX for word in ("--check", theme)]
        cost = run_bounded([*command, *options, *checks], folder, seconds=LONGEST)
        try:
            report = json.loads((folder / OUTPUT).read_bytes())
        except ValueError:
            raise SystemExit(f"no report of {operations} operations: {last_line(folder)}") from None
    return sum(map(len, document["paths"].values())), report["requests"], cost.wall


def _accounts() -> dict[str, object]:
    accounts = [
        {"name": name, "role": "user", "rank": 1, "token": {"insecure_literal": token}}
        for name, token in TOKENS.items()
    ]
    return {"logins": {"token": {"kind": "bearer", "probe": "/me"}}, "accounts": accounts}


@contextmanager
def _service(operations: int) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bench.dast.growing_service", str(operations), str(port)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        _await_answer(process, f"http://127.0.0.1:{port}/openapi.json")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _await_answer(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            httpx.get(url, trust_env=False, timeout=PATIENCE)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the service does not answer")
