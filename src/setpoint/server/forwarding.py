"""What the ingest process answers: its bodies go to it and come back as they are, over a unix socket.

So parsing what is ingested, or a slow question to the lake, never delays a gate. Who calls is told in headers, which
nobody outside can set: only this process may open the socket.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx
from fastapi import Request, Response
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

from setpoint.errors import TemporaryError
from setpoint.model.access import Principal
from setpoint.server.problems import RefusedError, request_id
from setpoint.wire.document import Document

PASSED_ON: Final = ("content-type", "content-encoding", "content-length", "traceparent", "tracestate")
"""Headers that say what a body is, and what it belongs to; the rest is between the caller and this process."""

AGENT_HEADER: Final = "x-setpoint-agent"
"""Which agent a report was from, as ingest read it; the route takes it out of the answer."""

PASSED_BACK: Final = ("content-type", "content-disposition", "retry-after", AGENT_HEADER)

READABLE: Final = ":/#@"
"""What stays as it is in a caller's name."""

WAITS: Final = httpx.Timeout(70.0, connect=2.0)
"""Seconds between two signs of life: more than the longest that a question to the lake may take."""

TAKEN_WITHIN: Final = httpx.Timeout(20.0, connect=2.0)
"""As `WAITS`, for what is ingested: within a few seconds ingest has it on its disk or says to come again."""

KEPT_OPEN: Final = 2.0
"""Seconds that an idle connection is kept: less than ingest keeps its end, which would close it in the middle."""

IDLE: Final = 64
"""Connections that are kept while nobody uses them."""

TRY_AGAIN: Final = 1.0
"""Seconds after which a process that died is usually back."""


class IngestDoor:
    def __init__(self, socket: Path | None) -> None:
        """Without a socket, every call is answered with 503."""
        self._client: httpx.AsyncClient | None = None
        if socket is not None:
            # As many as there are callers, whom the listener counts: slow ones keep nobody else from ingest.
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=IDLE, keepalive_expiry=KEPT_OPEN)
            transport = httpx.AsyncHTTPTransport(uds=str(socket), limits=limits)
            # No proxies or certificates of the environment: there is no network between the two.
            self._client = httpx.AsyncClient(
                transport=transport, base_url="http://ingest", timeout=WAITS, trust_env=False
            )

    async def forward(self, request: Request, path: str, principal: Principal) -> Response:
        """What ingest answers to this call as it is; `TemporaryError` where it does not."""
        headers = {name: value for name, value in request.headers.items() if _is_passed_on(name)}
        return await self._ask(request, path, principal, headers, request.stream(), TAKEN_WITHIN)

    async def ask(self, request: Request, path: str, principal: Principal, question: Document) -> Response:
        """What ingest answers to a question that was read and checked here."""
        headers = {"Content-Type": "application/json"}
        return await self._ask(request, path, principal, headers, question.model_dump_json().encode(), WAITS)

    async def _ask(
        self,
        request: Request,
        path: str,
        principal: Principal,
        headers: dict[str, str],
        content: bytes | AsyncIterator[bytes],
        waits: httpx.Timeout,
    ) -> Response:
        headers["X-Request-Id"] = request_id(request)
        # Percent-encoded: a header holds ASCII, and a name may hold anything.
        headers["X-Setpoint-Principal"] = quote(principal.name, safe=READABLE)
        if principal.service is not None:
            headers["X-Setpoint-Service"] = quote(principal.service, safe="")
        client = self._expect_client()
        async with _told_as_our_own():
            sent = client.build_request("POST", path, headers=headers, content=content, timeout=waits)
            answer = await client.send(sent, stream=True)
        told = {name: value for name in PASSED_BACK if (value := answer.headers.get(name)) is not None}
        return StreamingResponse(
            answer.aiter_raw(), answer.status_code, headers=told, background=BackgroundTask(answer.aclose)
        )

    async def expect_well(self) -> None:
        """`TemporaryError` where ingest does not answer, or can take nothing in."""
        client = self._expect_client()
        async with _told_as_our_own():
            answer = await client.get("/health", timeout=2.0)
        if answer.status_code != HTTPStatus.OK:
            raise TemporaryError(
                "the ingest process can take nothing in", remedy="setpoint status shows why", delay=TRY_AGAIN
            )

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def _expect_client(self) -> httpx.AsyncClient:
        if self._client is None:
            raise TemporaryError(
                "there is no ingest process here", remedy="start it with: setpoint up", delay=TRY_AGAIN
            )
        return self._client


@asynccontextmanager
async def _told_as_our_own() -> AsyncIterator[None]:
    try:
        yield
    except ClientDisconnect as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the body ended before it was whole") from error
    except httpx.TransportError as error:
        raise TemporaryError(
            "the ingest process does not answer", remedy="try again; setpoint status shows how it is", delay=TRY_AGAIN
        ) from error


def _is_passed_on(name: str) -> bool:
    """Also the attributes of an event whose data is the body (*CloudEvents 1.0*, HTTP protocol binding, 3.1)."""
    return name in PASSED_ON or name.startswith("ce-")
