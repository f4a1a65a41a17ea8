"""One HTTP exchange with the control plane, whole or not at all within its deadline; for `transport` alone.

Over the system's own sockets, and without a module that the application may not have imported: this runs in a thread
of its own, where gevent, if it has patched threads, lets an import fail, and where its sockets would wait for a hub.
What HTTP clients do besides is left out on purpose: no redirect is followed, and no proxy, cookie or password of the
environment is used. Reports are seconds apart: each has a connection of its own.
"""

from __future__ import annotations

import socket
import time
from typing import Any, Final, NamedTuple

from setpoint_agent.native import native

LARGEST_ANSWER: Final = 65_536
"""Octets of an answer that are read, head and all."""
PIECE: Final = 16_384
"""Octets read at a time."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    """Names in small letters."""
    content: bytes


def post(
    host: str, port: int, path: str, headers: dict[str, str], body: bytes, *, seconds: float, tls: Any = None
) -> Answer:
    """The answer; `tls` is the context of an encrypted connection. Raises OSError, ValueError where none came whole."""
    deadline = time.monotonic() + seconds
    line = _connected(host, port, deadline)
    try:
        if tls is not None:
            line = tls.wrap_socket(line, server_hostname=host.encode())  # as octets: text would import a codec
        line.settimeout(_left(deadline))
        line.sendall(_request(host, port, path, headers, body))
        return _answer(_received(line, deadline))
    finally:
        line.close()


def _connected(host: str, port: int, deadline: float) -> Any:
    """To the first of the host's addresses that answers."""
    failure = OSError("the host has no address")
    addresses = native("socket", "getaddrinfo")(host.encode(), port, 0, socket.SOCK_STREAM)
    for family, kind, protocol, _, address in addresses:
        line = native("socket", "socket")(family, kind, protocol)
        try:
            line.settimeout(_left(deadline))
            line.connect(address)
        except OSError as error:
            line.close()
            failure = error
        else:
            return line
    raise failure


def _request(host: str, port: int, path: str, headers: dict[str, str], body: bytes) -> bytes:
    name = f"[{host}]" if ":" in host else host
    fields = {"Host": f"{name}:{port}", **headers, "Content-Length": str(len(body)), "Connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def _received(line: Any, deadline: float) -> bytes:
    """All that comes until the other side closes, is silent for too long, or has said too much."""
    received = bytearray()
    while len(received) < LARGEST_ANSWER:
        try:
            line.settimeout(_left(deadline))
            piece = line.recv(PIECE)
        except TimeoutError:
            if not received:
                raise
            break  # whether what came is whole is told by reading it
        if not piece:
            break
        received += piece
    return bytes(received)


def _answer(received: bytes) -> Answer:
    """RFC 9112, as far as the answers of a server go that was asked to close the connection."""
    head, found, content = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, status = first.partition(" ")
    if not found or not version.startswith("HTTP/1.") or not status[:3].isdecimal():
        raise ValueError("no answer of HTTP")
    fields = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): text.strip() for name, _, text in fields}
    if headers.get("transfer-encoding", "").lower() == "chunked":
        content = _joined(content)
    elif len(content) < int(headers.get("content-length", "0")):
        raise ValueError("less than was announced")
    return Answer(int(status[:3]), headers, content)


def _joined(chunks: bytes) -> bytes:
    content = b""
    while True:
        size, _, rest = chunks.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        if length == 0:
            return content
        if not 0 < length <= len(rest):
            raise ValueError("less than was announced")
        content += rest[:length]
        chunks = rest[length:].removeprefix(b"\r\n")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
