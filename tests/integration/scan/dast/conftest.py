"""Targets that behave badly, as plain sockets on the loopback: each answers every request in its own way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

Answer = Callable[[socket.socket, bytes], None]
"""Writes to a connection what answers a request, of which it gets the bytes."""


@pytest.fixture
def hostile() -> Iterator[Callable[[Answer], str]]:
    """Serves whatever the function writes for each request, until the test ends; gives the base address."""
    listeners: list[socket.socket] = []

    def serve(answer: Answer) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=_accept, args=(listener, answer), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield serve
    for each in listeners:
        each.close()


def _accept(listener: socket.socket, answer: Answer) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # the test is over
            return
        threading.Thread(target=_answer, args=(connection, answer), daemon=True).start()


def _answer(connection: socket.socket, answer: Answer) -> None:
    with connection:
        try:
            request = b""
            while not request.endswith(b"\r\n\r\n"):
                request += connection.recv(65_536)
            answer(connection, request)
        except OSError:  # the other end had enough
            pass
