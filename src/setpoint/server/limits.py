"""How much anybody may ask for: calls a second of one caller, and bytes and seconds of one body."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from setpoint.server.problems import RefusedError, own_response
from setpoint.settings.server import Limits

REMEMBERED: Final = 10_000
"""Callers whose rate is known at one time. One that is forgotten starts anew: it was quiet for long."""

CLOSE: Final = {"Connection": "close"}
"""What is left of the body is not waited for."""


class Rates:
    """A bucket of calls for each caller, which fills at a steady rate. For the event loop's thread only."""

    def __init__(self, rate: float, burst: int, *, now: Callable[[], float] = time.monotonic) -> None:
        """`rate` calls a second, and `burst` at once."""
        self._rate = rate
        self._burst = burst
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Caller → how full its bucket was, and when."""

    def wait(self, caller: str) -> float:
        """0 where the call may go on, which it then counts; else after how many seconds the next one may."""
        now = self._now()
        level, at = self._buckets.pop(caller, (float(self._burst), now))
        level = min(float(self._burst), level + (now - at) * self._rate)
        spent = level >= 1.0
        self._buckets[caller] = (level - 1.0 if spent else level, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return 0.0 if spent else (1.0 - level) / self._rate

    def take(self, caller: str) -> None:
        """As `wait`; raises `RefusedError` where it has to."""
        seconds = self.wait(caller)
        if seconds > 0:
            raise RefusedError(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"{caller} asks more often than {self._rate:g} times a second",
                remedy="wait, and ask less often",
                delay=seconds,
            )


class BoundedBodies:
    """A layer that ends a call whose body is too large, or takes too long to come."""

    def __init__(self, app: ASGIApp, limits: Limits, ingest_paths: frozenset[str]) -> None:
        self._app = app
        self._limits = limits
        self._ingest_paths = ingest_paths
        """Where more is taken at once."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._limits.ingest_bytes if scope["path"] in self._ingest_paths else self._limits.body_bytes
        body = _Body(receive, most, self._limits.seconds)
        try:
            body.check_length(scope)
        except RefusedError as error:
            await own_response(scope["state"]["request_id"], error)(scope, receive, send)
        else:
            await self._app(scope, body.receive, send)


class _Body:
    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self._receive = receive
        self._most = most
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._size = 0
        self._complete = False

    def check_length(self, scope: Scope) -> None:
        """Before anything is read, where the caller says how much it is."""
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value[:20]) > self._most:
                raise self._too_large()

    async def receive(self) -> Message:
        if self._complete:
            return await self._receive()  # only ever that the caller has gone
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, self._deadline - time.monotonic()))
        except TimeoutError as error:
            raise RefusedError(
                HTTPStatus.REQUEST_TIMEOUT,
                f"the body did not come within {self._seconds:g} seconds",
                remedy="send it faster, or less at once",
                headers=CLOSE,
            ) from error
        self._size += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._size > self._most:
            raise self._too_large()
        return message

    def _too_large(self) -> RefusedError:
        return RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the body has more than {self._most:,} bytes",
            remedy="send less at once",
            headers=CLOSE,
        )
