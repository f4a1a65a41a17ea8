"""A query's result as a stream of Arrow batches, with DuckDB's own errors. `answer` and `parquet` read from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import duckdb
import pyarrow

_KINDS: Final = {
    "INTERRUPT": duckdb.InterruptException,
    "Out of Memory": duckdb.OutOfMemoryException,
    "IO": duckdb.IOException,
    "FATAL": duckdb.FatalException,
    "INTERNAL": duckdb.InternalException,
}
"""How DuckDB spells a kind of error → that error. Arrow hands on its text alone."""


class Stream:
    """The query runs as far as this is iterated over; only so many rows are in memory at a time."""

    def __init__(self, relation: duckdb.DuckDBPyRelation, projection: str, rows: int) -> None:
        self._reader: pyarrow.RecordBatchReader = relation.project(projection).to_arrow_reader(rows)
        self.schema = self._reader.schema

    def __iter__(self) -> Iterator[pyarrow.RecordBatch]:
        while (batch := self._next()) is not None:
            yield batch

    def _next(self) -> pyarrow.RecordBatch | None:
        try:
            return self._reader.read_next_batch()
        except StopIteration:
            return None
        except (pyarrow.ArrowException, OSError) as error:
            kind, _, _ = str(error).partition(" Error: ")
            raise _KINDS.get(kind, duckdb.Error)(str(error)) from error
