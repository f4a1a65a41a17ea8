"""Connections and transactions: the one place where the ledger's code reads, writes, and meets the driver's errors."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from setpoint.errors import Error, LedgerError, OutOfReachError, TemporaryError, without_inside
from setpoint.store.ledger import dialect

Item = TypeVar("Item")

Translate = Callable[[DBAPIError, str], Error | None]
"""A driver's error, and where the database is, in our words; None where it can only be a mistake in this program."""

MAX_VALUES: Final = 5_000
"""In one `IN (…)`. SQLite takes 32,766 values in a statement (*Limits In SQLite*), PostgreSQL's protocol 65,535."""


class Database(ABC):
    """One database of a ledger. Threads may share it: readers have a connection each, writers take turns."""

    def __init__(
        self,
        engine: Engine,
        writing: Mapping[str, Any],
        translate: Translate,
        place: str,
        *,
        read_only: bool,
        reading: Mapping[str, Any] | None = None,
    ) -> None:
        """`writing` are the options of a connection that writes: only one does, at any time, among all processes.

        `reading` are those of one that reads.
        """
        self.read_only = read_only
        self.engine = engine
        self._reading_engine = engine.execution_options(**reading) if reading else engine
        self._writing_engine = engine.execution_options(**writing)
        self._translate = translate
        self.place = place
        """Where it is, as errors say."""
        self._turn = threading.RLock()
        self._current: Connection | None = None
        self._broken = False
        self._trouble = ""
        self.has_written = False

    @abstractmethod
    def make_ready(self) -> None:
        """What has to be so before anything is written; raises `LedgerError` where it cannot be."""

    @abstractmethod
    def is_marked(self, connection: Connection) -> bool:
        """Whether it says of itself that it is a ledger."""

    @abstractmethod
    def mark(self, connection: Connection) -> None:
        """It is a ledger from now on, and all of its tables are there."""

    @abstractmethod
    def time(self, connection: Connection, told: datetime) -> datetime:
        """By which clock leases run: `told`, or one that all who share the ledger have in common."""

    @property
    def trouble(self) -> str:
        """Why nothing could be written last; empty where it could."""
        return self._trouble

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees the ledger as it was committed when its first statement ran."""
        with self._translated(), self._reading_engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, the only one at the time; inside another one of the same thread, a part of that.

        Once a part has failed, the whole does not commit, even if somebody swallowed the error: no half steps.
        """
        if self.read_only:
            raise LedgerError("the ledger was opened for reading only", where=self.place)
        with self._turn:
            if self._current is None:
                yield from self._noted()
            else:
                yield from self._part(self._current)

    def _noted(self) -> Iterator[Connection]:
        try:
            yield from self._whole()
        except (LedgerError, OutOfReachError) as error:
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
                raise LedgerError("a part of this step failed, so nothing of it was written", where=self.place)
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
            translated = self._translate(error, self.place)
            if translated is None:
                raise
            raise translated from error
        except NoConnectionLeft as error:
            raise TemporaryError("too many ask the ledger at once", remedy="try again") from error

    def close(self) -> None:
        self.engine.dispose()


class LedgerFile(Database):
    """A ledger in a file of SQLite's."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        engine = dialect.make_engine(path, read_only=read_only)
        super().__init__(engine, dialect.WRITING, dialect.translate, str(path), read_only=read_only)
        self.path = path

    def make_ready(self) -> None:
        with self._translated():
            dialect.use_write_ahead_log(self.engine)

    def is_marked(self, connection: Connection) -> bool:
        return dialect.is_marked(connection)

    def mark(self, connection: Connection) -> None:
        dialect.mark(connection)

    def time(self, connection: Connection, told: datetime) -> datetime:  # noqa: ARG002 (all who share it are here)
        return told


def batches(items: Sequence[Item], size: int = MAX_VALUES) -> Iterator[Sequence[Item]]:
    """`items` in pieces that one statement can take."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
