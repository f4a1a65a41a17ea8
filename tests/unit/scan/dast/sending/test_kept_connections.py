"""Connections that a server closes just as the next request comes."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator

import pytest

from setpoint.model.dast import Sent
from setpoint.scan.dast.sending.connection import Connection
from setpoint.scan.dast.sending.limits import Limits
from setpoint.scan.dast.sending.target import reached, target_of

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@pytest.fixture
def once() -> Iterator[tuple[str, list[bytes]]]:
    """Answers the first request of each connection, and closes it when another comes; with the requests answered."""
    answered: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                answered.append(connection.recv(65_536))
                connection.sendall(ANSWER)
                connection.recv(1)

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", answered
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_on_a_kept_connection_is_answered(once: tuple[str, list[bytes]], method: str) -> None:
    base, answered = once
    connection = Connection(reached(target_of(base)), Limits(rate=100), ssl.create_default_context())
    exchanges = [connection.exchange(Sent(method, f"{base}/{number}")) for number in range(3)]
    connection.close()
    assert [each.answer.status if each.answer else each.failure for each in exchanges] == [200, 200, 200]
    told = [request.split()[1] for request in answered if request]
    assert told == [b"/0", b"/1", b"/2"], "each was taken once"
