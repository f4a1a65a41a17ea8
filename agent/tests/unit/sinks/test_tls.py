"""TLS that checks nothing or too little, by contexts and by what clients are told. Nothing listens: the call counts."""

from __future__ import annotations

import asyncio
import http.client
import socket
import ssl
import urllib.request
import warnings
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import urllib3
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

from setpoint_agent.evidence import Evidence


@pytest.fixture(scope="module")
def address() -> str:
    """Where nobody listens."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return f"https://127.0.0.1:{taken.getsockname()[1]}/"


@pytest.fixture(autouse=True)
def _no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """requests lets these override `Session.verify`."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def told(evidence: list[Evidence]) -> list[tuple[int, str]]:
    return [(each.kind.cwe, each.sink) for each in evidence]


def test_contexts(watching: Watch) -> None:
    evidence = watching("sinks.tls", sources=False)
    with request_of("blue"):
        context = ssl.create_default_context()
        assert evidence == []
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        ssl._create_unverified_context()
    assert (context.check_hostname, context.verify_mode) == (False, ssl.CERT_NONE)
    assert told(evidence) == [
        (295, "ssl.SSLContext"),
        (295, "ssl.SSLContext"),
        (295, "ssl._create_unverified_context"),
    ]


def test_old_versions(watching: Watch) -> None:
    evidence = watching("sinks.tls", sources=False)
    with request_of("blue"), warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        ssl.SSLContext(ssl.PROTOCOL_TLSv1_1)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert told(evidence) == [(327, "ssl.SSLContext"), (327, "ssl.SSLContext.minimum_version")]


def test_servers_ask_for_no_certificates(watching: Watch) -> None:
    evidence = watching("sinks.tls", sources=False)
    with request_of("blue"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.verify_mode = ssl.CERT_NONE
        context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)
    assert evidence == []


def test_contexts_stay_what_they_are(watching: Watch) -> None:
    watching("sinks.tls", sources=False)
    context = ssl.create_default_context()
    with pytest.raises(ValueError, match="check_hostname"):
        context.verify_mode = ssl.CERT_NONE
    with pytest.raises(TypeError):
        context.minimum_version = "1.2"  # type: ignore[assignment]  # on purpose
    assert type(context) is ssl.SSLContext
    assert ssl.SSLContext.check_hostname.__doc__ is None

    class Named(ssl.SSLContext):
        def __init__(self, protocol: int, name: str) -> None:
            super().__init__()
            self.name = name

        def __new__(cls, protocol: int, *_: Any) -> Any:
            return super().__new__(cls, protocol)

    assert Named(ssl.PROTOCOL_TLS_CLIENT, "blue").name == "blue"


def _by_aiohttp(**options: Any) -> Callable[[str], object]:
    async def get(address: str) -> None:
        async with aiohttp.ClientSession() as session, session.get(address, **options):
            pass

    return lambda address: asyncio.run(get(address))


def _by_connector(address: str) -> None:
    async def get() -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as session, session.get(address):
            pass

    asyncio.run(get())


def _by_session(address: str) -> object:
    session = requests.Session()
    session.verify = False
    return session.get(address)


UNVERIFIED_CONTEXT = ssl.create_default_context()
UNVERIFIED_CONTEXT.check_hostname = False
UNVERIFIED_CONTEXT.verify_mode = ssl.CERT_NONE

UNVERIFIED: dict[str, Callable[[str], object]] = {
    "requests": lambda address: requests.get(address, verify=False, timeout=5),
    "requests, for a session": _by_session,
    "httpx": lambda address: httpx.get(address, verify=False),
    "httpx, by context": lambda address: httpx.get(address, verify=UNVERIFIED_CONTEXT),
    "urllib": lambda address: urllib.request.urlopen(address, context=UNVERIFIED_CONTEXT),
    "http.client": lambda address: http.client.HTTPSConnection(address[8:-1], context=UNVERIFIED_CONTEXT),
    "urllib3": lambda address: urllib3.PoolManager(cert_reqs="CERT_NONE").request("GET", address, retries=False),
    "urllib3, any host": lambda address: urllib3.HTTPSConnectionPool("127.0.0.1", 1, assert_hostname=False),
    "aiohttp": _by_aiohttp(ssl=False),
    "aiohttp, by context": _by_aiohttp(ssl=UNVERIFIED_CONTEXT),
    "aiohttp, for a session": _by_connector,
}
VERIFIED: dict[str, Callable[[str], object]] = {
    "requests": lambda address: requests.get(address, timeout=5),
    "httpx": httpx.get,
    "urllib": urllib.request.urlopen,
    "urllib3": lambda address: urllib3.PoolManager().request("GET", address, retries=False),
    "aiohttp": _by_aiohttp(),
}


@pytest.mark.parametrize("client", UNVERIFIED)
def test_clients_that_are_told_not_to_verify(watching: Watch, client: str, address: str) -> None:
    evidence = watching("sinks.tls", sources=False)
    with request_of("blue"), suppress(OSError, httpx.ConnectError, urllib3.exceptions.HTTPError):
        UNVERIFIED[client](address)
    assert {each.kind.cwe for each in evidence} == {295}
    assert len({each.key() for each in evidence}) == 1


@pytest.mark.parametrize("client", VERIFIED)
def test_clients_as_they_are(watching: Watch, client: str, address: str) -> None:
    evidence = watching("sinks.tls", sources=False)
    with request_of("blue"), suppress(OSError, httpx.ConnectError, urllib3.exceptions.HTTPError):
        VERIFIED[client](address)
    assert evidence == []
