"""One exchange with whatever is at the other end: whole, or an error, within its deadline."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from setpoint_agent.reporting.exchange import LARGEST_ANSWER, Answer, post

Talk = Callable[[socket.socket], None]


@contextmanager
def talking(talk: Talk) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                while b"\r\n\r\n" not in line.recv(65_536):
                    pass
                try:
                    talk(line)
                except OSError:  # the other side has gone
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def ask(talk: Talk, seconds: float = 5.0) -> Answer:
    with talking(talk) as port:
        return post("127.0.0.1", port, "/v1", {"A": "b"}, b"body", seconds=seconds)


@pytest.mark.parametrize(
    ("raw", "content"),
    [
        (b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.0 202\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: Chunked\r\n\r\n1;x=y\r\n{\r\n1\r\n}\r\n0\r\n\r\n", b"{}"),
        (b"HTTP/1.1 202 Accepted\r\nRetry-After:  7 \r\n\r\n", b""),
    ],
)
def test_an_answer_is_read(raw: bytes, content: bytes) -> None:
    answer = ask(lambda line: line.sendall(raw))
    assert (answer.status, answer.content) == (202, content)
    assert answer.headers.get("retry-after", "7") == "7"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"garbage",
        b"HTTP/1.1 202 Accepted\r\nContent-Le",
        b"HTTP/2 202\r\n\r\n",
        b"HTTP/1.1 ok\r\n\r\n",
        b"HTTP/1.1 202\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 202\r\nContent-Length: many\r\n\r\n{}",
        b"HTTP/1.1 202\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
        b"HTTP/1.1 202\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{}",
        b"HTTP/1.1 202\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        b"\xff" * (LARGEST_ANSWER + 1),
    ],
)
def test_what_is_no_whole_answer_is_an_error(raw: bytes) -> None:
    with pytest.raises((ValueError, OSError)):
        ask(lambda line: line.sendall(raw))


def test_an_answer_in_drops_ends_at_the_deadline() -> None:
    def drip(line: socket.socket) -> None:
        for _ in range(1_000):
            line.sendall(b"H")
            time.sleep(0.01)

    began = time.monotonic()
    with pytest.raises((ValueError, OSError)):
        ask(drip, seconds=0.2)
    assert time.monotonic() - began < 5


def test_a_line_that_stays_open_is_not_waited_for_in_vain() -> None:
    def answer_and_stay(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 202\r\nContent-Length: 2\r\n\r\n{}")
        line.recv(1)

    assert ask(answer_and_stay, seconds=0.2).content == b"{}"


def test_nobody_there_is_an_error() -> None:
    with pytest.raises(OSError, match="refused"):
        post("127.0.0.1", 1, "/v1", {}, b"", seconds=1)
