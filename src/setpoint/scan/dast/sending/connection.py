"""One request over HTTP/1.1, exactly as it is given, and as much of its answer as is wanted. Used by `sender`.

Below httpx, which would tidy up what a scan sends on purpose: `..` in a path, a `Host` of somebody else. Redirects are
never followed, and each read ends with the request's own deadline, however slowly bytes drip.
"""

from __future__ import annotations

import socket
import ssl
import time
import zlib
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpcore

from setpoint import __version__
from setpoint.model.dast import Answer, Exchange, Sent
from setpoint.scan.dast.sending.limits import Limits
from setpoint.scan.dast.sending.target import CONNECT_SECONDS, Target

IDLE_SECONDS: Final = 1.0
"""How long a connection is kept for the next request: less than any server's own patience, so that none is lost."""

USER_AGENT: Final = f"setpoint-dast/{__version__}"

PRINTABLE: Final = "".join(map(chr, range(0x21, 0x7F)))
"""What may stand in a request's target (RFC 9112, section 3.2); anything else is percent-encoded."""

CUT_BYTES: Final = 64 * 1024 * 1024
"""Of bodies that were too large: a target that sends many of them is not to fill the memory, ..."""
LARGEST_THEN: Final = 256 * 1024
"""... and from then on so many bytes of each are read."""

_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_ONLY_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_CLOSED: Final = ("Server disconnected", "[Errno 104]")
"""Words of httpcore, and of the system, for a connection that ended before an answer began."""
_FAILURES: Final = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError)


class Connection:
    """Connections to one address, kept while they are in use. For one thread at a time."""

    def __init__(self, target: Target, limits: Limits, context: ssl.SSLContext) -> None:
        self._target = target
        self._limits = limits
        self._context = context
        self._cut = 0
        self._backend = _PinnedBackend(target.address)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, network_backend=self._backend, max_connections=4, keepalive_expiry=IDLE_SECONDS
        )

    def close(self) -> None:
        self._pool.close()

    def exchange(self, sent: Sent) -> Exchange:
        """What fails before an answer begins is an exchange without one.

        A server may close a kept connection just as the next request comes: what only reads is sent once more (RFC
        9112, section 9.3.1), and anything else gets a connection of its own.
        """
        only_reads = sent.method in _ONLY_READING
        if not only_reads:
            self._pool.close()
        exchange = self._attempted(sent)
        return self._attempted(sent) if only_reads and exchange.failure.startswith(_CLOSED) else exchange

    def _attempted(self, sent: Sent) -> Exchange:
        started = time.monotonic()
        self._backend.deadline = started + self._limits.seconds
        try:
            with self._pool.stream(
                sent.method.encode(),
                self._url(sent.url),
                headers=list(_headers(sent, self._target.authority)),
                content=sent.body or None,
            ) as response:
                body, is_whole = self._body(response)
        except _FAILURES as error:
            return Exchange(sent, None, _words(error))
        except (UnicodeError, ValueError) as error:  # what no request of HTTP can hold
            return Exchange(sent, None, f"it cannot be sent ({error})")
        headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers)
        body, is_unpacked = _unpacked(body, headers, self._largest)
        is_whole = is_whole and is_unpacked
        self._cut += 0 if is_whole else len(body)
        return Exchange(sent, Answer(response.status, headers, body, is_whole, time.monotonic() - started))

    def raw(self, data: bytes, *, seconds: float) -> bytes:
        """Over a connection of its own; what came back until it ended, was too much, or time was over."""
        deadline = time.monotonic() + min(seconds, self._limits.seconds)
        received = bytearray()
        try:
            with _plain_or_tls(self._target, self._context) as connection:
                connection.settimeout(max(deadline - time.monotonic(), 0.01))
                connection.sendall(data)
                while len(received) < self._limits.largest and (left := deadline - time.monotonic()) > 0:
                    connection.settimeout(left)
                    chunk = connection.recv(65_536)
                    if not chunk:
                        break
                    received += chunk
        except OSError:  # it ended so; what came before still counts
            pass
        return bytes(received)

    @property
    def _largest(self) -> int:
        return self._limits.largest if self._cut < CUT_BYTES else LARGEST_THEN

    def _url(self, url: str) -> httpcore.URL:
        parts = urlsplit(url)
        whole = url[len(parts.scheme) + 3 + len(parts.netloc) :].partition("#")[0]
        wanted = quote(whole if whole.startswith("/") else f"/{whole}", safe=PRINTABLE)
        return httpcore.URL(scheme=self._target.scheme, host=self._target.host, port=self._target.port, target=wanted)

    def _body(self, response: httpcore.Response) -> tuple[bytes, bool]:
        """As much as is read of it, and whether that is all."""
        body = bytearray()
        try:
            for chunk in response.iter_stream():
                body += chunk
                if len(body) > self._largest:
                    return bytes(body[: self._largest]), False
        except _FAILURES:  # headers came, and are an answer
            return bytes(body), False
        return bytes(body), True


def _headers(sent: Sent, authority: str) -> Iterable[tuple[bytes, bytes]]:
    given = {name.lower() for name, _ in sent.headers}
    usual = {"host": authority, "user-agent": USER_AGENT, "accept": "*/*", "accept-encoding": "identity"}
    if sent.body or sent.method in {"POST", "PUT", "PATCH"}:
        usual["content-length"] = str(len(sent.body))
    for name, value in (*((name, value) for name, value in usual.items() if name not in given), *sent.headers):
        yield name.encode("ascii"), value.encode("utf-8")


def _unpacked(body: bytes, headers: tuple[tuple[str, str], ...], largest: int) -> tuple[bytes, bool]:
    """Servers pack what nobody asked them to; no more than `largest` bytes of it are ever unpacked."""
    packing = next((value.strip().lower() for name, value in headers if name == "content-encoding"), "")
    if not body or packing not in _PACKED:
        return body, True
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):  # with its header, or as some send `deflate`: without
        unpacking = zlib.decompressobj(window)
        try:
            plain = unpacking.decompress(body, largest)
        except zlib.error:
            continue
        return plain, unpacking.eof
    return body, False


def _plain_or_tls(target: Target, context: ssl.SSLContext) -> socket.socket:
    connection = socket.create_connection((target.address, target.port), timeout=CONNECT_SECONDS)
    if target.scheme == "http":
        return connection
    try:
        return context.wrap_socket(connection, server_hostname=target.host)
    except OSError:
        connection.close()
        raise


def _words(error: Exception) -> str:
    if isinstance(error, httpcore.TimeoutException | TimeoutError):
        return "no answer in time"
    return str(error) or type(error).__name__


class _PinnedBackend(httpcore.NetworkBackend):
    """Connects to one address, whatever host is asked for."""

    def __init__(self, address: str) -> None:
        self.deadline = 0.0
        self._address = address
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - every connection goes to the address that the scan began with
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the request's own deadline counts
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(
            self._address, port, min(CONNECT_SECONDS, self.left()), local_address, socket_options
        )
        return _TimedStream(stream, self)

    def left(self) -> float:
        """Seconds; never none at all, which sockets take for no limit."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


class _TimedStream(httpcore.NetworkStream):
    """Every wait ends at the deadline of the request in hand."""

    def __init__(self, inner: httpcore.NetworkStream, backend: _PinnedBackend) -> None:
        self._inner = inner
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - as above
        return self._inner.read(max_bytes, self._backend.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - as above
        self._inner.write(buffer, self._backend.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - as above
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._backend.left())
        return _TimedStream(inner, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
