"""Why the journal's disk took nothing last, and whether it would now. Used by `journal`.

While nobody sends anything, since the server says that it is not ready, only trying shows that the disk is well again.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Final

from setpoint.errors import Error, without_inside

NAME: Final = "trial"
"""A file beside the segments, gone as soon as it was written."""

LARGEST: Final = 1024 * 1024
"""Bytes that are tried at most: room for many batches."""


class Trouble:
    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME
        self._lock = threading.Lock()
        self._error: Error | None = None
        self._size = 0

    def note(self, error: Error, size: int) -> None:
        """A write of so many bytes failed."""
        with self._lock:
            self._error, self._size = error, min(size, LARGEST)

    def forget(self) -> None:
        """A write succeeded."""
        with self._lock:
            self._error = None

    def sentence(self) -> str:
        """Empty where there is none."""
        with self._lock:
            return without_inside(self._error).diagnostics() if self._error else ""

    def try_again(self) -> None:
        """Raises `OSError` where as much as last failed cannot be made durable now, either."""
        try:
            with self._file.open("wb", buffering=0) as file:
                rest = memoryview(bytes(self._size))
                while rest:  # a disk that has little room takes a part, and fails at the next
                    rest = rest[file.write(rest) :]
                os.fsync(file.fileno())
        finally:
            self._file.unlink(missing_ok=True)
        self.forget()
