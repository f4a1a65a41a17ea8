"""Small real targets on the loopback, and a workbench for checks to run on them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from werkzeug.serving import make_server

from setpoint.model.canonical import Json
from setpoint.model.dast import (
    ANONYMOUS,
    Answer,
    Caller,
    Exchange,
    Operation,
    Part,
    Profile,
    Sent,
    Surface,
)
from setpoint.scan.dast.interface import Evidence, Login, SpareToken, Webhook, Workbench
from setpoint.scan.dast.requests import request_of

WsgiApp = Callable[..., Any]


@pytest.fixture
def serve() -> Iterator[Callable[[WsgiApp], str]]:
    """Serves a WSGI application on a free port of the loopback until the test ends; gives its base address."""
    servers = []

    def serve(app: WsgiApp) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@dataclass
class PlainSender:
    """Sends at once, without any of the manners of the true one; keeps what it sent."""

    base: str
    exchanges: list[Exchange] = field(default_factory=list)
    client: httpx.Client = field(
        # no connection is kept: what a test forgot to close would be a warning in another one
        default_factory=lambda: httpx.Client(
            timeout=10, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
    )

    def send(self, request: Sent) -> Exchange:
        assert urlsplit(request.url).netloc == urlsplit(self.base).netloc, "left the target"
        try:
            got = self.client.request(
                request.method, request.url, headers=list(request.headers), content=request.body or None
            )
        except httpx.HTTPError as error:
            exchange = Exchange(request, None, str(error) or type(error).__name__)
        else:
            headers = tuple((name.lower(), value) for name, value in got.headers.multi_items())
            answer = Answer(got.status_code, headers, got.content, seconds=got.elapsed.total_seconds())
            exchange = Exchange(request, answer)
        self.client.cookies.clear()
        self.exchanges.append(exchange)
        return exchange

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:
        import socket

        at = urlsplit(self.base)
        received = b""
        with socket.create_connection((at.hostname, at.port), timeout=seconds) as connection:
            connection.sendall(data)
            try:
                while chunk := connection.recv(65536):
                    received += chunk
            except TimeoutError:
                pass
        return received


@dataclass(frozen=True)
class HeaderAccounts:
    """Accounts whose credentials are headers that the test gives."""

    headers: Mapping[Caller, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @property
    def callers(self) -> Sequence[Caller]:
        return sorted(self.headers, key=lambda each: each.rank)

    def authorised(self, request: Sent, caller: Caller) -> Sent:
        return replace(request, headers=(*request.headers, *self.headers.get(caller, ())), caller=caller.name)

    def token(self, caller: Caller) -> str:
        given = dict(self.headers.get(caller, ()))
        return given.get("authorization", "").removeprefix("Bearer ")

    def renew(self, caller: Caller) -> None:
        """Headers do not end."""

    def login(
        self,
        caller: Caller,  # noqa: ARG002 (as of `Accounts`)
        *,
        cookies: Mapping[str, str] | None = None,  # noqa: ARG002
        also: Mapping[str, Json] | None = None,  # noqa: ARG002
        user: str = "",  # noqa: ARG002
    ) -> Login | None:
        return None

    def attempt(self, caller: Caller, password: str, *, user: str = "") -> Login | None:  # noqa: ARG002
        return None

    def user(self, caller: Caller) -> str:  # noqa: ARG002
        return ""

    def greetings(self, caller: Caller) -> Sequence[Answer]:  # noqa: ARG002
        return ()

    tokens: Sequence[SpareToken] = ()
    webhooks: Sequence[Webhook] = ()
    may_register: bool = False
    login_fields: Sequence[str] = ()
    secrets: frozenset[str] = frozenset()


@pytest.fixture
def workbench() -> Callable[..., Workbench]:
    """A workbench for these operations of the target at `base`."""

    def make(
        base: str,
        *operations: Operation,
        accounts: Any = None,
        profile: Profile = Profile.SAFE,
        values: Mapping[str, Json] | None = None,
        owned: Callable[[Operation, Caller], Mapping[Part, Json] | None] | None = None,
        evidence: Evidence | None = None,
    ) -> Workbench:
        """`values`: seeded ones by the name of the part."""
        sender = PlainSender(base)
        accounts = accounts or HeaderAccounts()
        seeds = values or {}

        def build(operation: Operation, given: Mapping[Part, Json]) -> Sent:
            seeded = {
                part: seeds.get(part.name, part.example)
                for part in operation.parts
                if part not in given and (part.name in seeds or part.example is not None or part.is_required)
            }
            return request_of(base, operation, {**seeded, **given})

        kept: dict[tuple[Operation, Caller], Exchange] = {}

        def baseline(operation: Operation, caller: Caller) -> Exchange | None:
            if (operation, caller) not in kept:
                request = build(operation, (owned(operation, caller) if owned else None) or {})
                kept[operation, caller] = sender.send(
                    accounts.authorised(request, caller) if caller != ANONYMOUS else request
                )
            return kept[operation, caller]

        return Workbench(
            surface=Surface(base, operations),
            profile=profile,
            sender=sender,
            accounts=accounts,
            evidence=evidence,
            may_send=lambda operation: "destroys" if operation.method == "DELETE" else "",
            build=build,
            owned=owned or (lambda _operation, _caller: None),
            baseline=baseline,
            told=lambda _line: None,
        )

    return make
