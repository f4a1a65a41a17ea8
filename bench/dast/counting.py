"""A forward proxy that counts what goes through it: how many requests a peer sends, of which it keeps no count.

It gives each request a connection of its own, so that each is seen. Plain HTTP only.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Final
from urllib.parse import urlsplit

_LARGEST: Final = 64 * 1024
_PATIENCE: Final = 60.0
"""Seconds without a byte from the target."""
_OF_THE_CONNECTION: Final = (b"connection:", b"proxy-connection:", b"keep-alive:")


class CountingProxy(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Relay)
        self.count = 0
        self._counting = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def counted(self) -> None:
        with self._counting:
            self.count += 1

    def handle_error(self, request: object, client_address: object) -> None:
        """A side that hangs up is part of the game."""


class _Relay(StreamRequestHandler):
    server: CountingProxy

    def handle(self) -> None:
        method, _, rest = self.rfile.readline(_LARGEST).partition(b" ")
        url, _, version = rest.rstrip().rpartition(b" ")
        parts = urlsplit(url)
        if parts.hostname is None:
            return
        self.server.counted()
        path = url.split(b"/", 3)[3:] or [b""]
        host, port = parts.hostname.decode(), parts.port or 80
        with socket.create_connection((host, port), timeout=_PATIENCE) as target:
            target.sendall(method + b" /" + path[0] + b" " + version + b"\r\n" + self._head())
            threading.Thread(target=self._pass_body, args=(target,), daemon=True).start()
            self._pass_answer(target)

    def _head(self) -> bytes:
        """The request's fields, without what is about the connection to us."""
        lines = []
        while (line := self.rfile.readline(_LARGEST)).strip():
            if not line.lower().startswith(_OF_THE_CONNECTION):
                lines.append(line)
        return b"".join(lines) + b"Connection: close\r\n\r\n"

    def _pass_body(self, target: socket.socket) -> None:
        with suppress(OSError, ValueError):  # closed once the answer is there
            while block := self.rfile.read1(_LARGEST):
                target.sendall(block)

    def _pass_answer(self, target: socket.socket) -> None:
        with target.makefile("rb") as answer:
            self.wfile.write(answer.readline(_LARGEST))
            while (line := answer.readline(_LARGEST)).strip():
                if not line.lower().startswith(_OF_THE_CONNECTION):
                    self.wfile.write(line)
            self.wfile.write(b"Connection: close\r\n\r\n")
            while block := answer.read1(_LARGEST):
                self.wfile.write(block)
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def counting_proxy() -> Iterator[CountingProxy]:
    with CountingProxy() as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
