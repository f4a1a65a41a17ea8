"""A stand-in of the control plane on loopback: takes reports, holds them against the contract, answers as told."""

from __future__ import annotations

import gzip
import hmac
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "agent-report.schema.json").read_text(encoding="utf-8"))
TOKEN = "a-token-of-the-tests"
KEY = bytes(range(32))
LARGEST_REPORT = 1_048_576

Report = dict[str, Any]


@dataclass(slots=True)
class Reply:
    """What is answered to a report; `raw` instead of HTTP, `silence` instead of anything."""

    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    raw: bytes | None = None
    silence: bool = False


class ControlPlane:
    """Serves until it is closed; `reply` says what is answered to a report."""

    def __init__(self, reply: Callable[[Report], Reply] | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.reply = reply or (lambda _: Reply())
        self.reports: list[Report] = []
        self.faults: list[str] = []
        self.arrivals: list[float] = []
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._tls = tls
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        scheme, host = ("https", "localhost") if self._tls is not None else ("http", "127.0.0.1")
        return f"{scheme}://{host}:{self._server.server_port}"

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait_for(self, condition: Callable[[list[Report]], Any], seconds: float = 20.0) -> Any:
        """What `condition` finds among the reports that came, once it finds something."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not (found := condition(self.reports)):
                if not self._changed.wait(deadline - time.monotonic()):
                    raise AssertionError(f"not met by {len(self.reports)} reports; faults: {self.faults}")
            return found

    def _handler(plane) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                report = plane._taken(self)
                reply = plane.reply(report)
                if reply.silence:
                    plane._closing.wait()
                elif reply.raw is not None:
                    self.wfile.write(reply.raw)
                else:
                    self.send_response(reply.status)
                    for name, text in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                        self.send_header(name, text)
                    self.end_headers()
                    self.wfile.write(reply.body)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def _taken(self, request: BaseHTTPRequestHandler) -> Report:
        octets = gzip.decompress(request.rfile.read(int(request.headers["Content-Length"])))
        report: Report = json.loads(octets)
        faults = [each.message for each in jsonschema.Draft202012Validator(SCHEMA).iter_errors(report)]
        if len(octets) > LARGEST_REPORT:
            faults.append(f"{len(octets)} octets")
        if request.path != "/v1/agent/reports" or request.headers["Authorization"] != f"Bearer {TOKEN}":
            faults.append(f"{request.path} {request.headers['Authorization']}")
        with self._changed:
            self.faults += faults
            self.reports.append(report)
            self.arrivals.append(time.monotonic())
            self._changed.notify_all()
        return report


def instruction(
    report: Report, agent: str, /, *, issued: datetime | None = None, key: bytes = KEY, **changed: Any
) -> Reply:
    """An answer that tells the sender of `report` to be `on` or `off`, signed."""
    moment = (issued or datetime.now(UTC)).isoformat()
    signed = f"v1\n{report['boot']}\n{moment}\n{agent}".encode()
    instructions = {"agent": agent, "issued": moment, "for": report["boot"], **changed}
    signature = hmac.new(key, signed, "sha256").hexdigest()
    return Reply(body=json.dumps({"instructions": instructions, "signature": signature}).encode())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
