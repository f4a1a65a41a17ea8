"""SIGKILL at any moment: what was acknowledged is there, and nothing is there twice."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final

import pytest
from httpx import Client, HTTPTransport, TransportError

from setpoint.store.journal.journal import open_journal
from setpoint.store.journal.limits import JournalLimits

ASSETS: Final = Path(__file__).parents[1] / "assets" / "ingest"
PATIENCE: Final = 60.0
LINES: Final = {"content-type": "application/x-ndjson"}
SENDERS, BATCHES, EVENTS, KILLS = 3, 40, 50, 5

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and unix sockets")


def _live(folder: Path, moment: int) -> list[tuple[int, int]]:
    """(batch, its last offset) of what was acknowledged."""
    command = [sys.executable, str(ASSETS / "mortal_journal.py"), str(folder), str(moment)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode in (0, -9), done.stderr
    return [(int(batch), int(offset)) for batch, offset in (line.split() for line in done.stdout.splitlines())]


def test_a_journal_that_is_killed_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    def check(moment: int) -> bool:
        folder = tmp_path / str(moment)
        acknowledged = _live(folder, moment)
        journal = open_journal(folder, JournalLimits())
        found = [each.offset for each in journal.read(0, 1000)]
        journal.close()
        assert found == list(range(1, len(found) + 1)), moment
        assert len(found) in (5 * len(acknowledged), 5 * len(acknowledged) + 5), moment
        # Whoever comes next sends everything again: each event is there once.
        again = _live(folder, 0)
        assert [batch for batch, _ in again] == list(range(4)), moment
        journal = open_journal(folder, JournalLimits())
        assert [each.offset for each in journal.read(0, 1000)] == list(range(1, 21)), moment
        assert journal.damage() == [], moment
        journal.close()
        return len(acknowledged) == 4

    with ThreadPoolExecutor(2) as pool:
        outlived = list(pool.map(check, range(1, 48)))
    assert not outlived[0]
    assert outlived[-1]


class Ingest:
    """The process, started again after every death."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "run" / "ingest.sock"
        self._config = folder / "setpoint.yaml"
        self._config.write_text(
            "aws: {regions: [eu-west-1], account: '123456789012'}\nintent: [{terraform: none.tfstate}]\n"
        )
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, str(ASSETS / "ingest_process.py"), str(self._config), str(self.socket)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        return process

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)

    def restart(self) -> None:
        self.process = self._start()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=10)

    def client(self) -> Client:
        return Client(transport=HTTPTransport(uds=str(self.socket)), base_url="http://ingest", timeout=PATIENCE)


@pytest.fixture
def ingest(tmp_path: Path) -> Iterator[Ingest]:
    ingest = Ingest(tmp_path)
    yield ingest
    ingest.kill()


def _eventually(condition: Callable[[], Any]) -> Any:
    for _ in range(int(PATIENCE / 0.05)):
        if found := condition():
            return found
        threading.Event().wait(0.05)
    raise AssertionError


def _batch(sender: int, number: int) -> bytes:
    events = (
        {"specversion": "1.0", "id": f"{number}-{each}", "source": f"/sender/{sender}", "type": "test", "data": each}
        for each in range(EVENTS)
    )
    return b"".join(json.dumps(each).encode() + b"\n" for each in events)


def _measures(client: Client) -> dict[str, int]:
    measures: dict[str, int] = client.get("/health").json()["measures"]
    return measures


def test_a_process_that_is_killed_loses_nothing_and_repeats_nothing(ingest: Ingest) -> None:
    def send(sender: int) -> None:
        for number in range(BATCHES):
            while not _acknowledged(ingest.socket, _batch(sender, number)):
                threading.Event().wait(0.02)

    chance = random.Random(7)  # noqa: S311 (seeded, so that every run is the same)
    with ThreadPoolExecutor(SENDERS) as pool:
        sending = [pool.submit(send, sender) for sender in range(SENDERS)]
        for _ in range(KILLS):
            threading.Event().wait(chance.uniform(0.0, 0.15))
            ingest.kill()
            ingest.restart()
        for each in sending:
            each.result(timeout=PATIENCE)
    total = SENDERS * BATCHES * EVENTS
    with ingest.client() as client:
        _eventually(lambda: _measures(client)["taken_offset"] == total)
        sql = 'SELECT count(*), count(DISTINCT source || id), min("offset"), max("offset") FROM signals'
        answer = client.post("/query", json={"sql": sql}).json()
        assert answer["rows"] == [[total, total, 1, total]]
        assert client.get("/health").json()["problems"] == []
    assert ingest.stop() == 0
    assert not ingest.socket.exists()


class _Connection(HTTPConnection):
    """Without httpx, which leaves the socket of a connection that was refused to the garbage collector."""

    def __init__(self, path: Path) -> None:
        super().__init__("ingest", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _acknowledged(path: Path, body: bytes) -> bool:
    with closing(_Connection(path)) as connection:
        try:
            connection.request("POST", "/ingest", body, LINES)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False


def test_only_its_user_reaches_it(ingest: Ingest, tmp_path: Path) -> None:
    assert ingest.socket.stat().st_mode & 0o777 == 0o600
    assert ingest.socket.parent.stat().st_mode & 0o777 == 0o700
    another = [sys.executable, str(ASSETS / "ingest_process.py"), str(tmp_path / "setpoint.yaml"), str(ingest.socket)]
    refused = subprocess.run(another, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert refused.returncode == 1
    assert "another process has" in refused.stderr
    with ingest.client() as client:
        assert client.get("/health").status_code == 200


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_of_100_mb_is_refused_before_it_arrived(ingest: Ingest, announced: bool) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(1600):
            yield b" " * 65536

    headers = {**LINES, "content-length": str(1600 * 65536)} if announced else LINES
    with ingest.client() as client:
        answer = client.post("/ingest", content=pieces(), headers=headers)
        assert answer.status_code == 413
        assert answer.json()["what"] == "the body has more than 16,777,216 bytes"
        assert client.get("/health").json()["measures"]["bytes"] == 0


def test_it_stops_while_a_body_arrives_and_a_query_runs(ingest: Ingest) -> None:
    never_ends = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

    def slow() -> Iterator[bytes]:
        while ingest.process.poll() is None:
            yield b" "
            threading.Event().wait(0.05)

    def call(path: str, **request: Any) -> None:
        with ingest.client() as client, suppress(TransportError):
            assert client.post(path, **request).status_code >= 400

    with ThreadPoolExecutor(2) as pool:
        calls = [
            pool.submit(call, "/ingest", content=slow(), headers=LINES),
            pool.submit(call, "/query", json={"sql": never_ends, "timeout": 60}),
        ]
        threading.Event().wait(0.5)
        assert ingest.stop() == 0
        for each in calls:
            each.result(timeout=PATIENCE)
