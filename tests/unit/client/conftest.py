from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# These tests are not installed, and pytest's importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parents[3]))

import pytest
from tests.unit.client.canned import Asked, Canned, Connect

from setpoint.client.connection import Connection
from setpoint.client.server import Server

SHOWN = "secret"


@pytest.fixture
def server() -> Iterator[Canned]:
    canned = Canned()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            canned.asked.append(Asked(self.command, self.path, dict(self.headers), body))
            told = canned.next()
            if told.cut:
                self.close_connection = True
                return
            if told.hold is not None:
                told.hold.wait(10)
            self.send_response(told.status)
            for name, value in {"Content-Length": str(len(told.body)), **told.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.body)

        do_POST = do_DELETE = do_GET  # noqa: N815 (their names in the base class)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name in the base class)
            """Nothing: the tests look at what was asked."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        canned.url = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield canned
        listening.shutdown()
        thread.join()


@pytest.fixture
def waited() -> list[float]:
    """How long a connection would have waited between its attempts."""
    return []


@pytest.fixture
def connect(server: Canned, waited: list[float]) -> Iterator[Connect]:
    """Makes a connection to the canned server."""
    made: list[Connection] = []

    def to_it(token: str = SHOWN) -> Connection:
        made.append(Connection(Server(server.url, token), sleep=waited.append))
        return made[-1]

    yield to_it
    for each in made:
        each.__exit__()
