"""A query's result as values that JSON can hold, batch by batch and within limits. `query` calls it.

Numbers of at most 64 bits, truth values and text stay what they are. What JSON has no number for (decimals, wider
integers, NaN and the infinities), dates, times and intervals become text, bytes become base 64, and what is nested
becomes lists and objects.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Final

import duckdb
import orjson
import pyarrow
from duckdb.sqltypes import DuckDBPyType

from setpoint.errors import InputError
from setpoint.files import check_depth
from setpoint.model.canonical import Json
from setpoint.store.interface.lake import Answer
from setpoint.store.lake.stream import Stream

BATCH: Final = 2048
"""Rows in which a result is fetched: one vector of DuckDB's."""

LONGEST_TYPE: Final = 200
"""Characters of a type's name; an ENUM's lists every value that it has."""

_WHOLE: Final = frozenset(
    {"boolean", "tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger", "ubigint", "varchar"}
)
_FLOATING: Final = frozenset({"float", "double"})
_NESTED: Final = frozenset({"array", "list", "map", "struct", "tuple", "union", "variant"})

_Convert = Callable[[Json], Json]


def collect(relation: duckdb.DuckDBPyRelation, *, limit: int, most_bytes: int) -> Answer:
    """Runs the query as far as `limit` rows go; `InputError` where those have more than `most_bytes`."""
    types = relation.types
    rows: list[tuple[Json, ...]] = []
    size = 0
    projection = ", ".join(_spelt(number, each) for number, each in enumerate(types, 1))
    for batch in Stream(relation, projection, BATCH):
        size += batch.nbytes
        if size > most_bytes:
            raise InputError(
                f"the answer has more than {most_bytes:,} bytes",
                remedy="select fewer columns, group, or export it as Parquet",
            )
        rows.extend(_rows(batch, types))
        if len(rows) > limit:
            break
    return Answer(
        columns=tuple(relation.columns),
        types=tuple(str(each)[:LONGEST_TYPE] for each in types),
        rows=tuple(rows[:limit]),
        cut=len(rows) > limit,
    )


def _spelt(number: int, kind: DuckDBPyType) -> str:
    """The expression for a column (`#1` is the first one): as it is, or as text where something would be lost."""
    column = f"#{number}"
    if kind.id in _WHOLE or kind.id in _FLOATING:
        return column
    if kind.id in _NESTED:
        return f"to_json({column})"
    return f"base64({column})" if kind.id == "blob" else f"CAST({column} AS VARCHAR)"


def _rows(batch: pyarrow.RecordBatch, types: Sequence[DuckDBPyType]) -> list[tuple[Json, ...]]:
    columns = [
        [None if value is None else convert(value) for value in column.to_pylist()]
        for column, convert in zip(batch.columns, (_converter(each) for each in types), strict=True)
    ]
    return list(zip(*columns, strict=True))


def _converter(kind: DuckDBPyType) -> _Convert:
    if kind.id in _FLOATING:
        return _number
    if kind.id in _NESTED or str(kind) == "JSON":
        return _parsed
    return _moment if kind.id.startswith("timestamp") else _same


def _same(value: Json) -> Json:
    return value


def _number(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"


def _moment(text: str) -> str:
    """DuckDB's spelling as RFC 3339 has it; what lies outside its years, or is infinite, stays as it is."""
    if "(BC)" in text:
        return text
    return text.replace(" ", "T", 1).replace("+00", "Z", 1) if text.endswith("+00") else text.replace(" ", "T", 1)


def _parsed(text: str) -> Json:
    """JSON as the value that it is, numbers that have no place in 64 bits as text; all as text where it is too deep."""
    try:
        value = _EXACT.decode(text) if _WIDE.search(text) else orjson.loads(text)
        check_depth(value, "")
    except (ValueError, InputError, RecursionError):
        return text
    return value


def _integer(digits: str) -> int | str:
    value = int(digits)
    return value if -(2**63) <= value < 2**64 else digits


def _float(digits: str) -> float | str:
    value = float(digits)
    return value if math.isfinite(value) else digits


_WIDE: Final = re.compile(r"\d{19}|[eE]\+?\d{3}|NaN|Infinity")
"""Where there may be a number that the fast parser would change, or that is DuckDB's own (JSON has no NaN)."""

_EXACT: Final = json.JSONDecoder(parse_constant=str, parse_int=_integer, parse_float=_float)
