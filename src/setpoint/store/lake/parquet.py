"""A query's result as a Parquet file, batch by batch. `query` calls it; DuckDB itself may not touch any file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import duckdb
import pyarrow
import pyarrow.parquet
from duckdb.sqltypes import DuckDBPyType

from setpoint.errors import InputError, LakeError
from setpoint.store.lake.stream import Stream

BATCH: Final = 60 * 2048
"""Rows of a row group: as many as DuckDB keeps together."""

_AS_TEXT: Final = frozenset(
    {
        *("bignum", "bit", "geometry", "hugeint", "interval", "null", "time with time zone", "uhugeint", "union"),
        "variant",
    }
)
"""What Parquet has no type for, or a narrower one."""


def write(relation: duckdb.DuckDBPyRelation, file: Path, *, most_bytes: int) -> int:
    """Runs the query into `file`, a new one; how many rows. What was begun is removed where that fails."""
    with _told(file):
        stream = file.open("xb")
    try:
        with _told(file), stream:
            return _write(relation, stream, most_bytes)
    except BaseException:
        file.unlink(missing_ok=True)
        raise


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LakeError(f"the export cannot be written ({error.strerror or error})", where=str(file)) from error


def _write(relation: duckdb.DuckDBPyRelation, file: BinaryIO, most_bytes: int) -> int:
    result = Stream(relation, _projection(relation), BATCH)
    rows = 0
    try:
        with pyarrow.parquet.ParquetWriter(file, result.schema, compression="zstd") as writer:
            for batch in result:
                writer.write_batch(batch)
                rows += batch.num_rows
                if file.tell() > most_bytes:
                    raise InputError(f"the export has more than {most_bytes:,} bytes", remedy="export less at once")
    except pyarrow.ArrowNotImplementedError as error:
        raise InputError(f"a column cannot be exported ({error})", remedy="cast it to VARCHAR") from error
    return rows


def _projection(relation: duckdb.DuckDBPyRelation) -> str:
    names = relation.columns
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise InputError(f"{times} columns have the name {name!r}", remedy="give each its own name with AS")
    columns = enumerate(zip(names, relation.types, strict=True), 1)
    return ", ".join(f"{_spelt(number, kind)} AS {_quoted(name)}" for number, (name, kind) in columns)


def _spelt(number: int, kind: DuckDBPyType) -> str:
    return f"CAST(#{number} AS VARCHAR)" if kind.id in _AS_TEXT else f"#{number}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
