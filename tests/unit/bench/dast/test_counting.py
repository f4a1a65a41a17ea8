"""A proxy that counts what it passes on, whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from bench.dast.counting import counting_proxy


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("X-Path", self.path)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Nobody reads it."""


@contextmanager
def echo() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_each_request_is_counted_and_comes_through_whole() -> None:
    body = b"x" * 300_000
    with echo() as url, counting_proxy() as proxy, httpx.Client(proxy=proxy.url, trust_env=False) as client:
        answers = [client.post(f"{url}/a%2Fb/?q=%27", content=body) for _ in range(3)]
        assert proxy.count == 3
    assert [(each.status_code, each.headers["X-Path"], each.content) for each in answers] == [
        (200, "/a%2Fb/?q=%27", body)
    ] * 3


def test_what_cannot_be_reached_is_no_answer_and_counted() -> None:
    with counting_proxy() as proxy, httpx.Client(proxy=proxy.url, trust_env=False) as client:
        try:
            client.get("http://127.0.0.1:1/")
        except httpx.TransportError:
            pass
        else:
            raise AssertionError("nothing listens there")
        assert proxy.count == 1
