"""Sends a case's request exactly as it is written: nothing is normalised, quoted again or retried."""

from __future__ import annotations

import base64
import json
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlencode

from bench.iast.cases import Request

TIMEOUT: Final = 30.0
"""Seconds: longer than anything that a case does, on a busy machine."""
BOUNDARY: Final = "----a7f31c0e5d"
CONTINUES, TEXT, BINARY, CLOSE = 0, 1, 2, 8
"""Kinds of WebSocket frames (RFC 6455, section 5.2)."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


def send(port: int, request: Request) -> Answer:
    if request.websocket is not None:
        return _exchange(port, request, request.websocket)
    body, kind = _body(request)
    headers = _headers(request)
    if kind:
        headers.setdefault("Content-Type", kind)
    with closing(HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)) as connection:
        connection.request(request.method, _target(request), body, headers)
        answer = connection.getresponse()
        content = answer.read().decode("utf-8", "replace")
        return Answer(answer.status, tuple(answer.getheaders()), content)


def _target(request: Request) -> str:
    query = request.raw_query or urlencode(request.query)
    return f"{request.path}?{query}" if query else request.path


def _headers(request: Request) -> dict[str, str]:
    headers = dict(request.headers or {})
    if request.cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in request.cookies.items())
    return headers


def _body(request: Request) -> tuple[bytes | None, str]:
    """The body and its media type."""
    if request.files:
        return _multipart(request), f"multipart/form-data; boundary={BOUNDARY}"
    if request.form:
        return urlencode(request.form).encode(), "application/x-www-form-urlencoded"
    if request.json is not None:
        return json.dumps(request.json).encode(), "application/json"
    if request.body_base64:
        return base64.b64decode(request.body_base64), "application/octet-stream"
    return (request.body.encode(), "text/plain") if request.body else (None, "")


def _multipart(request: Request) -> bytes:
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in request.form]
    for each in request.files:
        name = each["name"].replace('"', "%22")
        head = f'Content-Disposition: form-data; name="{each["field"]}"; filename="{name}"\r\n'
        parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + _content(each, "content"))
    return b"".join(f"--{BOUNDARY}\r\n".encode() + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()


def _content(part: Mapping[str, str], text: str) -> bytes:
    return base64.b64decode(part["base64"]) if "base64" in part else part[text].encode()


def _exchange(port: int, request: Request, message: Mapping[str, str]) -> Answer:
    """One message over a WebSocket, and what is answered until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        connection.sendall(_handshake(port, request))
        with connection.makefile("rb") as stream:
            status = int(stream.readline().split()[1])
            while stream.readline().strip():
                pass
            if status != 101:
                return Answer(status)
            connection.sendall(_frame(TEXT if "text" in message else BINARY, _content(message, "text")))
            said = bytearray()
            while (frame := _read_frame(stream.read)) is not None:
                said += frame
            with suppress(OSError):  # whoever closes first may be gone
                connection.sendall(_frame(CLOSE, b""))
            return Answer(101, (), said.decode("utf-8", "replace"))


def _handshake(port: int, request: Request) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    fixed = {"Host": f"127.0.0.1:{port}", "Connection": "Upgrade", "Upgrade": "websocket"}
    headers = {**fixed, "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key, **_headers(request)}
    lines = [f"GET {_target(request)} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def _frame(kind: int, payload: bytes) -> bytes:
    """A whole message in one masked frame; the mask of zeros leaves it readable in a capture."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
    return bytes([0x80 | kind]) + length + bytes(4) + payload


def _read_frame(read: Callable[[int], bytes]) -> bytes | None:
    """The payload of the next frame; None at the end."""
    head = read(2)
    if len(head) < 2 or head[0] & 0x0F == CLOSE:
        return None
    size = head[1] & 0x7F
    if size >= 126:
        size = int.from_bytes(read(2 if size == 126 else 8), "big")
    return read(size) if head[0] & 0x0F in (CONTINUES, TEXT, BINARY) else (read(size) and b"")
