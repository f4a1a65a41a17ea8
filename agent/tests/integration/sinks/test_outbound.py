"""Calls to other services by each library, against a server on the loopback."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import urllib3
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_POST = do_GET  # noqa: N815 - as the server looks for it

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def by_requests(address: str) -> str:
    return requests.get(address, timeout=5).text


def by_requests_session(address: str) -> str:
    with requests.Session() as session:
        return session.send(requests.Request("GET", address).prepare()).text


def by_httpx(address: str) -> str:
    return httpx.get(address).text


def by_httpx_async(address: str) -> str:
    async def get() -> str:
        async with httpx.AsyncClient() as client:
            return (await client.get(address)).text

    return asyncio.run(get())


def by_aiohttp(address: str) -> str:
    async def get() -> str:
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            return await answer.text()

    return asyncio.run(get())


def by_urllib(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        return str(answer.read().decode())


def by_urllib_request(address: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(address)) as answer:
        return str(answer.read().decode())


def by_urllib3(address: str) -> str:
    return urllib3.PoolManager().request("GET", address).data.decode()


def by_http_client(address: str) -> str:
    parts = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


CLIENTS = (
    by_requests,
    by_requests_session,
    by_httpx,
    by_httpx_async,
    by_aiohttp,
    by_urllib,
    by_urllib_request,
    by_urllib3,
    by_http_client,
)


def named(call: Callable[[str], str]) -> str:
    return call.__name__


@pytest.mark.parametrize("call", CLIENTS, ids=named)
def test_input_that_chooses_the_host(watching: Watch, service: str, call: Callable[[str], str]) -> None:
    evidence = watching("sinks.outbound", sources=False)
    with request_of(service.partition(":")[0]) as request:
        assert call(f"http://{service}/status") == "ok"
    assert [(each.kind.cwe, each.attack) for each in evidence] == [(918, False)]
    assert request.effects == {"outbound": 1}


@pytest.mark.parametrize("call", CLIENTS, ids=named)
def test_input_that_begins_the_path_of_a_fixed_host(
    watching: Watch, service: str, call: Callable[[str], str], blue: str
) -> None:
    evidence = watching("sinks.outbound", sources=False)
    with request_of(blue):
        assert call(f"http://{service}/{blue}") == "ok"
    assert evidence == []


@pytest.mark.parametrize("call", CLIENTS, ids=named)
def test_input_behind_a_fixed_host(watching: Watch, service: str, call: Callable[[str], str], blue: str) -> None:
    evidence = watching("sinks.outbound", "passages.escapers", sources=False)
    with request_of(blue):
        assert call(f"http://{service}/items?colour={blue}") == "ok"
        assert call(f"http://{service}/items/{blue}") == "ok"
        assert call(f"http://{service}/{urllib.parse.quote(blue)}") == "ok"
    assert evidence == []


@pytest.mark.parametrize("call", [each for each in CLIENTS if each not in {by_httpx_async, by_aiohttp}], ids=named)
def test_hosts_that_were_checked(watching: Watch, service: str, call: Callable[[str], str]) -> None:
    evidence = watching("sinks.outbound", sources=False)
    host = service.encode().decode()
    with request_of(host):
        address = f"http://{host}/status"
        if urllib.parse.urlsplit(address).hostname not in {"127.0.0.1", "shop.example.com"}:
            raise ValueError
        assert call(address) == "ok"
    assert evidence == []


def test_sockets(watching: Watch, service: str) -> None:
    evidence = watching("sinks.outbound", sources=False)
    host, _, port = service.partition(":")

    async def open_and_close() -> None:
        _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
        await writer.wait_closed()

    with request_of(host) as request:
        socket.create_connection((host, int(port))).close()
        with socket.socket() as own:
            own.connect((host, int(port)))
        asyncio.run(open_and_close())
    assert [each.sink for each in evidence] == [
        "socket.create_connection",
        "socket.connect",
        "asyncio.open_connection",
    ]
    assert request.effects == {"outbound": 3}


def test_methods_that_change_something(watching: Watch, service: str) -> None:
    watching("sinks.outbound", sources=False)
    with request_of("nothing of it") as request:
        requests.post(f"http://{service}/orders", timeout=5)
        requests.get(f"http://{service}/orders", timeout=5)
    assert request.effects == {"outbound": 2, "outbound-unsafe": 1}


def test_base_addresses(watching: Watch, service: str, blue: str) -> None:
    evidence = watching("sinks.outbound", sources=False)

    async def get() -> None:
        async with aiohttp.ClientSession(f"http://{service}/") as session, session.get(f"/items/{blue}"):
            pass

    with request_of(blue):
        with httpx.Client(base_url=f"http://{service}/items") as client:
            client.get(f"/{blue}")
        asyncio.run(get())
    assert evidence == []


def test_outside_of_a_request(watching: Watch, service: str) -> None:
    evidence = watching("sinks.outbound", sources=False)
    assert by_requests(f"http://{service}/") == "ok"
    with pytest.raises(requests.exceptions.MissingSchema):
        requests.get("address", timeout=5)
    assert evidence == []
