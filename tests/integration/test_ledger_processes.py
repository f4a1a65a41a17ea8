"""The ledger between real processes: leases, fencing, and readers beside a writer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from setpoint.errors import FencedError, LeaseHeldError
from setpoint.model.service import Service
from setpoint.store.ledger.opening import open_ledger

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TTL = 3600.0

WORKER = f"""
import sys
from datetime import datetime
from setpoint.errors import Error
from setpoint.model.service import Service
from setpoint.store.ledger.opening import open_ledger

now = datetime.fromisoformat({NOW.isoformat()!r})
print("ready", flush=True)
sys.stdin.readline()
try:
    ledger = open_ledger(sys.argv[1])
    lease, writer = ledger.acquire("aws", now, {TTL})
    print("holds", lease.token, flush=True)
    for line in sys.stdin:
        writer.put_services([Service(line.strip())])
        print("wrote", flush=True)
    ledger.release(lease)
    ledger.close()
except Error as error:
    print(type(error).__name__, error, flush=True)
"""
"""Takes the lease at its first line of input, writes a service for every further one, and gives the lease back."""


class Worker:
    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def start(self) -> str:
        assert self.said() == "ready"
        self.tell("go")
        return self.said()

    def close(self) -> None:
        with self.process:
            self.process.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def worker(path: Path) -> Iterator[Worker]:
    with closing(Worker(path)) as started:
        yield started


def test_of_many_that_start_at_once_one_gets_the_lease(path: Path) -> None:
    with ExitStack() as stack:
        workers = [stack.enter_context(closing(Worker(path))) for _ in range(4)]
        for each in workers:
            assert each.said() == "ready"
        for each in workers:
            each.tell("go")
        said = sorted(each.said() for each in workers)
    assert [line.split()[0] for line in said] == ["LeaseHeldError"] * 3 + ["holds"]


def test_a_second_worker_is_told_who_holds_the_lease(path: Path, worker: Worker) -> None:
    assert worker.start() == "holds 1"
    with closing(open_ledger(str(path))) as ledger, pytest.raises(LeaseHeldError) as caught:
        ledger.acquire("aws", NOW, TTL)
    assert f":{worker.process.pid} works on 'aws'" in caught.value.what


def test_a_killed_workers_lease_is_free_at_once(path: Path, worker: Worker) -> None:
    assert worker.start() == "holds 1"
    worker.tell("payments")
    assert worker.said() == "wrote"
    worker.process.send_signal(signal.SIGKILL)
    worker.process.wait()
    with closing(open_ledger(str(path))) as ledger:
        lease, _ = ledger.acquire("aws", NOW + timedelta(seconds=1), TTL)
        assert lease.token == 2
        assert [each.name for each in ledger.services()] == ["payments"]
        assert ledger.broken_audit_rows() == []


def test_a_worker_that_ends_well_gives_its_lease_back(path: Path, worker: Worker) -> None:
    assert worker.start() == "holds 1"
    assert worker.process.stdin is not None
    worker.process.stdin.close()
    assert worker.process.wait() == 0
    with closing(open_ledger(str(path))) as ledger:
        assert ledger.acquire("aws", NOW, TTL)[0].token == 2


def test_a_worker_that_slept_through_its_lease_writes_nothing(path: Path, worker: Worker) -> None:
    assert worker.start() == "holds 1"
    os.kill(worker.process.pid, signal.SIGSTOP)
    with closing(open_ledger(str(path))) as ledger:
        ledger.acquire("aws", NOW + timedelta(seconds=TTL), TTL)
        os.kill(worker.process.pid, signal.SIGCONT)
        worker.tell("payments")
        assert worker.said().startswith(FencedError.__name__)
        assert ledger.services() == []


def test_readers_go_on_while_another_process_writes(path: Path, worker: Worker) -> None:
    assert worker.start() == "holds 1"
    with closing(open_ledger(str(path), read_only=True)) as reader, closing(open_ledger(str(path))) as other:
        visitor = other.visitor()
        with visitor.transaction():
            visitor.put_services([Service("orders")])
            assert reader.services() == []
        worker.tell("payments")
        assert worker.said() == "wrote"
        assert [each.name for each in reader.services()] == ["orders", "payments"]
