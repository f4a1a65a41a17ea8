"""The socket on which the server brings ingest what came in. `process` serves there; `setpoint up` holds it open."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from setpoint.errors import InputError

BACKLOG: Final = 1024
"""Calls that wait while ingest is being started."""


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """A socket that only this user can connect to; one that a crash left behind is replaced."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
            path.unlink()  # nobody listens there any more: whoever did had the journal
        listener = socket.socket(socket.AF_UNIX)
        before = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(before)
        listener.listen(BACKLOG)
    except OSError as error:
        raise InputError(
            f"the socket cannot be made ({error.strerror or error})", where=str(path), remedy="choose a shorter path"
        ) from error
    try:
        yield listener
    finally:
        listener.close()
        path.unlink(missing_ok=True)
