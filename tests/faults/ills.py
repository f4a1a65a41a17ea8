"""A disk and a clock that are not well, under real processes: what `ills.c` does to them is said here.

Whoever has the environment of `Ills` in its own suffers from what is said, from the moment that it is said.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

SOURCE: Final = Path(__file__).with_name("ills.c")
LONGEST: Final = 4096
FORM: Final = struct.Struct(f"=7q{LONGEST}s")
"""`struct ills` in `ills.c`."""

ALL: Final = 2**62


@dataclass(frozen=True, slots=True)
class Ill:
    """What ails one kind of call; nothing where nothing is said."""

    delay: timedelta = timedelta(0)
    """Before each."""
    passing: int = 0
    """So many still succeed, in all processes together,"""
    failing: int = 0
    """and so many after them fail with EIO."""

    def numbers(self) -> tuple[int, int, int]:
        return _nanoseconds(self.delay), self.passing, self.failing


FAILING: Final = Ill(failing=ALL)


@dataclass(frozen=True, slots=True)
class _Said:
    clock: timedelta = timedelta(0)
    syncs: Ill = Ill()
    writes: Ill = Ill()
    path: str = ""


class Ills:
    """One machine's; all is well at first."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where it may leave files; skips the test where there is no compiler."""
        self._file = folder / "ills"
        self._said = _Said()
        self._write(self._said)
        self.environment: Mapping[str, str] = {"LD_PRELOAD": str(_compiled(folder)), "ILLS": str(self._file)}

    def disk(self, path: Path, *, syncs: Ill = Ill(), writes: Ill = Ill()) -> None:
        """From now on, for files whose path begins so; nothing any more for those that suffered before."""
        self._write(replace(self._said, syncs=Ill(), writes=Ill()))
        self._write(replace(self._said, path=str(path), syncs=syncs, writes=writes))

    def well(self) -> None:
        """The disk is, from now on."""
        self._write(replace(self._said, syncs=Ill(), writes=Ill()))

    def clock(self, ahead: timedelta) -> None:
        """Of the machine's; what only ever goes forward, the monotonic clock, stays as it is."""
        self._write(replace(self._said, clock=ahead))

    def now(self) -> datetime:
        """By that clock."""
        return datetime.now(UTC) + self._said.clock

    def _write(self, said: _Said) -> None:
        self._said = said
        numbers = (_nanoseconds(said.clock), *said.syncs.numbers(), *said.writes.numbers())
        content = FORM.pack(*numbers, said.path.encode())
        # In place: the processes have it in their memory.
        with self._file.open("r+b" if self._file.exists() else "w+b", buffering=0) as file:
            file.write(content)


def _compiled(folder: Path) -> Path:
    compiler, library = shutil.which("cc"), folder / "ills.so"
    if compiler is None or sys.platform != "linux":
        pytest.skip("there is no C compiler here, or no Linux: nothing can come between the program and its disk")
    command = [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", str(SOURCE), "-o", str(library)]
    subprocess.run([*command, "-ldl"], check=True)
    return library


def _nanoseconds(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1) * 1000
