"""The site's own small HTTP/1.1 server, because the faults of framing, of TLS and of raw headers are made here.

A mature server hides what is to be tested: it refuses line breaks in headers and two lengths in one request.
"""

import io
import re
import socket
import ssl
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from tests.assets.targets.site.certificates import write_certificates
from tests.assets.targets.world import World

MAX_BODY = 1_000_000
IDLE_SECONDS = 15
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")


class BadRequest(ValueError):
    """The request cannot be told from the next one; the connection is closed."""


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection by the WSGI application."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        self.close_connection = True
        try:
            self.raw_requestline = self.rfile.readline(65_537)
            if len(self.raw_requestline) > 65_536 or not self.raw_requestline or not self.parse_request():
                return
            try:
                body = self._read_body()
            except BadRequest:
                self.close_connection = True
                self._write("400 Bad Request", [("Content-Type", "text/plain")], b"bad request\n")
                return
            self._answer(body)
        except (TimeoutError, ConnectionError, ssl.SSLError):
            self.close_connection = True

    def _read_body(self) -> bytes:
        lengths, coding = self.headers.get_all("Content-Length") or [], self.headers.get("Transfer-Encoding")
        length_rules = self._world.faulty("site.config.smuggling")
        if coding is not None and lengths and not length_rules:
            raise BadRequest("both Content-Length and Transfer-Encoding (RFC 9112, section 6.1)")
        if len(set(lengths)) > 1 or any(not length.isdigit() for length in lengths):
            raise BadRequest("length")
        if coding is not None and not (lengths and length_rules):
            return self._read_chunks(coding)
        length = int(lengths[0]) if lengths else 0
        if length > MAX_BODY:
            raise BadRequest("too long")
        return self.rfile.read(length)

    def _read_chunks(self, coding: str) -> bytes:
        if coding.strip().lower() != "chunked":
            raise BadRequest("coding")
        body = b""
        while True:
            written = self.rfile.readline(1_000).split(b";")[0].strip()
            if not CHUNK_SIZE.fullmatch(written) or len(body) + int(written, 16) > MAX_BODY:
                raise BadRequest("chunk")
            size = int(written, 16)
            body += self.rfile.read(size)
            if size == 0:
                while self.rfile.readline(8_000) not in {b"\r\n", b"\n", b""}:
                    pass
                return body
            self.rfile.readline(10)

    def _answer(self, body: bytes) -> None:
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], error: object = None) -> None:
            started[:] = [status, headers]

        answer = self._site.application(self._environment(body), start_response)
        try:
            content = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        self._write(started[0], started[1], content)

    def _environment(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        if not path.startswith("/"):  # the absolute form of the request line
            path = "/" + path.split("/", 3)[3] if path.count("/") >= 3 else "/"
        host, port = cast("tuple[str, int]", self.server.server_address)
        environment = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_LENGTH": str(len(body)),
            "RAW_URI": self.path,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if self._world.tls else "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name in set(self.headers):
            if name.lower() not in {"content-type", "content-length", "transfer-encoding"}:
                separator = "; " if name.lower() == "cookie" else ","
                environment["HTTP_" + name.upper().replace("-", "_")] = separator.join(self.headers.get_all(name) or [])
        return environment

    def _write(self, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        headers = [(name, value) for name, value in headers if name.lower() not in {"content-length", "connection"}]
        headers += [("Content-Length", str(len(content))), ("Date", self.date_time_string())]
        if self.close_connection:
            headers.append(("Connection", "close"))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        head = f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1", "replace")
        self.wfile.write(head if self.command == "HEAD" else head + content)
        self.wfile.flush()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        self.close_connection = True
        self.command = self.command or "GET"
        self._write(f"{code} Refused", [("Content-Type", "text/plain")], b"bad request\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""

    @property
    def _site(self) -> "SiteServer":
        return cast("SiteServer", self.server)

    @property
    def _world(self) -> World:
        return self._site.world


class SiteServer(ThreadingHTTPServer):
    """Listens on the loopback, over TLS if the world says so."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, application: Any, world: World) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.application, self.world = application, world
        self.authority: Path | None = None
        self.tls = self._tls_context() if world.tls else None
        world.origin = f"{'https' if world.tls else 'http'}://127.0.0.1:{self.server_address[1]}"

    def _tls_context(self) -> ssl.SSLContext:
        faulty = self.world.faulty
        self.authority, certificate, key = write_certificates(
            self.world.folder,
            signed=not faulty("tls.self-signed"),
            expired=faulty("tls.expired"),
            wrong_host=faulty("tls.wrong-host"),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if faulty("tls.old-protocol"):
            with warnings.catch_warnings():  # Python warns of what is wanted here
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = ssl.TLSVersion.TLSv1
            context.set_ciphers("ALL:@SECLEVEL=0")
        else:
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
        return context

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread, so that a slow handshake holds up nobody."""
        if self.tls is not None:
            request.settimeout(IDLE_SECONDS)
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except OSError:
                return
        super().finish_request(request, client_address)
        if self.tls is not None:
            self._end_tls(request)

    @staticmethod
    def _end_tls(connection: Any) -> None:
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""
