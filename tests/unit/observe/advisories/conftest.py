"""An OSV export of our own on loopback, which can be told to misbehave."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from setpoint.observe.advisories.fetching import Fetcher

pytest.importorskip("cvss", reason="the extra sbom is not installed")
pytest.importorskip("httpx", reason="the extra client is not installed")

Respond = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """Files by path, with an ETag each; asked for ranges and conditions it does as HTTP says."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.first: defaultdict[str, list[Respond]] = defaultdict(list)
        """What happens the first times a path is asked for, in place of its file."""
        self.asked: list[str] = []

        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked.append(self.path)
                if site.first[self.path]:
                    site.first[self.path].pop(0)(self)
                else:
                    site.serve(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = self.files.get(handler.path)
        if body is None:
            answer(handler, 404)
            return
        etag = f'"{hash(body)}"'
        if handler.headers.get("If-None-Match") == etag:
            answer(handler, 304)
            return
        wanted = handler.headers.get("Range")
        if wanted and handler.headers.get("If-Range") == etag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            span = f"bytes {start}-{len(body) - 1}/{len(body)}"
            answer(handler, 206, body[start:], {"ETag": etag, "Content-Range": span})
            return
        answer(handler, 200, body, {"ETag": etag, "Last-Modified": "Sun, 22 Nov 2026 10:00:00 GMT"})

    def break_off(self, after: int) -> Respond:
        """The beginning of the file, and an end too early."""

        def respond(handler: BaseHTTPRequestHandler) -> None:
            body = self.files[handler.path]
            handler.send_response(200)
            handler.send_header("ETag", f'"{hash(body)}"')
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body[:after])
            handler.close_connection = True

        return respond

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def answer(
    handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", headers: dict[str, str] | None = None
) -> None:
    handler.send_response(status)
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def answering(status: int, body: bytes = b"", **headers: str) -> Respond:
    return lambda handler: answer(
        handler, status, body, {name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def pauses() -> list[float]:
    """How long was waited, without waiting."""
    return []


@pytest.fixture
def fetcher(site: Site, pauses: list[float]) -> Iterator[Fetcher]:
    made = Fetcher(site.address, sleep=pauses.append)
    yield made
    made.close()


def document(identity: str, modified: str = "2026-11-20T10:00:00Z", **more: Any) -> dict[str, Any]:
    """An advisory as OSV writes it."""
    return {
        "id": identity,
        "modified": modified,
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "demo"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
            }
        ],
        **more,
    }
