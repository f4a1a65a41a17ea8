"""A proxy on loopback between Setpoint and AWS, which passes calls on as its faults let it."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

PATIENCE: Final = 30.0
"""Seconds that AWS, or a silent client, may take."""
LARGEST: Final = 1_000_000
"""Bytes of a request; Setpoint's are a few thousand at most."""
AT_ONCE: Final = 64
"""Calls under way; boto3 has at most as many connections as `aws.pool` to a service."""

HOP_BY_HOP: Final = frozenset({"connection", "content-length", "expect", "keep-alive", "transfer-encoding"})
READS: Final = ("Describe", "Get", "Head", "List")


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    """With the query."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def service(self) -> str:
        """As in the signature: `Credential=<key>/<day>/<region>/<service>/aws4_request`."""
        _, _, scope = self.headers["authorization"].partition("Credential=")
        return scope.split("/")[3]

    @property
    def operation(self) -> str:
        """As AWS calls it; of S3, which names none, the method and the part of the bucket."""
        if "x-amz-target" in self.headers:
            return self.headers["x-amz-target"].rpartition(".")[2]
        if self.service == "s3":
            return f"{self.method} {next(iter(parse_qs(urlsplit(self.path).query, keep_blank_values=True)), '')}"
        return parse_qs(self.body.decode())["Action"][0]

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD") if self.service == "s3" else not self.operation.startswith(READS)

    @property
    def question(self) -> tuple[str, str, str, bytes]:
        """The same for calls that ask the same."""
        return self.method, self.path, self.headers.get("x-amz-target", ""), self.body


class HangUpError(Exception):
    """The connection ends here, without an answer."""


Fault = Callable[[Call, Callable[[], Reply]], Reply]
"""Gets a call and what passes it on; answers, or raises `HangUpError`."""


class Proxy:
    """Made by `serve_proxy`. Its faults may be exchanged at any time; the first of them gets a call first."""

    def __init__(self, url: str, target: str) -> None:
        self.url = url
        self.faults: Sequence[Fault] = ()
        self.changes: list[str] = []
        """The operation of every change that AWS said it made."""
        self._target = urlsplit(target).netloc
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def answer(self, call: Call) -> Reply:
        def pass_on(left: Sequence[Fault]) -> Reply:
            return left[0](call, lambda: pass_on(left[1:])) if left else self._ask(call)

        with self._room:
            return pass_on(tuple(self.faults))

    def _ask(self, call: Call) -> Reply:
        connection = HTTPConnection(self._target, timeout=PATIENCE)
        try:
            headers = {name: value for name, value in call.headers.items() if name not in HOP_BY_HOP}
            connection.request(call.method, call.path, call.body, headers)
            answer = connection.getresponse()
            kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
            reply = Reply(answer.status, kept, answer.read())
        finally:
            connection.close()
        if call.writes and reply.status < 300:
            self.changes.append(call.operation)
        return reply


@contextmanager
def serve_proxy(target: str) -> Iterator[Proxy]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        proxy = Proxy(f"http://127.0.0.1:{server.server_address[1]}", target)
        server.RequestHandlerClass = type("Handler", (_Handler,), {"proxy": proxy})
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    proxy: Proxy

    def _serve(self) -> None:
        size = int(self.headers.get("Content-Length", "0"))
        if size > LARGEST:
            self.send_error(413)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, self.path, headers, self.rfile.read(size))
        try:
            reply = self.proxy.answer(call)
        except HangUpError:
            self._reset()
            return
        try:
            self._send(reply)
        except ConnectionError:
            self.close_connection = True  # who asked did not wait for the answer

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 (the names that http.server calls)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def _reset(self) -> None:
        """With RST instead of FIN: what a firewall does that forgot the connection (socket(7), SO_LINGER)."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


def refusal(call: Call, code: str, message: str, status: int) -> Reply:
    """An error as the protocol of the service spells it."""
    if "x-amz-target" in call.headers:
        body = json.dumps({"__type": code, "message": message}).encode()
        return Reply(status, [("Content-Type", "application/x-amz-json-1.1")], body)
    error = f"<Code>{code}</Code><Message>{message}</Message>"
    shapes = {
        "s3": f"<Error>{error}</Error>",
        "ec2": f"<Response><Errors><Error>{error}</Error></Errors><RequestID>1</RequestID></Response>",
    }
    query = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error><RequestId>1</RequestId></ErrorResponse>"
    return Reply(status, [("Content-Type", "text/xml")], shapes.get(call.service, query).encode())
