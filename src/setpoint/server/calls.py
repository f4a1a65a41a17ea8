"""The outermost layer: every call gets an id, is counted and timed, and its answer says nothing that it need not."""

from __future__ import annotations

import re
import time
from secrets import token_hex
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from setpoint.server.metrics import NO_ROUTE, Metrics

ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
"""What is taken for the id of a call, where the caller gives one: it comes back in a header, and stands in logs."""

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
OTHER_METHOD: Final = "other"

FAILED: Final = 500
"""What is counted where no answer was begun."""


def marks(identity: str) -> dict[str, str]:
    """What the head of every answer says, whichever layer answers."""
    # What is not meant to be a page must not be read as one (WHATWG, *Fetch*, 3.6).
    return {"X-Request-Id": identity, "X-Content-Type-Options": "nosniff"}


class Calls:
    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("X-Request-Id", "")
        identity = given if ID.fullmatch(given) else token_hex(8)
        scope.setdefault("state", {})["request_id"] = identity
        began, status = time.perf_counter(), FAILED

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).update(marks(identity))
            await send(message)

        with bound_contextvars(request=identity), self._metrics.in_flight.track_inprogress():
            try:
                await self._app(scope, receive, answer)
            finally:
                method = scope["method"] if scope["method"] in METHODS else OTHER_METHOD
                self._metrics.answered(method, _route(scope), status, time.perf_counter() - began)


def _route(scope: Scope) -> str:
    """As it was declared: what a caller may make up must not become a label."""
    path: str = getattr(scope.get("route"), "path", NO_ROUTE)
    return path
