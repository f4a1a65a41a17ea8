"""Who waits for a scan of a running service: says how far it is, and keeps its SARIF whole while it goes on."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import click

from setpoint.cli.output import json_bytes, one_line
from setpoint.errors import CouldNotTellError, InputError
from setpoint.model.dast import DastReport, Profile
from setpoint.model.wording import counted, span
from setpoint.scan.dast.sarif import dast_log

if TYPE_CHECKING:
    from rich.status import Status

SHARE: Final = 20
"""Times as long as a file takes to write, until it is written again before the end of the scan."""


ENOUGH: Final = 5
"""Checks that have to be made before the time of the others is told."""

NOT_BEGUN: Final = DastReport("", Profile.SAFE, (), 0, 0.0, ended_early="it did not begin")


class Watching:
    """Implements `scan.dast.engine.Watcher`. Ended before anything else is printed."""

    def __init__(self, sarif: str | None) -> None:
        """Raises `InputError` where the file cannot be written: before anything is sent, or an older one is lost."""
        self._sarif = Path(sarif).resolve() if sarif else None
        self._status: Status | None = None
        self._step = ""
        self._faults = 0
        self._first_made = time.monotonic()
        self._free_at = 0.0
        self._has_put = False
        if self._sarif is not None:
            with _told(self._sarif):
                tempfile.TemporaryFile(dir=self._sarif.parent).close()

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.text import Text

            self._status = Console(stderr=True, markup=False).status(Text("…"))
            self._status.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()
        if isinstance(error, CouldNotTellError) and not self._has_put:  # nobody is to take an older one for this
            self._put(NOT_BEGUN)

    def told(self, line: str) -> None:
        if sys.stderr.isatty():
            click.echo(one_line(line), err=True)

    def step(self, what: str, done: int, total: int) -> None:
        if not self._has_put:
            self._put(NOT_BEGUN)
        self._step = f"{done} of {counted(total, 'check')} made; {what}{self._left(done, total)}"
        self._show()

    def _left(self, done: int, total: int) -> str:
        """By what the checks so far have taken, once there are enough of them to tell."""
        now = time.monotonic()
        if done == 1:
            self._first_made = now
        if done < ENOUGH:
            return ""
        return f"; about {span((now - self._first_made) / (done - 1) * (total - done))} left"

    def found(self, report: DastReport) -> None:
        self._faults = len(report.faults)
        self._show()
        if report.is_final or time.monotonic() >= self._free_at:
            self._put(report)

    def _show(self) -> None:
        if self._status is not None:
            from rich.text import Text

            self._status.update(Text(f"{self._step}; {counted(self._faults, 'fault')} …"))

    def _put(self, report: DastReport) -> None:
        """In its place at once, so that nobody ever reads half of it."""
        if self._sarif is None:
            return
        started = time.monotonic()
        with _told(self._sarif):
            handle, name = tempfile.mkstemp(dir=self._sarif.parent, prefix=f".{self._sarif.name}-")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(json_bytes(dast_log(report)))
                    stream.write(b"\n")
                Path(name).replace(self._sarif)
            finally:
                with suppress(FileNotFoundError):  # it is in its place
                    Path(name).unlink()
        self._has_put = True
        self._free_at = time.monotonic() + SHARE * (time.monotonic() - started)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"the file cannot be written ({error.strerror})", where=str(file)) from error
