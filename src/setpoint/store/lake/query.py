"""One query from somebody else: vetted, on a connection of its own that only reads, for so long and no longer.

`lake` makes one and asks it. At most so many run at a time; who comes then waits for a turn within its own time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import duckdb

from setpoint.errors import InputError, TemporaryError
from setpoint.store.lake.failures import is_the_lakes, query_error, too_large
from setpoint.store.lake.limits import LakeLimits
from setpoint.store.lake.memory import give_up, resident
from setpoint.store.lake.vetting import vet

EVERY: Final = 0.05
"""Seconds between two looks at a query, and between two interruptions: one that comes between statements is lost."""

HOPELESS: Final = 2
"""Times the memory at which queries are ended; whoever gets there does not heed interruptions."""


@dataclass(slots=True)
class _Fate:
    """What becomes of one query."""

    ends_at: float
    is_too_large: bool = False


class Queries:
    """The queries that run on one database. Closing it ends them."""

    def __init__(self, database: duckdb.DuckDBPyConnection, limits: LakeLimits) -> None:
        self._database = database
        self._limits = limits
        self._turns = threading.BoundedSemaphore(limits.queries)
        self._closing = threading.Event()

    @contextmanager
    def run(self, sql: str, timeout: float) -> Iterator[duckdb.DuckDBPyRelation]:
        """The query, which runs as it is read from; not longer than `timeout` seconds, waiting for a turn included."""
        longest = self._limits.seconds
        if not 0 < timeout <= longest:
            raise InputError(f"a query may run for up to {longest:g} s", remedy="give a timeout within that")
        fate = _Fate(time.monotonic() + timeout)
        if self._closing.is_set() or not self._turns.acquire(timeout=timeout):
            raise TemporaryError("the lake has no room for another query now", remedy="try again")
        try:
            with self._told(fate, timeout), self._connection() as connection, self._watched(connection, fate):
                statement = vet(connection, sql)
                connection.execute("BEGIN TRANSACTION READ ONLY")
                yield connection.sql(statement)
        finally:
            self._turns.release()

    def close(self) -> None:
        """Returns once none runs any more."""
        self._closing.set()
        for _ in range(self._limits.queries):
            self._turns.acquire()

    @contextmanager
    def _connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = self._database.cursor()
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def _watched(self, connection: duckdb.DuckDBPyConnection, fate: _Fate) -> Iterator[None]:
        """Interrupts whatever the connection does, again and again, once there is a reason to."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(EVERY):
                if self._is_over(fate):
                    connection.interrupt()

        watcher = threading.Thread(target=watch, name="lake-query-watch", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()

    def _is_over(self, fate: _Fate) -> bool:
        size = resident()
        if size > HOPELESS * self._limits.resident:
            give_up()
        fate.is_too_large |= size > self._limits.resident
        return fate.is_too_large or self._closing.is_set() or time.monotonic() > fate.ends_at

    @contextmanager
    def _told(self, fate: _Fate, timeout: float) -> Iterator[None]:
        """What is the query's fault is told; what is the lake's goes on to who owns it."""
        try:
            yield
        except duckdb.InterruptException as error:
            if self._closing.is_set():
                raise TemporaryError("the lake was closed meanwhile", remedy="try again") from error
            if fate.is_too_large:
                raise too_large() from error
            raise InputError(
                f"the query did not end within {timeout:g} s", remedy="narrow it by time or type, or give it longer"
            ) from error
        except duckdb.Error as error:
            if is_the_lakes(error):
                raise
            raise query_error(error) from error
