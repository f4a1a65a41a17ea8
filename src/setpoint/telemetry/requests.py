"""The outermost layer of an ASGI application: how many calls are under way, how long each took, how late all are.

The server and ingest put it around theirs (ASGI 3.0). It reads no body and changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from setpoint.model.health import Health
from setpoint.telemetry.interface import Fact, Telemetry

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

DURATION: Final = "http.server.request.duration"
"""OpenTelemetry's name (*Semantic Conventions for HTTP Metrics*); so are those of the attributes."""
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "_OTHER"
"""Whoever calls may make methods up, and each would be a name for ever."""
FAILED: Final = 500
"""What a call ends in that was never answered."""
LOOK_EVERY: Final = 0.25
"""Seconds between two looks at how late the event loop is."""
TOO_LATE: Final = 1.0
"""Seconds: a call that needs nothing would then take as long."""


class MeasuredRequests:
    """Wraps `application`; `health` may be asked by any thread."""

    def __init__(self, application: Application, telemetry: Telemetry) -> None:
        self._application = application
        self._telemetry = telemetry
        self._in_flight = 0
        self._served = 0
        self._late = 0.0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._measure(scope, receive, send)
        elif scope["type"] == "lifespan":
            watching = asyncio.create_task(self._watch())
            try:
                await self._application(scope, receive, send)
            finally:
                watching.cancel()
        else:
            await self._application(scope, receive, send)

    def health(self) -> Health:
        late = self._late
        problems = (f"the event loop is {late:.1f} s late",) if late > TOO_LATE else ()
        return Health(
            {"in_flight": self._in_flight, "served": self._served, "delay_ms": round(late * 1e3, 1)}, problems
        )

    async def _measure(self, scope: Message, receive: Receive, send: Send) -> None:
        began, status = time.monotonic(), FAILED
        method = scope["method"] if scope["method"] in METHODS else OTHER
        facts: dict[str, Fact] = {"http.request.method": method}

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        self._in_flight += 1
        try:
            with self._telemetry.span(method, asked_by=_headers(scope)) as span:
                try:
                    await self._application(scope, receive, watch)
                finally:
                    # The router leaves it in the scope; a path that somebody made up must not become a name.
                    route = str(getattr(scope.get("route"), "path", ""))
                    span.rename(f"{method} {route}".rstrip())
                    facts |= {"http.route": route, "http.response.status_code": status}
                    span.note(**facts)
        finally:
            self._in_flight -= 1
            self._served += 1
            self._telemetry.measure(DURATION, time.monotonic() - began, **facts)

    async def _watch(self) -> None:
        while True:
            due = time.monotonic() + LOOK_EVERY
            await asyncio.sleep(LOOK_EVERY)
            self._late = max(0.0, time.monotonic() - due)


def _headers(scope: Message) -> dict[str, str]:
    """Only what says which trace a call belongs to."""
    wanted = (b"traceparent", b"tracestate")
    return {name.decode("ascii"): value.decode("latin-1") for name, value in scope["headers"] if name in wanted}
