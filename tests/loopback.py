"""A stand-in's HTTP server on loopback: answers, or hands on to the endpoint that it stands in front of."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class StandIn(BaseHTTPRequestHandler):
    """Every method comes to `answer`; a subclass says what that does."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST  # noqa: N815 - the names that http.server calls

    def answer(self, body: bytes) -> None:
        raise NotImplementedError

    def reply(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handed_on(self, endpoint: str, body: bytes) -> tuple[int, bytes, str]:
        """What that endpoint answers: as `reply` takes it."""
        connection = HTTPConnection(urlsplit(endpoint).netloc, timeout=60)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            return response.status, response.read(), response.headers.get("Content-Type", "")
        finally:
            connection.close()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving_by(handler: type[StandIn]) -> Iterator[str]:
    """Behind a real socket, for as long as the block lasts; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
