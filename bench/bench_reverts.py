"""From a change that nobody reviewed to its verified revert: `setpoint up` every second, AWS's HTTP API by moto.

Goal: at most two heartbeats for 99 of 100 of 200 random changes. Peer: the same heartbeats while nothing changes, so
that what a revert costs is told.

A change counts the heartbeats that begin after it until its revert is verified, that one included; one that is made
while a heartbeat still reads may be found and reverted by that very heartbeat, and counts none.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml
from demo.aws_server import AwsServer, environment
from demo.production import ACCOUNT, REGION

from bench.shop import Change, Shop
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.store.ledger.opening import open_ledger
from setpoint.wiring.policies import shipped_policies

CHANGES: Final = 200
QUIET_BEATS: Final = 15
SEED: Final = 20
RATE: Final = 3.0
"""Changes a second on average, at random times."""
PATIENCE: Final = 60.0
"""Seconds without any progress after which the run is given up."""
GOAL: Final = 2


@dataclass(frozen=True, slots=True)
class Made:
    """A change."""

    urn: str
    at: datetime


@dataclass(frozen=True, slots=True)
class End:
    """What became of a change."""

    made_at: datetime
    detected_at: datetime
    verified_at: datetime


@dataclass(frozen=True, slots=True)
class Spending:
    """Of the loop's process."""

    beats: int
    cpu: float
    wall: float

    @property
    def period(self) -> float:
        return self.wall / self.beats


