"""What a command is busy with, on the error stream, where that is a terminal and it takes longer than a moment."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from rich.status import Status

FROM: Final = 1.0
"""Seconds: what is done sooner needs no explanation."""

MEGABYTE: Final = 1e6


@contextmanager
def busy_with(what: str) -> Iterator[None]:
    """For work that does not tell how far it is. Ended before anything is printed."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.text import Text

    status = Console(stderr=True, markup=False).status(Text(f"{what} …"))
    timer = Timer(FROM, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # so that it does not begin after it was ended
        status.stop()


class Waiting:
    """Implements `observe.interface.Progress`. Ended before anything is printed."""

    def __init__(self) -> None:
        self._from = time.monotonic() + FROM
        self._status: Status | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def __call__(self, what: str, done: int, total: int | None) -> None:
        if not sys.stderr.isatty() or time.monotonic() < self._from:
            return
        text = _progress(what, done, total)
        if self._status is not None:
            self._status.update(text)
            return
        from rich.console import Console
        from rich.text import Text

        self._status = Console(stderr=True, markup=False).status(Text(text))
        self._status.start()


def _progress(what: str, done: int, total: int | None) -> str:
    """Of a file by its address, in megabytes; else a count."""
    is_file = what.startswith(("https://", "http://"))
    so_far, of = (f"{each / MEGABYTE:,.1f}" if is_file else f"{each:,}" for each in (done, total or 0))
    unit = " MB" if is_file else ""
    return f"{what}: {so_far}{f' of {of}' if total else ''}{unit} …"
