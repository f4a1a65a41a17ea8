"""What holds a process to its supervisor: a socket pair, one end each. Used by `cli/up.py` in the process itself.

The process writes a line of JSON when it is ready, when it has something to say of its health, and why it gives up. The
supervisor writes nothing: its end closes when it dies, however it dies, and then the process ends too.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

import orjson

from setpoint.errors import Error, without_inside
from setpoint.model.canonical import Json
from setpoint.model.health import Health

TELL_EVERY: Final = 1.0
"""Seconds between two words about its health."""
PATIENCE: Final = 1.0
"""Seconds for which a supervisor that does not listen is waited for; whoever has work to do does not depend on it."""
ORPHANED: Final = 3
"""The exit code of a process whose supervisor died: what it was about, it could not tell."""


class Supervision(Protocol):
    """Who is told how a process gets on."""

    def ready(self) -> None:
        """Its work has begun: what is wrong from now on is not the configuration. May be said again."""
        ...

    def tell_health(self, health: Callable[[], Health]) -> None:
        """Ask once a second from now on, whatever the main thread is busy with."""
        ...

    def gave_up(self, error: Error) -> None:
        """Why it is about to end."""
        ...


class Alone:
    """Nobody: it runs in the foreground, and its errors are the command's."""

    def ready(self) -> None:
        pass

    def tell_health(self, health: Callable[[], Health]) -> None:
        pass

    def gave_up(self, error: Error) -> None:
        raise error


class Link:
    """The process's end."""

    def __init__(self, descriptor: int) -> None:
        """`descriptor` was inherited, and goes no further."""
        self._socket = socket.socket(fileno=descriptor)
        fcntl.fcntl(self._socket, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(PATIENCE), 0))
        self._lock = threading.Lock()
        self._heard = True
        self._was_ready = False
        threading.Thread(target=self._end_with_supervisor, name="link", daemon=True).start()

    def ready(self) -> None:
        if not self._was_ready:
            self._was_ready = True
            self._say({"ready": True})

    def gave_up(self, error: Error) -> None:
        self._say({"error": without_inside(error).diagnostics()})

    def tell_health(self, health: Callable[[], Health]) -> None:
        threading.Thread(target=self._tell, args=(health,), name="health", daemon=True).start()

    def _tell(self, health: Callable[[], Health]) -> None:
        while self._heard:
            self._say({"health": health().document()})
            time.sleep(TELL_EVERY)

    def _say(self, document: Json) -> None:
        with self._lock:
            if not self._heard:
                return
            try:
                self._socket.sendall(orjson.dumps(document) + b"\n")
            except OSError:
                # A line may have been cut in the middle, so that no other can follow it.
                self._heard = False

    def _end_with_supervisor(self) -> None:
        try:
            while self._socket.recv(4096):
                pass
        except OSError:
            pass  # a connection that broke is one that ended
        # At once, and not as if asked to stop: another supervisor may be starting, and every step may be cut short.
        os._exit(ORPHANED)
