"""Callers that are slow, huge, or send what is nothing, by the thousand, through the server of `setpoint up`."""

from __future__ import annotations

import gzip
import json
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest
from tests.e2e.account import free_port
from tests.e2e.program import Setpoint, eventually
from tests.under_load import EVENTS, LAKE, LINES, Processes, batch, configure, in_the_lake, issue

from setpoint.files import allow_open_files
from setpoint.model.health import Duty

SLOW: Final = 1_000
FEW: Final = 10
"""That were hung up on, since more would be more connections than the server has at one time."""
BURST: Final = 200
"""Calls that one token may make at once."""
FILES: Final = SLOW + 500
"""That a process of a thousand connections has open."""
BOUND: Final = 3.0
"""Seconds for a gate's answer on a busy machine with two cores; undisturbed it takes a hundredth of that."""

DEATHS: Final = 3
"""Of the lake, one after the other: it is opened again after half a second, one, and two."""

DEEP: Final = b'{"a":' * 10_000 + b"1" + b"}" * 10_000


@dataclass
class Served:
    url: str
    port: int
    token: str
    others: str
    """Another token."""
    processes: Processes

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=60)

    def gate(self, client: httpx.Client) -> float:
        """Seconds until a gate's answer."""
        began = time.monotonic()
        answer = client.post("/v1/gate", json={"service": "shop", "version": "1"})
        assert answer.status_code == 200, answer.text
        return time.monotonic() - began


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    setpoint, port = Setpoint(tmp_path_factory.mktemp("served"), f"http://127.0.0.1:{free_port()}"), free_port()
    configure(setpoint, port, limits={"rate": 50, "burst": BURST})
    token = issue(setpoint, "operate", "ingest")
    processes = Processes(setpoint, Duty.SERVER, Duty.INGEST)
    try:
        processes.await_up()
        yield Served(f"http://127.0.0.1:{port}", port, token, issue(setpoint, "ingest"), processes)
        assert processes.stop() == 0
    finally:
        processes.end()


def _heads(_token: str) -> bytes:
    return b"POST /v1/gate HTTP/1.1\r\nHost: setpoint\r\nX-Slow: "


def _bodies(token: str) -> bytes:
    head = f"POST /v1/ingest HTTP/1.1\r\nHost: setpoint\r\nAuthorization: Bearer {token}\r\n"
    return f"{head}Content-Type: application/x-ndjson\r\nContent-Length: 1000\r\n\r\n{{".encode()


def _handshakes(_token: str) -> bytes:
    return b""


@pytest.mark.parametrize(
    ("beginning", "at_once"),
    [(_handshakes, SLOW - FEW), (_heads, SLOW - FEW), (_bodies, BURST)],
    ids=["handshakes", "heads", "bodies"],
)
def test_a_thousand_slow_callers_keep_no_gate_waiting(
    served: Served, beginning: Callable[[str], bytes], at_once: int
) -> None:
    """Who has a token and asks that often is refused before his body is read."""
    pids, done = served.processes.await_up(), threading.Event()
    with ExitStack() as stack, served.client() as client:
        slow = [stack.enter_context(_connected(served.port, beginning(served.others))) for _ in range(SLOW)]
        assert served.gate(client) < BOUND
        assert sum(map(_is_open, slow)) >= at_once
        drip = threading.Thread(target=_drip, args=(slow, done))
        drip.start()
        stack.callback(drip.join)
        stack.callback(done.set)
        assert max(served.gate(client) for _ in range(30)) < BOUND
        answer = client.post("/v1/ingest", content=batch(0, 0), headers=LINES)
        assert answer.status_code == 200, answer.text
    assert served.processes.await_up() == pids


@pytest.fixture(autouse=True)
def _many_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < FILES:
        pytest.skip(f"a process may have no more than {before[1]} files open here")
    allow_open_files(FILES)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def _is_open(connection: socket.socket) -> bool:
    """Nothing was said to it, not even that it is over."""
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _connected(port: int, beginning: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.sendall(beginning)
    connection.setblocking(False)
    return connection


def _drip(connections: Sequence[socket.socket], done: threading.Event) -> None:
    """A byte now and then, until they are hung up on."""
    while not done.wait(1.0):
        for each in connections:
            try:
                each.send(b"x")
            except OSError:
                continue


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b" " * 100_000_000, {}, 413),
        (gzip.compress(b" " * 100_000_000), {"Content-Encoding": "gzip"}, 413),
        (gzip.compress(gzip.compress(bytes(1_000_000_000), 1), 1), {"Content-Encoding": "gzip"}, 400),
        (b"\x1f\x8b nonsense", {"Content-Encoding": "gzip"}, 400),
        (DEEP, {}, 400),
        (b'{"specversion":"1.0","id":"\xff\xfe","source":"/s","type":"t"}', {}, 400),
        (b'{"specversion":"1.0","id":"1","source":"/s","type":"t","data":NaN}', {}, 400),
        (b'{"specversion":"1.0","id":"1","source":"/s","type":"t","data":1e999}', {}, 400),
    ],
    ids=["100 MB", "bomb", "bomb in a bomb", "no gzip", "depth 10,000", "no UTF-8", "NaN", "infinite"],
)
def test_what_is_no_event_is_refused_and_harms_nobody(
    served: Served, content: bytes, headers: dict[str, str], status: int
) -> None:
    pids = served.processes.await_up()
    with served.client() as client:
        before = in_the_lake(served.url, served.token)
        answer = client.post("/v1/ingest", content=content, headers={**LINES, **headers})
        assert answer.status_code == status
        assert answer.json()["what"]
        assert served.gate(client) < BOUND
        assert in_the_lake(served.url, served.token) == before
    assert served.processes.await_up() == pids


@pytest.mark.parametrize(
    "content", [DEEP, b'{"service": "shop", "version": NaN}', b'{"service": "\xff"}', b" " * 2**24]
)
def test_nor_does_a_gate_take_it(served: Served, content: bytes) -> None:
    with served.client() as client:
        answer = client.post("/v1/gate", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code in {400, 413, 422}
        assert answer.json()["what"]
        assert served.gate(client) < BOUND


def test_the_end_of_the_lake_stops_no_ingest(served: Served) -> None:
    """As it ends itself where a query takes all memory."""
    pids = served.processes.await_up()
    with served.client() as client:
        (count, _) = in_the_lake(served.url, served.token)
        for number in range(100, 100 + DEATHS):
            served.processes.kill(LAKE)
            answer = client.post("/v1/ingest", content=batch(1, number), headers=LINES)
            assert answer.status_code == 200, answer.text
    wanted = count + DEATHS * EVENTS
    eventually("the lake is back, and has all", lambda: in_the_lake(served.url, served.token) == (wanted, wanted))
    assert served.processes.await_up() == pids


def test_who_sent_an_event_is_known(served: Served, tmp_path: Path) -> None:
    with served.client() as client:
        event = {"specversion": "1.0", "id": "whose", "source": "/s", "type": "t"}
        assert client.post("/v1/ingest", content=json.dumps(event), headers=LINES).status_code == 200
        ask = {"sql": "SELECT sender FROM signals WHERE id = 'whose'"}
        eventually("it is in the lake", lambda: client.post("/v1/signals/query", json=ask).json().get("rows"))
        assert client.post("/v1/signals/query", json=ask).json()["rows"] == [["token:operate-ingest"]]
