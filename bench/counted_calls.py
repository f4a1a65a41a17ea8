"""Counts what programs ask of AWS, at one place between them and the server, by type and call. For `bench_reading`."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

SCOPE: Final = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
"""Which service a request is signed for (IAM User Guide, "Elements of an AWS API request signature")."""

TYPES: Final[Mapping[str, str]] = {
    "cloudtrail": "trails",
    "ec2": "security groups",
    "iam": "roles",
    "kms": "keys",
    "rds": "databases",
    "s3": "buckets and their policies",
    "sts": "the account",
    "tagging": "tags of several types",
}
"""Service → what is read by it here."""


class Call(NamedTuple):
    service: str
    name: str


Calls = Counter[Call]


class Counting(BaseHTTPRequestHandler):
    """Hands every request on, and counts it."""

    protocol_version = "HTTP/1.1"
    behind: ClassVar[str]
    calls: ClassVar[Calls] = Counter()

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.calls[self._call(body)] += 1
        connection = HTTPConnection(self.behind, timeout=300)
        connection.request(self.command, self.path, body, dict(self.headers))
        response = connection.getresponse()
        content = response.read()
        connection.close()
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _any  # noqa: N815 - the names that http.server calls

    def _call(self, body: bytes) -> Call:
        signed = SCOPE.search(self.headers.get("Authorization", ""))
        target = self.headers.get("X-Amz-Target") or parse_qs(body.decode("latin-1")).get("Action", [""])[0]
        name = target.rpartition(".")[2] or self._of_rest()
        return Call(signed[1] if signed else "unsigned", name)

    def _of_rest(self) -> str:
        """The calls of S3 have no name on the wire: what a bucket is asked for is in the query."""
        address = urlsplit(self.path)
        if address.path == "/":
            return "ListBuckets"
        return f"?{address.query.partition('&')[0].partition('=')[0]}"

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def counted(behind: str) -> Iterator[str]:
    """An endpoint in front of another; its address."""
    handler = type("Handler", (Counting,), {"behind": urlsplit(behind).netloc})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def table(columns: Mapping[str, Calls]) -> Iterator[str]:
    """Lines: by type, by call, and of all, for each of the programs."""
    made: Calls = sum(columns.values(), Counter())
    yield _line("type", "call", columns)
    for service in sorted({call.service for call in made}, key=_shown):
        calls = [call for call in made if call.service == service]
        for call in sorted(calls, key=lambda each: (-made[each], each)):
            yield _line(_shown(service), call.name, [f"{column[call]:,}" for column in columns.values()])
        if len(calls) > 1:
            yield _line(_shown(service), "all", _sums(columns, calls))
    yield _line("all", "all", _sums(columns, made))


def _sums(columns: Mapping[str, Calls], calls: Iterable[Call]) -> Sequence[str]:
    wanted = set(calls)
    return [f"{sum(number for call, number in column.items() if call in wanted):,}" for column in columns.values()]


def _line(kind: str, call: str, cells: Iterable[str]) -> str:
    return f"{kind:28}{call:34}" + "".join(f"{cell:>22}" for cell in cells)


def _shown(service: str) -> str:
    return TYPES.get(service, service)
