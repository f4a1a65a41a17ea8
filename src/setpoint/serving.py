"""uvicorn as Setpoint runs it: until it is told to stop, and quiet. The server's process and ingest's serve by it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import uvicorn

from setpoint.model.health import Health
from setpoint.telemetry.requests import Application

TellHealth = Callable[[Callable[[], Health]], None]
"""Takes what a process says of itself, for whoever supervises it."""


class Serving(uvicorn.Server):
    """Ends when it is told to, and leaves the process's signals alone."""

    def __init__(self, app: Application, ended: Callable[[], bool], ready: Callable[[], None], **options: Any) -> None:
        """`options` are those of `uvicorn.Config`; `ready` is called once callers are answered."""
        super().__init__(
            uvicorn.Config(
                app,
                ws="none",
                interface="asgi3",
                log_config=None,
                access_log=False,
                # Whoever is in front of it says who calls: nobody is believed.
                proxy_headers=False,
                server_header=False,
                **options,
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
