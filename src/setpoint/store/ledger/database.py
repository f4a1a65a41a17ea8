"""Connections and transactions: the one place where the ledger's code reads, writes, and meets the driver's errors."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from setpoint.errors import LedgerError, without_inside
from setpoint.store.ledger import dialect

Item = TypeVar("Item")

MAX_VALUES: Final = 5_000
"""In one `IN (…)`. SQLite takes 32,766 values in a statement (*Limits In SQLite*), PostgreSQL's protocol 65,535."""


class Database:
    """One ledger file. Threads may share it: readers have a connection each, writers take turns."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self.engine = dialect.make_engine(path, read_only=read_only)
        self._writing_engine = self.engine.execution_options(**dialect.WRITING)
        self._turn = threading.RLock()
        self._current: Connection | None = None
        self._broken = False
        self._trouble = ""
        self.has_written = False

    @property
    def trouble(self) -> str:
        """Why nothing could be written last; empty where it could."""
        return self._trouble

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees the ledger as it was committed when its first statement ran."""
        with self._translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, the only one at the time; inside another one of the same thread, a part of that.

        Once a part has failed, the whole does not commit, even if somebody swallowed the error: no half steps.
        """
        if self.read_only:
            raise LedgerError("the ledger was opened for reading only", where=str(self.path))
        with self._turn:
            if self._current is None:
                yield from self._noted()
            else:
                yield from self._part(self._current)

    def _noted(self) -> Iterator[Connection]:
        try:
            yield from self._whole()
        except LedgerError as error:
            if isinstance(error.__cause__, DBAPIError):
                self._trouble = without_inside(error).diagnostics()
            raise
        self._trouble = ""

    def _whole(self) -> Iterator[Connection]:
        with self._translated(), self._writing_engine.begin() as connection:
            self._current, self._broken = connection, False
            try:
                yield connection
            finally:
                self._current = None
            if self._broken:
                raise LedgerError("a part of this step failed, so nothing of it was written", where=str(self.path))
        self.has_written = True

    def _part(self, current: Connection) -> Iterator[Connection]:
        try:
            yield current
        except BaseException:
            self._broken = True
            raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            translated = dialect.translate(error, str(self.path))
            if translated is None:
                raise
            raise translated from error

    def use_write_ahead_log(self) -> None:
        with self._translated():
            dialect.use_write_ahead_log(self.engine)

    def close(self) -> None:
        self.engine.dispose()


def batches(items: Sequence[Item], size: int = MAX_VALUES) -> Iterator[Sequence[Item]]:
    """`items` in pieces that one statement can take."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
