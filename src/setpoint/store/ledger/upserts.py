"""Insert-or-else, in SQLite and in PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, case
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


def insert_or_merge(
    connection: Connection, table: Table, *, add: Sequence[str], least: Sequence[str] = (), most: Sequence[str] = ()
) -> Insert:
    """Insert rows; where the primary key exists, these columns become the sum, the least and the most of both."""
    insert: Insert = _INSERTS[connection.dialect.name](table)
    new = insert.excluded
    merged: dict[str, Any] = {name: table.c[name] + new[name] for name in add}
    merged |= {name: case((new[name] < table.c[name], new[name]), else_=table.c[name]) for name in least}
    merged |= {name: case((new[name] > table.c[name], new[name]), else_=table.c[name]) for name in most}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=merged)