class Loop:
    """`setpoint up --only loop --json`, with the CPU that it spent."""

    def __init__(self, folder: Path) -> None:
        self._out = folder / "up.jsonl"
        self.ledger = folder / "setpoint.sqlite"
        with self._out.open("wb") as out, (folder / "up.err").open("wb") as err:
            command = [sys.executable, "-m", "setpoint", "up", "--only", "loop", "--json"]
            self.process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=out, stderr=err)

    def beats(self) -> list[Any]:
        if self.process.poll() is not None:
            raise RuntimeError(f"setpoint up ended with {self.process.returncode}")
        return [json.loads(line) for line in self._out.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]

    def cpu(self) -> float:
        """Seconds, user and system (proc_pid_stat(5), fields 14 and 15)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    with tempfile.TemporaryDirectory() as name, _running(Path(name)) as (shop, loop):
        _await(lambda: len(loop.beats()) >= 2)  # the first of all concludes what the others remember
        assert not _verified(loop), "what is declared is what was made"
        quiet = _spending_of(loop, lambda: _await_beats(loop, QUIET_BEATS))
        made: list[Made] = []
        busy = _spending_of(loop, lambda: _change(shop, loop, made))
        ends = _ends(made, loop)
        started = [datetime.fromisoformat(beat["started_at"]) for beat in loop.beats()]
        kinds = len(shop.changes)
        print(f"{len(shop)} resources, {CHANGES} of {kinds} possible changes, {RATE:g} a second, every one reverted")
    _tell(ends, started)
    for name, spent in (("while nothing changes (peer)", quiet), ("with the changes", busy)):
        cpu = spent.cpu / spent.beats
        print(f"a heartbeat {name}: {cpu * 1e3:.0f} ms of CPU, {spent.period:.2f} s from one to the next")
    more = (busy.cpu - busy.beats * quiet.cpu / quiet.beats) / CHANGES
    print(f"a revert, from finding to verified: {more * 1e3:.0f} ms of CPU more")


def _tell(ends: Sequence[End], started: Sequence[datetime]) -> None:
    beats = [bisect_right(started, end.verified_at) - bisect_right(started, end.made_at) for end in ends]
    recovering = [(end.verified_at - end.made_at).total_seconds() for end in ends]
    reverting = [(end.verified_at - end.detected_at).total_seconds() for end in ends]
    print(f"change to verified:    median {statistics.median(beats):g} heartbeats, p99 {_p99(beats):g}")
    print(f"change to verified:    median {statistics.median(recovering):.2f} s, p99 {_p99(recovering):.2f} s")
    print(f"detection to verified: median {statistics.median(reverting):.2f} s, p99 {_p99(reverting):.2f} s")
    print(f"goal p99 of at most {GOAL} heartbeats: {'met' if _p99(beats) <= GOAL else 'MISSED'}")


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[math.ceil(0.99 * len(values)) - 1]


def _spending_of(loop: Loop, work: Callable[[], None]) -> Spending:
    beats, cpu, at = len(loop.beats()), loop.cpu(), time.monotonic()
    work()
    return Spending(len(loop.beats()) - beats, loop.cpu() - cpu, time.monotonic() - at)


def _change(shop: Shop, loop: Loop, made: list[Made]) -> None:
    """Change by change, at random times, until all are reverted; no resource before it is as declared again."""
    chance = random.Random(SEED)
    for _ in range(CHANGES):
        time.sleep(chance.expovariate(RATE))
        _await(lambda: bool(_at_rest(shop, made, loop)))
        change = chance.choice(_at_rest(shop, made, loop))
        made.append(Made(change.urn, datetime.now(UTC)))
        change.make()
    _await(lambda: len(_verified(loop)) == CHANGES)
    _await_beats(loop, 1)  # a heartbeat is told once it is over


def _at_rest(shop: Shop, made: Sequence[Made], loop: Loop) -> list[Change]:
    under_way = Counter(each.urn for each in made) - Counter(str(each.urn) for each in _verified(loop))
    return [change for change in shop.changes if change.urn not in under_way]


def _verified(loop: Loop) -> Sequence[Remediation]:
    """Raises `RuntimeError` when one came to another end."""
    with closing(open_ledger(str(loop.ledger), read_only=True)) as ledger:
        known = ledger.remediations()
    for each in known:
        if each.state in {RemediationState.ESCALATED, RemediationState.FAILED}:
            raise RuntimeError(f"remediation {each.id} of {each.urn} is {each.state}: {each.reason}")
    return [each for each in known if each.state is RemediationState.VERIFIED]


def _ends(made: Sequence[Made], loop: Loop) -> list[End]:
    """Of each resource the first change goes with the first revert, and so on: it is never changed twice at once."""
    reverts = {each.urn: [one for one in _verified(loop) if one.urn == each.urn] for each in made}
    left = {urn: iter(some) for urn, some in reverts.items()}
    return [
        End(each.at, revert.detected_at, revert.updated_at)
        for each in made
        for revert in itertools.islice(left[each.urn], 1)
    ]


def _await_beats(loop: Loop, number: int) -> None:
    wanted = len(loop.beats()) + number
    _await(lambda: len(loop.beats()) >= wanted)


def _await(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing came of it within {PATIENCE:g} s")
        time.sleep(0.1)


@contextmanager
def _running(folder: Path) -> Iterator[tuple[Shop, Loop]]:
    aws = AwsServer(f"http://127.0.0.1:{_free_port()}", folder / "aws.log")
    aws.start()
    try:
        shop = Shop(aws)
        shop.declare(folder)
        (folder / "setpoint.yaml").write_text(yaml.safe_dump(_settings(aws.url)), encoding="utf-8")
        loop = Loop(folder)
        try:
            yield shop, loop
        finally:
            loop.process.terminate()
            loop.process.wait(timeout=PATIENCE)
    finally:
        aws.stop()


def _settings(url: str) -> dict[str, Any]:
    """Every restraint is out of the way: what is measured is the loop."""
    limits = {"percent": 100, "per_beat": CHANGES, "per_service": CHANGES}
    return {
        "mode": "enforce",
        "aws": {"regions": [REGION], "account": ACCOUNT, "endpoint_url": url},
        "loop": {"interval": "1s", "verify_for": "30s", "retry_after": "200ms"},
        "remediation": {"limits": limits, "guard": {"times": CHANGES}},
        "shipped_policies": False,
        "policies": [str(shipped_policies() / "drift")],
        "intent": [{"cloudformation": "template.json"}, {"terraform": "terraform.tfstate"}],
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
