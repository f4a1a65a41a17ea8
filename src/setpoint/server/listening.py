"""The socket that the server answers on. `process` serves there; `setpoint up` tries it before it starts anything."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from setpoint.errors import InputError
from setpoint.server.tls import tls_context
from setpoint.settings.server import ServerSettings

BACKLOG: Final = 1024


def expect_to_listen(settings: ServerSettings) -> None:
    """Raises `InputError` where the server could not listen as the settings say: then nothing is begun beside it."""
    tls_context(settings)
    with listening(settings):
        pass


@contextmanager
def listening(settings: ServerSettings) -> Generator[socket.socket]:
    """A socket where the settings say; `InputError` where nothing can listen there."""
    where = f"{settings.host}:{settings.port}"
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise InputError(
            f"nothing can listen there ({error.strerror or error})",
            where=where,
            remedy="choose another address under server.listen, or stop what listens there",
        ) from error
    with listener:
        yield listener


def url_of(listener: socket.socket, settings: ServerSettings) -> str:
    """Where callers reach it; the port is the one that it got."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if settings.tls else 'http'}://{shown}:{port}"
