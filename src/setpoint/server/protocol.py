"""HTTP for callers that may mean harm: one that is slow to say what it wants is hung up on. `process` uses it.

uvicorn bounds neither how long a head may take nor how large it may be, so a caller could keep a connection for ever
(*slowloris*). Bodies are bounded by a layer of the application (`limits.BoundedBodies`), which can still answer; what
is here comes after it, and only hangs up. Where there are too many connections, the one goes that has been silent for
longest: so that those who say nothing keep nobody out, however many they are.
"""

from __future__ import annotations

import asyncio
from asyncio.events import TimerHandle
from typing import Any, Final, Self

import uvloop

from setpoint.serving import PatientProtocol

LARGEST_HEAD: Final = 64 * 1024
"""Bytes of a request's first line and headers; the largest token of an identity provider takes 16 KiB of it."""

GRACE: Final = 5.0
"""Seconds more than a body may take, so that whoever can still be answered is."""

TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
TOO_MANY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
)


class ImpatientProtocol(PatientProtocol):
    """Subclassed with its two limits by `impatient`."""

    seconds: float
    most_connections: int
    waiting: dict[ImpatientProtocol, None]
    """Connections between two calls, or in the head of one; first those that have been there for longest."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._timer: TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait(self.seconds)
        self.waiting[self] = None
        if len(self.connections) > self.most_connections:
            # Whoever means it has sent a head before a thousand others came, and waits for nothing but the answer.
            next(iter(self.waiting))._hang_up(TOO_MANY)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._timer is None:
            self._wait(self.seconds)  # after a pause between two calls, or before a body is whole
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > LARGEST_HEAD:
            self._hang_up(TOO_LARGE)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self.waiting.pop(self, None)
        self._wait(self.seconds + GRACE)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._stop_waiting()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            self.waiting[self] = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self.waiting.pop(self, None)
        super().connection_lost(exc)

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, self._hang_up, TOO_SLOW)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hang_up(self, answer: bytes) -> None:
        self._stop_waiting()
        self.waiting.pop(self, None)
        if self.transport.is_closing():
            return
        # In the middle of an answer there is nothing more to say.
        if self._in_head and (self.cycle is None or self.cycle.response_complete):
            self.transport.write(answer)
        self.transport.close()


class ImpatientLoop(uvloop.Loop):
    """Waits for a TLS handshake no longer than for a head; until it is done, no protocol knows of the connection."""

    handshake: float

    @classmethod
    def waiting(cls, handshake: float) -> Self:
        # In two steps: uvloop's constructor takes nothing.
        loop = cls()
        loop.handshake = handshake
        return loop

    async def create_server(self, *arguments: Any, **named: Any) -> Any:
        if named.get("ssl") is not None:
            named["ssl_handshake_timeout"] = self.handshake
        return await super().create_server(*arguments, **named)


def impatient(seconds: float, most_connections: int) -> type[ImpatientProtocol]:
    """Heads within so many seconds, and bodies little later; no more connections than this at one time."""
    limits = {"seconds": seconds, "most_connections": most_connections, "waiting": {}}
    return type("Impatient", (ImpatientProtocol,), limits)
