"""Entries of the journal as one Arrow table, column by column: the fast way into DuckDB. `lake` calls it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import orjson
import pyarrow

from setpoint.model.canonical import Json
from setpoint.store.interface.journal import Entry

UNREADABLE: Final = "setpoint.unreadable"
"""The type of a line that is no event: it is kept, and seen, rather than lost or in everybody's way."""

_MOMENT = pyarrow.timestamp("us", tz="UTC")

SCHEMA: Final = pyarrow.schema(
    [
        ("offset", pyarrow.int64()),
        ("received_at", _MOMENT),
        ("time", _MOMENT),
        ("source", pyarrow.string()),
        ("id", pyarrow.string()),
        ("type", pyarrow.string()),
        ("subject", pyarrow.string()),
        ("service", pyarrow.string()),
        ("sender", pyarrow.string()),
        ("data", pyarrow.string()),
    ]
)

_Row = tuple[int, datetime, datetime, str, str, str, str, str, str, bytes | None]


def as_table(entries: Sequence[Entry]) -> pyarrow.Table:
    columns = zip(*(_row(entry) for entry in entries), strict=True)
    arrays = [pyarrow.array(column, type=field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pyarrow.table(arrays, schema=SCHEMA)


def _row(entry: Entry) -> _Row:
    try:
        event = orjson.loads(entry.line)
    except orjson.JSONDecodeError:
        event = None
    if not isinstance(event, dict):
        line = orjson.dumps({"line": entry.line.decode(errors="replace")})
        return entry.offset, entry.received_at, entry.received_at, "", "", UNREADABLE, "", "", entry.sender, line
    return (
        entry.offset,
        entry.received_at,
        _time(event, entry.received_at),
        _text(event, "source"),
        _text(event, "id"),
        _text(event, "type"),
        _text(event, "subject"),
        _text(event, "service"),
        entry.sender,
        _data(event),
    )


def _data(event: Mapping[str, Json]) -> bytes | None:
    if "data" in event:
        return orjson.dumps(event["data"])
    if "data_base64" in event:
        return orjson.dumps({"data_base64": event["data_base64"]})
    return None


def _time(event: Mapping[str, Json], otherwise: datetime) -> datetime:
    """When it happened; when it came in, where it does not say so, or in no form of RFC 3339."""
    try:
        time = datetime.fromisoformat(event["time"])
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return otherwise


def _text(event: Mapping[str, Json], name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""
