"""The listener, for callers that are slow, large, many, or gone; and its end."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tests.serving import GENEROUS, issue, parts_on, running

from setpoint.errors import InputError
from setpoint.model.access import AccessScope
from setpoint.server.app import create_app
from setpoint.server.listening import listening
from setpoint.server.process import serve
from setpoint.server.protocol import LARGEST_HEAD
from setpoint.server.tls import tls_context
from setpoint.settings.server import Limits, ServerSettings, Tls
from setpoint.store.ledger.ledger import SqlLedger

HEAD = b"GET /healthz HTTP/1.1\r\nHost: server\r\n"


@pytest.fixture
def start(ledger: SqlLedger, tmp_path: Path) -> Iterator[Callable[[Limits], str]]:
    with ExitStack() as stack:

        def make(limits: Limits) -> str:
            app = create_app(parts_on(ledger, tmp_path, limits=limits))
            return stack.enter_context(running(app, ServerSettings(port=0, limits=limits)))

        yield make


def connect(url: str) -> socket.socket:
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    return socket.create_connection((address.hostname, address.port), timeout=20)


def everything(connection: socket.socket) -> bytes:
    """Until the other end hangs up."""
    received = b""
    try:
        while some := connection.recv(65536):
            received += some
    except ConnectionResetError:
        pass
    return received


def test_a_head_that_does_not_end_is_hung_up_on(start: Callable[[Limits], str]) -> None:
    url = start(replace(GENEROUS, seconds=0.3))
    with connect(url) as connection:
        connection.sendall(HEAD)
        assert everything(connection).startswith(b"HTTP/1.1 408 ")


def test_who_says_a_little_again_and_again_is_hung_up_on(start: Callable[[Limits], str]) -> None:
    url = start(replace(GENEROUS, seconds=0.3))
    with connect(url) as connection:
        connection.sendall(HEAD + b"\r\n")  # a whole call first: between calls it is the same
        began, received = time.monotonic(), b""
        connection.settimeout(0.05)
        while time.monotonic() - began < 10:
            try:
                some = connection.recv(65536)
                if not some:
                    break
                received += some
            except TimeoutError:
                connection.sendall(b"\r\n")
            except (BrokenPipeError, ConnectionResetError):
                break
        assert received.startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - began < 5


def test_a_head_without_bounds_is_refused(start: Callable[[Limits], str]) -> None:
    url = start(GENEROUS)
    with connect(url) as connection:
        connection.sendall(HEAD + b"X-Large: " + b"x" * (LARGEST_HEAD + 1000))
        assert everything(connection).startswith(b"HTTP/1.1 431 ")


def test_hundreds_of_slow_callers_keep_nobody_out(start: Callable[[Limits], str]) -> None:
    url = start(replace(GENEROUS, connections=1_500, seconds=5.0))
    with ExitStack() as stack:
        for _ in range(400):
            stack.enter_context(connect(url)).sendall(b"GET /heal")
        began = time.monotonic()
        assert httpx.get(f"{url}/healthz").status_code == 200
        assert time.monotonic() - began < 2


def test_who_is_silent_for_longest_makes_room(start: Callable[[Limits], str]) -> None:
    url = start(replace(GENEROUS, connections=3))
    with ExitStack() as stack:
        served, silent, begun = (stack.enter_context(connect(url)) for _ in range(3))
        served.sendall(HEAD + b"\r\n")
        assert served.recv(20).startswith(b"HTTP/1.1 200 ")
        begun.sendall(HEAD)
        assert httpx.get(f"{url}/healthz").status_code == 200
        assert everything(silent).startswith(b"HTTP/1.1 503 ")
        begun.sendall(b"\r\n")
        assert begun.recv(20).startswith(b"HTTP/1.1 200 ")


def test_one_connection_too_many_is_told_so(ledger: SqlLedger, tmp_path: Path) -> None:
    limits = replace(GENEROUS, connections=3)
    parts = parts_on(ledger, tmp_path, limits=limits)
    follow = (
        f"GET /v1/changes HTTP/1.1\r\nHost: server\r\nAuthorization: Bearer {issue(parts.tokens, AccessScope.READ)}"
    )
    with running(create_app(parts), ServerSettings(port=0, limits=limits)) as url, ExitStack() as stack:
        for _ in range(3):
            connection = stack.enter_context(connect(url))
            connection.sendall(f"{follow}\r\n\r\n".encode())
            assert connection.recv(20).startswith(b"HTTP/1.1 200 ")
        assert everything(stack.enter_context(connect(url))).startswith(b"HTTP/1.1 503 ")
        stack.close()
        _await_room(url)


def _await_room(url: str) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            assert httpx.get(f"{url}/healthz").status_code == 200
            break
        except (httpx.TransportError, AssertionError):
            assert time.monotonic() < deadline


def test_calls_one_behind_the_other_are_all_answered(start: Callable[[Limits], str]) -> None:
    url = start(GENEROUS)
    with connect(url) as connection:
        connection.sendall((HEAD + b"\r\n") * 3 + HEAD + b"Connection: close\r\n\r\n")
        assert everything(connection).count(b"HTTP/1.1 200 ") == 4


def test_says_nothing_of_what_it_is(start: Callable[[Limits], str]) -> None:
    headers = httpx.get(f"{start(GENEROUS)}/healthz").headers
    assert "server" not in headers
    assert headers["x-content-type-options"] == "nosniff"


def test_ends_soon_with_callers_that_stay(ledger: SqlLedger, tmp_path: Path) -> None:
    settings, stop, ready = ServerSettings(port=0), threading.Event(), threading.Event()
    parts = parts_on(ledger, tmp_path, stopping=stop.is_set)
    token = issue(parts.tokens, AccessScope.READ)
    with listening(settings) as listener:
        thread = threading.Thread(
            target=serve, args=(create_app(parts), listener, settings), kwargs={"stop": stop, "ready": ready.set}
        )
        thread.start()
        assert ready.wait(10)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with (
            connect(url) as idle,
            httpx.stream("GET", f"{url}/v1/changes", headers={"Authorization": f"Bearer {token}"}) as stream,
        ):
            idle.sendall(HEAD + b"\r\n")
            assert stream.status_code == 200
            began = time.monotonic()
            stop.set()
            thread.join(15)
        assert not thread.is_alive()
        assert time.monotonic() - began < 5


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError) as caught, listening(ServerSettings(port=port)):
            pass
    assert caught.value.where == f"127.0.0.1:{port}"
    assert caught.value.exit_code == 2


@pytest.fixture
def tls_server(ledger: SqlLedger, tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Its port, and its certificate."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    named = ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=localhost"]
    subprocess.run([*command, *named, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    settings = ServerSettings(port=0, tls=Tls(certificate, key), limits=replace(GENEROUS, seconds=1.0))
    stop, ready = threading.Event(), threading.Event()
    app, context = create_app(parts_on(ledger, tmp_path)), tls_context(settings)
    with listening(settings) as listener:
        given = {"stop": stop, "ready": ready.set}
        thread = threading.Thread(target=serve, args=(app, listener, settings, context), kwargs=given)
        thread.start()
        try:
            assert ready.wait(10)
            yield listener.getsockname()[1], certificate
        finally:
            stop.set()
            thread.join(15)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
def test_speaks_tls(tls_server: tuple[int, Path]) -> None:
    port, certificate = tls_server
    trusted = ssl.create_default_context(cafile=str(certificate))
    assert httpx.get(f"https://127.0.0.1:{port}/healthz", verify=trusted).json() == {"alive": True}
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/healthz")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
def test_a_handshake_that_does_not_begin_is_hung_up_on(tls_server: tuple[int, Path]) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", tls_server[0]), timeout=10) as silent:
        assert silent.recv(1) == b""
    assert time.monotonic() - began < 5
