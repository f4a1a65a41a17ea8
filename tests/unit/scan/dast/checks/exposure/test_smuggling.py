"""Servers that read a request in their own way, and such as refuse what can be read in two."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask

from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.exposure.smuggling import AmbiguousRequests


class Lenient(BaseHTTPRequestHandler):
    """Counts by `Content-Length`, whatever else is said."""

    protocol_version = "HTTP/1.1"
    is_strict = False

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        names = [line.partition(":")[0] for line in str(self.headers).splitlines()]
        body = str(self.headers.get_payload())
        is_ambiguous = "transfer-encoding" in str(self.headers).lower() + body.lower() or any(
            name != name.strip() for name in names
        )
        self.send_response(400 if self.is_strict and is_ambiguous else 404)
        self.send_header("content-length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *values: Any) -> None:
        """Nowhere."""


class Strict(Lenient):
    is_strict = True


class WithoutSpaces(Lenient):
    """Knows codings, and takes a name with a space for another name."""

    def do_GET(self) -> None:
        if self.headers.get("transfer-encoding"):
            self.send_error(501)
        else:
            super().do_GET()


class BehindProxy(Lenient):
    def end_headers(self) -> None:
        self.send_header("via", "1.1 edge")
        super().end_headers()


class Closing(Lenient):
    protocol_version = "HTTP/1.0"


@pytest.fixture
def listening() -> Iterator[Callable[[type[Lenient]], str]]:
    servers = []

    def listen(handler: type[Lenient]) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield listen
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("handler", "severity"), [(Lenient, Severity.LOW), (BehindProxy, Severity.MEDIUM), (WithoutSpaces, Severity.INFO)]
)
def test_a_server_that_goes_on(listening: Any, workbench: Any, handler: type[Lenient], severity: Severity) -> None:
    faults = list(AmbiguousRequests().run(workbench(listening(handler))))
    assert [(fault.kind, fault.cwe, fault.path, fault.severity) for fault in faults] == [
        ("request-smuggling-sign", 444, "*", severity)
    ]
    assert "BaseHTTP" in faults[0].difference


@pytest.mark.parametrize("handler", [Strict, Closing])
def test_servers_that_refuse_or_close(listening: Any, workbench: Any, handler: type[Lenient]) -> None:
    assert not list(AmbiguousRequests().run(workbench(listening(handler))))


def test_a_usual_server(serve: Any, workbench: Any) -> None:
    assert not list(AmbiguousRequests().run(workbench(serve(Flask("usual")))))
