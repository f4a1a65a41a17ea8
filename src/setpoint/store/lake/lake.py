"""The lake in one DuckDB file: implements `store.interface.Lake`. Opened by `opening`, in its own process.

One thread at a time writes, on one connection. Queries have connections of their own, and see whole batches only.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import duckdb

from setpoint.errors import InputError
from setpoint.store.interface.journal import Entry
from setpoint.store.interface.lake import Answer
from setpoint.store.lake import answer, damage, parquet
from setpoint.store.lake.batch import as_table
from setpoint.store.lake.failures import is_damage, lake_error
from setpoint.store.lake.limits import LakeLimits
from setpoint.store.lake.query import Queries


class DuckDbLake:
    def __init__(
        self, path: Path, database: duckdb.DuckDBPyConnection, limits: LakeLimits, told: Sequence[str]
    ) -> None:
        """`told` is what was found when it was opened."""
        self._path = path
        self._database = database
        self._limits = limits
        self._told = tuple(told)
        self._writing = threading.Lock()
        self._queries = Queries(database, limits)

    def take(self, entries: Sequence[Entry]) -> int:
        with self._writing, self._translated():
            taken = _taken(self._database)
            fresh = [entry for entry in entries if entry.offset > taken]
            if fresh:
                self._write(fresh)
            return len(fresh)

    def _write(self, entries: Sequence[Entry]) -> None:
        self._database.register("batch", as_table(entries))
        try:
            with self._transaction():
                self._database.execute("INSERT INTO kept.events SELECT * FROM batch")
                newest = max(entry.offset for entry in entries)
                self._database.execute("UPDATE kept.state SET taken = ?", [newest])
        finally:
            self._database.unregister("batch")

    def retain(self, days: int) -> int:
        first = datetime.combine(datetime.now(UTC).date() - timedelta(days=days), time(), UTC)
        with self._writing, self._translated():
            with self._transaction():
                [(gone,)] = self._database.execute("DELETE FROM kept.events WHERE received_at < ?", [first]).fetchall()
            if gone:
                # Until then the rows are marked as gone, and still in the file.
                self._database.checkpoint()
            return int(gone)

    def taken(self) -> int:
        with self._translated(), self._database.cursor() as connection:
            return _taken(connection)

    def damage(self) -> Sequence[str]:
        return self._told

    def query(self, sql: str, *, limit: int, timeout: float) -> Answer:
        if not 1 <= limit <= self._limits.rows:
            raise InputError(f"an answer has from 1 to {self._limits.rows:,} rows", remedy="give a limit within that")
        with self._translated(), self._queries.run(sql, timeout) as relation:
            return answer.collect(relation, limit=limit, most_bytes=self._limits.answer)

    def export(self, sql: str, file: Path, *, timeout: float) -> int:
        with self._translated(), self._queries.run(sql, timeout) as relation:
            return parquet.write(relation, file, most_bytes=self._limits.export)

    def close(self) -> None:
        """Ends every query first."""
        self._queries.close()
        with self._writing, self._translated():
            self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.begin()
        try:
            yield
        except BaseException:
            self._database.rollback()
            raise
        self._database.commit()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Whatever DuckDB raises in here, and is not a query's fault, is the lake's; damage is noted besides."""
        try:
            yield
        except duckdb.Error as error:
            if is_damage(error):
                damage.note(self._path)
            raise lake_error(error, self._path) from error


def _taken(connection: duckdb.DuckDBPyConnection) -> int:
    [(taken,)] = connection.execute("SELECT taken FROM kept.state").fetchall()
    return int(taken)
