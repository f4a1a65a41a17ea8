"""What the agent costs a request of each kind, without a server around it: steadier than `bench.agent_overhead`.

Each way has a process of its own that calls the application as its server would; they are asked in turns on one
processor. What is told is the least and the median CPU time of a request. A server needs two to three times as much
again for the same request, with the agent and without it: ratios are those of `bench.agent_overhead`, not of this.

    python -m bench.overhead.in_process [--rounds 30] [--requests 200]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.agent_overhead import ENVIRONMENT, make_data, make_environment, sink_of_reports
from bench.overhead.running import CALLS, ROOT, SERVICES, environment_of, loader

WAYS = ("none", "agent")
PROCESSOR = "0"
"""All are asked on one, one after another."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what the agent costs a request, without a server.")
    parser.add_argument("--rounds", type=int, default=30, help="how often each way is asked")
    parser.add_argument("--requests", type=int, default=200, help="requests of each kind at a time")
    options = parser.parse_args()
    make_environment()
    with tempfile.TemporaryDirectory() as name, sink_of_reports() as sink:
        folder = Path(name)
        make_data(folder)
        for service in SERVICES:
            with ExitStack() as running:
                callers = {way: running.enter_context(_Caller(service, way, folder, sink)) for way in WAYS}
                asked = [
                    {way: each.ask(options.requests) for way, each in callers.items()} for _ in range(options.rounds)
                ]
            _show(service, {way: [each[way] for each in asked] for way in WAYS})


class _Caller:
    """A process that calls a service's application."""

    def __init__(self, service: str, way: str, folder: Path, sink: str) -> None:
        programs = ENVIRONMENT / "bin"
        calling = [str(programs / "python"), "-m", "bench.overhead.calling", service]
        self._process = subprocess.Popen(
            ["taskset", "--cpu-list", PROCESSOR, *loader(programs, way), *calling],
            cwd=ROOT,
            env=environment_of(programs, folder, way, sink),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> _Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def ask(self, requests: int) -> list[float]:
        """Microseconds of CPU time for a request of each kind."""
        if self._process.stdin is None or self._process.stdout is None:
            raise ValueError("it was started without pipes")
        self._process.stdin.write(f"{requests}\n")
        self._process.stdin.flush()
        spent: list[float] = json.loads(self._process.stdout.readline())
        return spent


def _show(service: str, spent: dict[str, list[list[float]]]) -> None:
    print(f"{service:10}" + "".join(f"{path.partition('?')[0]:>32}" for _, path, _ in CALLS))
    for measure in (min, statistics.median):
        none, agent = ([measure(kind) for kind in zip(*spent[way], strict=True)] for way in WAYS)
        cells = [
            f"{before:.0f} → {after:.0f} µs (+{after - before:.1f})" for before, after in zip(none, agent, strict=True)
        ]
        print(f"{'least' if measure is min else 'median':10}" + "".join(f"{each:>32}" for each in cells))


if __name__ == "__main__":
    main()
