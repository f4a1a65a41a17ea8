"""uvicorn as Setpoint runs it: until it is told to stop, and quiet. The server's process and ingest's serve by it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from setpoint.model.health import Health
from setpoint.telemetry.requests import Application

TellHealth = Callable[[Callable[[], Health]], None]
"""Takes what a process says of itself, for whoever supervises it."""


LAST_CALL: Final = 2.5
"""Seconds: more than the server keeps a connection to ingest that it does not use (`server.forwarding`)."""


class PatientProtocol(HttpToolsProtocol):
    """Cuts off no call that is on its way while the process ends.

    uvicorn hangs up at once on whoever says nothing, though he may have begun to. Here he is given a moment, and told
    with the answer that this connection was his last to this process.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._is_ending = False

    def shutdown(self) -> None:
        if self._is_idle():
            self._is_ending = True
            self.loop.call_later(LAST_CALL, self._close_if_idle)
        else:
            super().shutdown()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self._is_ending and self.cycle is not None:
            self.cycle.keep_alive = False

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _close_if_idle(self) -> None:
        if self._is_idle():
            self.transport.close()


class Serving(uvicorn.Server):
    """Ends when it is told to, and leaves the process's signals alone."""

    def __init__(self, app: Application, ended: Callable[[], bool], ready: Callable[[], None], **options: Any) -> None:
        """`options` are those of `uvicorn.Config`; `ready` is called once callers are answered."""
        super().__init__(
            uvicorn.Config(
                app,
                **{"http": PatientProtocol, **options},
                ws="none",
                interface="asgi3",
                log_config=None,
                access_log=False,
                # Whoever is in front of it says who calls: nobody is believed.
                proxy_headers=False,
                server_header=False,
            )
        )
        self._ended = ended
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def on_tick(self, counter: int) -> bool:
        return self._ended() or await super().on_tick(counter)
