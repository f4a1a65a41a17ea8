"""The file in which a supervisor says how its processes are: `<ledger>.run/status.json`.

The supervisor writes it, `setpoint status` and the API read it. It is believed while the supervisor lives, and while it
is young.
"""

from __future__ import annotations

import fcntl
import os
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from setpoint.errors import CouldNotTellError, InputError
from setpoint.files import parse_json, read_bytes
from setpoint.model.health import Status, status_of

NAME: Final = "status.json"
LIFE: Final = "supervisor"
"""Locked for as long as the supervisor lives: the system takes the lock back, however it dies."""
LARGEST: Final = 1024 * 1024
"""Bytes; a status of three processes has some two thousand."""
STALE_AFTER: Final = 15.0
"""Seconds: a supervisor writes every five at least."""


def run_folder(ledger: Path) -> Path:
    """Where whoever runs on this ledger leaves what others have to find."""
    return ledger.with_name(f"{ledger.name}.run")


def write_status(folder: Path, status: Status) -> None:
    """Readers see the file before or the one after, never half of one. Not synced: after a crash it means nothing."""
    written = folder / f"{NAME}.new"
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(orjson.dumps(status.document()))
    written.replace(folder / NAME)


def read_status(ledger: Path, now: datetime) -> Status:
    """How the processes on this ledger are; `CouldNotTellError` where nobody says so, or said so too long ago."""
    folder = run_folder(ledger)
    if not is_alive(folder):
        raise CouldNotTellError(
            "no supervisor runs on this ledger", where=str(ledger), remedy="start one with: setpoint up"
        )
    try:
        status = last_status(folder)
    except InputError as error:
        raise CouldNotTellError(
            f"the supervisor has not said yet how its processes are ({error.what})",
            where=error.where,
            remedy="ask again in a moment",
        ) from error
    age = (now - status.written_at).total_seconds()
    if abs(age) > STALE_AFTER:
        raise CouldNotTellError(
            f"the supervisor {status.host}:{status.pid} last said {age:.0f} s ago how its processes are",
            where=str(folder / NAME),
            remedy="see whether it is stopped or starved, and whether the clocks agree",
        )
    return status


def last_status(folder: Path) -> Status:
    """What was written last, however long ago; `InputError` where nothing was."""
    file = folder / NAME
    return status_of(parse_json(read_bytes(file, limit=LARGEST), str(file)))


def show_life(folder: Path) -> int:
    """The status in the folder is believed from now on, until the descriptor that comes back is closed.

    Call it with no status there that another has left.
    """
    descriptor = os.open(folder / LIFE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def is_alive(folder: Path) -> bool:
    """Whether there is a supervisor that shows its life there."""
    try:
        descriptor = os.open(folder / LIFE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise CouldNotTellError(
            f"whether a supervisor runs cannot be asked ({error.strerror})",
            where=str(folder),
            remedy="ask as the user that runs it",
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
