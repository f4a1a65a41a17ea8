"""Insert-or-else, in SQLite and in PostgreSQL alike: for what may live in both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = postgresql.Insert | sqlite.Insert

_INSERTS: Final[dict[str, Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def insert_or_keep(connection: Connection, table: Table) -> Insert:
    """Insert rows; whatever they collide with stays."""
    insert: Insert = _INSERTS[connection.dialect.name](table)
    return insert.on_conflict_do_nothing()


def insert_or_update(connection: Connection, table: Table, keep: Sequence[str] = ()) -> Insert:
    """Insert rows; where the primary key exists, every other column takes the new value, but for those to `keep`."""
    insert: Insert = _INSERTS[connection.dialect.name](table)
    keys = {column.name for column in table.primary_key} | set(keep)
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys},
    )
