"""Durable ingest of 350-byte events in batches of 1,000, against PostgreSQL `COPY` and SQLite with such batches.

Goals: 60,000 events a second to the journal, 40,000 through to the lake, on a quiet machine with two cores.

A batch is on the disk before its sender sends the next: one sync a batch, on either side. Events a second are given by
the clock, and by the CPU seconds of whoever stores them. Three pairs do the same: appending lines as they are; reading,
checking and appending events of which each is there once; and, without a peer, all of it over HTTP, where the lake is
filled by the same process at the same time. Senders are processes of their own.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from socket import AF_UNIX, socket
from typing import Any, Final

import orjson

from bench.postgres import POSTGRES, PostgresServer, has_postgres, postgres_server
from setpoint.ingest.cloudevents import EventReader
from setpoint.settings.ingest import IngestBounds
from setpoint.store.journal.journal import open_journal
from setpoint.store.journal.limits import JournalLimits

EVENTS: Final = 200_000
BATCH: Final = 1_000
BYTES: Final = 350
SENDERS: Final = 2
PROGRAM: Final = Path(__file__).parents[1] / "tests" / "assets" / "ingest" / "ingest_process.py"

JOURNAL_GOAL, LAKE_GOAL = 60_000, 40_000


@dataclass(frozen=True, slots=True)
class Speed:
    wall: float
    """Events a second."""
    cpu: float
    """Events a CPU second of whoever stores them."""


def main() -> None:
    if len(sys.argv) > 1:
        _send(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
        return
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent, prefix=".run-") as folder:
        base = Path(folder)
        bare, checked = _journal(base)
        ingested, through = _http(base)
        sqlite = _sqlite(base)
    rows, documents = _postgres() or (None, None)
    print("lines as they are:")
    _show("the journal", bare)
    _show("SQLite", sqlite, bare)
    _show("PostgreSQL, COPY of text", rows, bare)
    print("events read, checked, each there once:")
    _show("ingest and the journal", checked)
    _show("PostgreSQL, COPY of JSONB with a primary key", documents, checked)
    print("over HTTP:")
    _show("into the journal, the lake filling", ingested)
    _show("through to the lake", through)
    # By the clock and over HTTP, the harder way to measure both.
    met = ingested.wall >= JOURNAL_GOAL and through.wall >= LAKE_GOAL
    print(f"goals ({JOURNAL_GOAL:,}/s to the journal, {LAKE_GOAL:,}/s to the lake): {'met' if met else 'MISSED'}")


def _show(name: str, speed: Speed | None, ours: Speed | None = None) -> None:
    if speed is None:
        print(f"  {name:45} not there")
        return
    ratio = (
        f"; ours / theirs: {ours.wall / speed.wall:.2f} by the clock, {ours.cpu / speed.cpu:.2f} by CPU" if ours else ""
    )
    print(f"  {name:45} {speed.wall:9,.0f} events/s, {speed.cpu:9,.0f} a CPU second{ratio}")


def _lines(first: int, count: int) -> list[bytes]:
    """Events of the size that is measured."""
    lines = []
    for number in range(first, first + count):
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": f"{number:032x}",
            "source": "https://shop.example/checkout",
            "type": "com.example.request.blocked",
            "time": "2026-11-22T23:58:59.123456Z",
            "subject": "GET /orders/17",
            "service": "checkout",
            "data": {"rule": "sqli", "ip": "203.0.113.7", "status": 403, "path": "/orders/17", "padding": ""},
        }
        event["data"]["padding"] = "x" * (BYTES - len(orjson.dumps(event)))
        lines.append(orjson.dumps(event))
    assert {len(line) for line in lines} == {BYTES}
    return lines


def bodies(first: int, count: int) -> list[bytes]:
    """So many events, in batches."""
    return [b"\n".join(_lines(start, BATCH)) for start in range(first, first + count, BATCH)]


def _measured(work: Callable[[], None], cpu: Callable[[], float] = time.process_time) -> Speed:
    wall, before = time.perf_counter(), cpu()
    work()
    return Speed(EVENTS / (time.perf_counter() - wall), EVENTS / (cpu() - before))


def _journal(base: Path) -> tuple[Speed, Speed]:
    """Appending alone, and with reading and checking before it."""
    made = bodies(0, EVENTS)
    batches = [EventReader(IngestBounds(), None, datetime.now(UTC)).lines(body) for body in made]
    with closing(open_journal(base / "bare", JournalLimits())) as journal:

        def append() -> None:
            for batch in batches:
                journal.append(batch, datetime.now(UTC))

        bare = _measured(append)
    with closing(open_journal(base / "checked", JournalLimits())) as journal:

        def read_and_append() -> None:
            for body in made:
                now = datetime.now(UTC)
                journal.append(EventReader(IngestBounds(), None, now).lines(body), now)

        return bare, _measured(read_and_append)


def _http(base: Path) -> tuple[Speed, Speed]:
    """Until the last batch is acknowledged, and until the last one is in the lake."""
    (base / "setpoint.yaml").write_text(
        "aws: {regions: [eu-west-1], account: '123456789012'}\nintent: [{terraform: none.tfstate}]\n"
    )
    # The path of a socket is short.
    with tempfile.TemporaryDirectory() as short:
        path = f"{short}/ingest.sock"
        command = [sys.executable, str(PROGRAM), str(base / "setpoint.yaml"), path]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            senders = [_sender(path, number) for number in range(SENDERS)]
            wall, cpu = time.perf_counter(), _cpu_of_tree(process.pid)

            def so_far() -> Speed:
                return Speed(EVENTS / (time.perf_counter() - wall), EVENTS / (_cpu_of_tree(process.pid) - cpu))

            for each in senders:
                assert each.stdin
                each.stdin.close()
            assert [each.wait() for each in senders] == [0] * SENDERS
            ingested = so_far()
            while _taken(path) < EVENTS:
                time.sleep(0.01)
            through = so_far()
            process.terminate()
    return ingested, through


def _sender(path: str, number: int) -> subprocess.Popen[bytes]:
    """One that has made its events, and sends them once its input is closed."""
    share = EVENTS // SENDERS
    command = [sys.executable, "-m", "bench.bench_ingest", path, str(number * share), str(share)]
    sender = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert sender.stdout
    sender.stdout.readline()
    return sender


class _UnixConnection(HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("ingest")
        self._path = path

    def connect(self) -> None:
        self.sock = socket(AF_UNIX)
        self.sock.connect(self._path)


def _send(path: str, first: int, count: int) -> None:
    """What a sender does."""
    made = bodies(first, count)
    sys.stdout.write("made\n")
    sys.stdout.flush()
    sys.stdin.read()
    with closing(_UnixConnection(path)) as connection:
        for body in made:
            connection.request("POST", "/ingest", body, {"content-type": "application/x-ndjson"})
            answer = connection.getresponse()
            assert orjson.loads(answer.read())["appended"] == BATCH


def _taken(path: str) -> int:
    with closing(_UnixConnection(path)) as connection:
        connection.request("GET", "/health")
        return int(orjson.loads(connection.getresponse().read())["measures"]["taken_offset"])


def _cpu_of(pid: int) -> float:
    """Seconds, user and system (proc_pid_stat(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _sqlite(base: Path) -> Speed:
    batches = [_lines(start, BATCH) for start in range(0, EVENTS, BATCH)]
    with closing(sqlite3.connect(base / "peer.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE events (number INTEGER PRIMARY KEY, line BLOB NOT NULL)")

        def insert() -> None:
            for batch in batches:
                connection.execute("BEGIN")
                connection.executemany("INSERT INTO events (line) VALUES (?)", ((line,) for line in batch))
                connection.execute("COMMIT")

        return _measured(insert)


def _postgres() -> tuple[Speed, Speed] | None:
    """Lines as text, and as documents under a key; None where there is no PostgreSQL."""
    if not has_postgres():
        print(f"PostgreSQL is not compared: there is none in {POSTGRES}")
        return None
    batches = [_lines(start, BATCH) for start in range(0, EVENTS, BATCH)]
    texts = [b"".join(line + b"\n" for line in batch) for batch in batches]
    documents = [b"".join(_keyed(line) for line in batch) for batch in batches]
    with postgres_server() as server:
        return (
            _copied(server, "line TEXT NOT NULL", texts),
            _copied(server, "source TEXT, id TEXT, line JSONB NOT NULL, PRIMARY KEY (source, id)", documents),
        )


def _keyed(line: bytes) -> bytes:
    event = orjson.loads(line)
    return b"\t".join((event["source"].encode(), event["id"].encode(), line)) + b"\n"


def _copied(server: PostgresServer, columns: str, batches: Sequence[bytes]) -> Speed:
    import psycopg

    with psycopg.connect(server.address, autocommit=True) as connection:
        connection.execute(f"DROP TABLE IF EXISTS events; CREATE TABLE events ({columns})".encode())

        def copy() -> None:
            for batch in batches:
                with connection.cursor().copy("COPY events FROM STDIN") as rows:
                    rows.write(batch)

        return _measured(copy, lambda: _cpu_of_tree(server.pid))


def _cpu_of_tree(pid: int) -> float:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return _cpu_of(pid) + sum(_cpu_of(int(each)) for each in children)


if __name__ == "__main__":
    main()
