"""The tables of permission use, and of what was changed.

Those in the database are made by `migrations/`; a test holds the two together.

Principals, actions and resources repeat on every day: they have numbers, and the one large table has nothing but these.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint

from setpoint.store.ledger.columns import Document, Moment, Number
from setpoint.store.ledger.tables import metadata


def _number(name: str) -> Column[Any]:
    return Column(name, Integer, primary_key=True, autoincrement=False)


names = Table(
    "use_names",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False),
    UniqueConstraint("name", name="use_names_by_name"),
)

uses = Table(
    "permission_uses",
    metadata,
    _number("principal"),
    _number("action"),
    _number("resource"),
    # As `date.toordinal` counts days.
    _number("day"),
    _number("original"),
    *(Column(name, BigInteger, nullable=False) for name in ("used", "failed", "denied")),
    Column("first", Moment, nullable=False),
    Column("last", Moment, nullable=False),
    sqlite_with_rowid=False,
)

use_marks = Table(
    "use_marks",
    metadata,
    _number("principal"),
    Column("mark", BigInteger, nullable=False),
)

unmapped = Table(
    "unmapped_events",
    metadata,
    Column("name", Text, primary_key=True),
    Column("events", BigInteger, nullable=False),
)

gaps = Table(
    "trail_gaps",
    metadata,
    Column("account", Text, primary_key=True),
    Column("region", Text, primary_key=True),
    Column("since", Moment, primary_key=True),
    Column("until", Moment, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
)

reach = Table(
    "trail_reach",
    metadata,
    Column("account", Text, primary_key=True),
    Column("region", Text, primary_key=True),
    Column("first", Moment, nullable=False),
    Column("last", Moment, nullable=False),
)

marks = Table(
    "trail_marks",
    metadata,
    Column("source", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("mark", Text, nullable=False),
)

logs = Table(
    "trail_logs",
    metadata,
    Column("source", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("trail_logs_by_age", "source", "at"),
)

sessions = Table(
    "trail_sessions",
    metadata,
    Column("key", Text, primary_key=True),
    Column("principal", Text, nullable=False),
    Column("begun", Moment, nullable=False),
    # Null where none was noted: of those that were begun before these were.
    Column("chain", Document),
    Column("labels", Document),
    Index("trail_sessions_by_age", "begun"),
)

writes = Table(
    "trail_writes",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("document", Document, nullable=False),
    UniqueConstraint("id", name="trail_writes_by_id"),
    Index("trail_writes_by_age", "at"),
)

write_names = Table(
    "trail_write_names",
    metadata,
    Column("account", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("call", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("trail_write_names_by_number", "number"),
)
