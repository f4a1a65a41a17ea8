"""What is sent is what is written, octet for octet: seen by a socket that keeps it."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.iast.cases import Request
from bench.iast.sending import BOUNDARY, Answer, send

PLAIN = b"HTTP/1.1 202 Accepted\r\nX-Seen: one\r\nX-Seen: two\r\nContent-Length: 4\r\n\r\ndone"
UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
SAID = b"\x81\x05hello" + b"\x89\x00" + b"\x82\x7e\x00\x82" + b"x" * 130 + b"\x88\x00"
"""A text, a ping, a longer message of octets, and the end."""


Turn = tuple[bytes, bytes]
"""What is awaited, and what is answered to it."""


@contextmanager
def keeping(*turns: Turn) -> Iterator[tuple[int, list[bytes]]]:
    """The port of a server that has one conversation; and what it saw in each turn."""
    kept: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        worker = threading.Thread(target=_serve, args=(server, turns, kept))
        worker.start()
        try:
            yield server.getsockname()[1], kept
        finally:
            worker.join()


def _serve(server: socket.socket, turns: tuple[Turn, ...], kept: list[bytes]) -> None:
    connection, _ = server.accept()
    with connection:
        connection.settimeout(30)
        for expected, answer in turns:
            seen = b""
            while expected not in seen and (more := connection.recv(65_536)):
                seen += more
            kept.append(seen)
            connection.sendall(answer)


def sent(document: dict[str, Any], expected: bytes) -> tuple[bytes, Answer]:
    with keeping((expected, PLAIN)) as (port, kept):
        answer = send(port, Request.of({"method": "POST", "path": "/x/x-1", **document}, {"listener": "4711"}))
    return kept[0], answer


def test_a_path_and_a_query_go_out_unchanged() -> None:
    seen, answer = sent({"path": "/x/x-1/../a%2Fb", "raw_query": "sum=%C3%A9&'"}, b"\r\n\r\n")
    assert seen.startswith(b"POST /x/x-1/../a%2Fb?sum=%C3%A9&' HTTP/1.1\r\n")
    assert (answer.status, answer.values("x-seen"), answer.body) == (202, ["one", "two"], "done")


def test_names_may_come_twice() -> None:
    seen, _ = sent({"query": [["name", "a b"], ["name", "c&d"]]}, b"\r\n\r\n")
    assert b"?name=a+b&name=c%26d HTTP" in seen


def test_headers_and_cookies_are_as_written() -> None:
    seen, _ = sent({"headers": {"X-City": "Porto"}, "cookies": {"a": "b~c", "d": "1"}}, b"\r\n\r\n")
    assert b"X-City: Porto\r\n" in seen
    assert b"Cookie: a=b~c; d=1\r\n" in seen


def test_placeholders_are_filled_in_at_any_depth() -> None:
    seen, _ = sent({"json": {"feed": [{"url": "http://localhost:{listener}/x"}]}}, b"}]}")
    assert b'{"feed": [{"url": "http://localhost:4711/x"}]}' in seen
    assert b"Content-Type: application/json\r\n" in seen


def test_a_form_is_encoded() -> None:
    seen, _ = sent({"form": [["term", "Ada Lovelace"]]}, b"Lovelace")
    assert seen.endswith(b"\r\n\r\nterm=Ada+Lovelace")


def test_files_keep_their_names_and_octets() -> None:
    octets = bytes(range(256))
    files = [
        {"field": "a", "name": "../x;y.txt", "content": "hello"},
        {"field": "b", "name": "z.bin", "base64": base64.b64encode(octets).decode()},
    ]
    seen, _ = sent({"files": files}, f"--{BOUNDARY}--".encode())
    assert b'name="a"; filename="../x;y.txt"' in seen
    assert b"\r\n\r\nhello\r\n" in seen
    assert octets in seen


def test_octets_may_be_a_body() -> None:
    seen, _ = sent({"body_base64": base64.b64encode(b"\x00\xff").decode()}, b"\x00\xff")
    assert seen.endswith(b"\r\n\r\n\x00\xff")


def test_one_message_over_a_websocket() -> None:
    message = "é" * 70
    with keeping((b"\r\n\r\n", UPGRADED), (message.encode(), SAID)) as (port, kept):
        answer = send(port, Request.of({"method": "GET", "path": "/x/x-1", "websocket": {"text": message}}, {}))
    assert b"Upgrade: websocket\r\n" in kept[0]
    assert kept[1] == b"\x81\xfe\x00\x8c" + bytes(4) + message.encode()
    assert (answer.status, answer.body) == (101, "hello" + "x" * 130)


def test_a_websocket_may_be_refused() -> None:
    with keeping((b"\r\n\r\n", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as (port, _):
        answer = send(port, Request.of({"method": "GET", "path": "/x/x-1", "websocket": {"text": "a"}}, {}))
    assert answer.status == 403
