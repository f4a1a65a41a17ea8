"""A process that ends cuts off no call that is on its way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from setpoint.serving import Serving

REQUEST = b"GET / HTTP/1.1\r\nHost: server\r\n\r\n"


async def application(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


class Served:
    def __init__(self, address: tuple[str, int], stop: threading.Event) -> None:
        self._address = address
        self.stop = stop

    def connect(self) -> socket.socket:
        return socket.create_connection(self._address, timeout=10)

    def await_end(self) -> None:
        """Until it takes no connection any more."""
        while True:
            try:
                self.connect().close()
            except ConnectionResetError:
                continue  # it was closed while this one waited to be accepted
            except ConnectionRefusedError:
                return


@contextmanager
def serving() -> Iterator[Served]:
    stop, ready = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        address = listener.getsockname()
        server = Serving(application, stop.is_set, ready.set, lifespan="off", timeout_graceful_shutdown=5)
        running = pool.submit(server.run, sockets=[listener])
        assert ready.wait(10)
        try:
            yield Served(address, stop)
        finally:
            stop.set()
            running.result(10)


def answer_to(caller: socket.socket) -> bytes:
    caller.sendall(REQUEST)
    answered = b""
    while not answered.endswith(b"ok"):
        answered += caller.recv(4096)
    return answered


def test_who_is_connected_is_answered_once_more_and_told_to_go() -> None:
    with serving() as served, served.connect() as new, served.connect() as kept:
        assert b"connection: close" not in answer_to(kept)
        served.stop.set()
        served.await_end()
        for caller in (new, kept):
            assert b"connection: close" in answer_to(caller)
            assert caller.recv(1) == b""


def test_who_says_nothing_holds_nobody_up() -> None:
    with serving() as served, served.connect() as silent:
        served.stop.set()
        assert silent.recv(1) == b""
