"""One HTTP exchange with the control plane, whole or not at all within its deadline; for `transport` alone.

Over the system's own sockets (a service under gevent would answer no request while its hub waits for ours), on a
connection of its own: reports are seconds apart. What HTTP clients usually do besides is left out on purpose: no
redirect is followed, and no proxy, cookie or password of the environment is used.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any, Final

from setpoint_agent.native import native

LARGEST_ANSWER: Final = 65_536
"""Octets of an answer that are read, head and all."""
PIECE: Final = 16_384
"""Octets read at a time."""


def post(
    host: str, port: int, path: str, headers: dict[str, str], body: bytes, *, seconds: float, tls: Any = None
) -> tuple[int, str, bytes]:
    """The status, `Retry-After` and content of the answer. Raises OSError and http.client.HTTPException.

    `tls` is the context of an encrypted connection.
    """
    deadline = time.monotonic() + seconds
    line = _connected(host, port, deadline)
    try:
        if tls is not None:
            line = tls.wrap_socket(line, server_hostname=host)
        line.settimeout(_left(deadline))
        line.sendall(_request(host, port, path, headers, body))
        return _read(_received(line, deadline))
    finally:
        line.close()


def _connected(host: str, port: int, deadline: float) -> Any:
    """To the first of the host's addresses that answers."""
    failure = OSError("the host has no address")
    for family, kind, protocol, _, address in native("socket", "getaddrinfo")(host, port, 0, socket.SOCK_STREAM):
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


class _Heard:
    """What was received, in the guise of a socket."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._received)


def _read(received: bytes) -> tuple[int, str, bytes]:
    response = http.client.HTTPResponse(_Heard(received))  # type: ignore[arg-type]  # all that it does is makefile()
    response.begin()
    return response.status, response.headers.get("Retry-After", ""), response.read()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
