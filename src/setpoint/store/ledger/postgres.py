"""All that is PostgreSQL's own, as `dialect` is all that is SQLite's. So far the inventory alone lives there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError

from setpoint.errors import Error, LedgerError, TemporaryError
from setpoint.store.ledger.database import Database

LOCK: Final = 0x53455450
"""`SETP`: the advisory lock that a writing transaction holds (PostgreSQL documentation, *Advisory Locks*)."""

WAIT_SECONDS: Final = 10.0
"""How long a write waits for another process's, as with SQLite."""

_WRITES: Final = "setpoint_writes"
"""The execution option that says whether a connection's transactions write."""

WRITING: Final[Mapping[str, str]] = {_WRITES: "yes"}
"""Options of a connection that writes: one does at any time, so that what it reads stays true until it commits."""

_LOCK_NOT_AVAILABLE: Final = "55P03"
_NO_CONNECTION: Final = "08000"
"""Stands for the code that there is none of while nobody is connected."""
_MEANINGS: Final[Mapping[str, tuple[str, str]]] = {
    "08": ("the connection to the database failed", "see whether PostgreSQL is there, and try again"),
    "42": ("the ledger lacks what its version promises", "restore it from a backup"),
    "53": ("the database has no room left", "free some space or connections and try again"),
    "57": ("the database was shut down meanwhile", "try again once it is back"),
    "58": ("the disk of the database failed", "check the disk and try again"),
}
"""PostgreSQL documentation, *Error Codes*: class → what it means here, and what would do."""


def open_postgres(url: str) -> Database:
    """At a URL of SQLAlchemy's: `postgresql+psycopg://user@/database?host=…`."""
    engine = create_engine(url)
    # Many rows go in one statement, and not each by itself across the wire.
    engine.dialect.use_insertmanyvalues_wo_returning = True
    event.listen(engine, "begin", _begin)
    return Database(engine, WRITING, translate, engine.url.render_as_string(), read_only=False)


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get(_WRITES):
        # All that one transaction reads is of one moment, as with SQLite.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS:g}s'")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def translate(error: DBAPIError, where: str) -> Error | None:
    """The driver's error in our words; None where it can only be a mistake in this program."""
    code = getattr(error.orig, "sqlstate", None) or _NO_CONNECTION
    if code == _LOCK_NOT_AVAILABLE:
        return TemporaryError(
            f"another process is writing to the ledger and did not finish within {WAIT_SECONDS:g} seconds",
            remedy="try again",
            delay=WAIT_SECONDS,
        )
    meaning = _MEANINGS.get(code[:2])
    if meaning is None:
        return None
    what, remedy = meaning
    return LedgerError(f"{what} ({str(error.orig).strip()})", where=where, remedy=remedy)
