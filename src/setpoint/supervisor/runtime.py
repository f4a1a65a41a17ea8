"""What a supervisor has for itself while it runs: the folder beside the ledger, and a private one for sockets."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from setpoint.errors import Error, InputError, LeaseHeldError
from setpoint.status import LIFE, NAME, last_status, run_folder, show_life

SOCKETS: Final = "sockets"
"""In the run folder, a link to the private one: whoever comes after a supervisor that was killed clears that away."""
PREFIX: Final = "setpoint-"

TRIES: Final = 5
PAUSE: Final = 0.1
"""Seconds between two: whoever had the folder may be about to leave it."""


@contextmanager
def take_run_folder(ledger: Path, scope: str) -> Iterator[tuple[Path, Path]]:
    """The run folder and the folder for sockets, for this process alone; both are gone afterwards.

    Raises `LeaseHeldError` where another supervisor runs on the ledger.
    """
    folder = run_folder(ledger)
    with ExitStack() as stack:
        stack.callback(os.close, _take(folder, scope))
        _clear(folder)
        stack.callback(_leave, folder)
        sockets = _private_folder()
        (folder / SOCKETS).symlink_to(sockets)
        stack.callback(os.close, show_life(folder))
        yield folder, sockets


def _take(folder: Path, scope: str) -> int:
    try:
        for _ in range(TRIES):
            folder.mkdir(mode=0o700, exist_ok=True)
            held = _lock(folder)
            if held is not None:
                return held
            time.sleep(PAUSE)
    except OSError as error:
        raise InputError(
            f"the folder for what runs now cannot be used ({error.strerror})",
            where=str(folder),
            remedy="make the ledger's folder, and make it writable for this user",
        ) from error
    raise LeaseHeldError(
        _holder(folder, scope), remedy="stop it, or wait until it has ended; each ledger has one supervisor"
    )


def _lock(folder: Path) -> int | None:
    """Its descriptor, until whose end nobody else has it; None where another has it, or has just taken it away."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with suppress(BlockingIOError, FileNotFoundError):
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(held), folder.stat()):
            return held
    os.close(held)
    return None


def _holder(folder: Path, scope: str) -> str:
    try:
        status = last_status(folder)
    except Error:
        return f"another process works on {scope!r}"
    since = status.since.isoformat(timespec="seconds")
    return f"{status.host}:{status.pid} works on {status.scope!r}, since {since}"


def _private_folder() -> Path:
    """The path of a socket has at most a hundred bytes or so (unix(7)), and a ledger's may be longer."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    # After `su` it is another user's, and under `cron` of nobody's making.
    is_ours = Path(runtime).is_absolute() and os.access(runtime, os.W_OK | os.X_OK)
    try:
        return Path(tempfile.mkdtemp(prefix=PREFIX, dir=runtime if is_ours else None))
    except OSError as error:
        raise InputError(
            f"there is no place for sockets ({error.strerror})",
            remedy="name a folder that this user may write in TMPDIR",
        ) from error


def _clear(folder: Path) -> None:
    link = folder / SOCKETS
    with suppress(OSError):
        sockets = link.readlink()
        if sockets.name.startswith(PREFIX):
            shutil.rmtree(sockets, ignore_errors=True)
    for each in (folder / NAME, folder / f"{NAME}.new", folder / LIFE, link):
        each.unlink(missing_ok=True)


def _leave(folder: Path) -> None:
    _clear(folder)
    with suppress(OSError):  # somebody put something there
        folder.rmdir()
