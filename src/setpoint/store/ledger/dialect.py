"""All that is SQLite's own: how to connect, begin, refuse changes, and say what went wrong.

`database.py` calls it; `postgres` is its sibling for PostgreSQL.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from setpoint.errors import Error, LedgerError, TemporaryError

APPLICATION_ID: Final = 0x53455450
"""`SETP`: marks a file as a ledger, so that no other database is migrated (SQLite documentation, *PRAGMA*)."""

BUSY_SECONDS: Final = 10.0
"""How long a write waits for another process's; a batch of the loop holds the lock for well under one second."""

BUSY_PAUSE: Final = 0.02
"""Seconds between two attempts, where SQLite does not wait by itself."""

CACHE_KIBIBYTES: Final = 32 * 1024
"""Of pages that a connection keeps in memory, once it has read them; SQLite's own bound is 2,000."""

LOG_PAGES: Final = 4_000
"""Of the write-ahead log, 16 MB, before they go into the file: each time costs two syncs, and SQLite's own 1,000 are
three bills of materials."""

_BEGIN: Final = "setpoint_begin"
"""The execution option that says how a connection's transactions begin."""

WRITING: Final[Mapping[str, str]] = {_BEGIN: "BEGIN IMMEDIATE"}
"""Options of a connection that writes.

A deferred transaction that turns into a writing one fails at once when another has written meanwhile; one that takes
the lock when it begins waits for its turn, and what it reads stays true until it commits.
"""

_OUTSIDE: Final[Mapping[str, str]] = {_BEGIN: ""}
"""Options of a connection for what no transaction may hold."""


def make_engine(path: Path, *, read_only: bool) -> Engine:
    """An engine on the file, which must exist: SQLite never creates it, so that its mode is ours to choose."""
    query = f"mode={'ro' if read_only else 'rw'}"
    if read_only and _is_on_read_only_media(path):
        query += "&immutable=1"
    uri = f"file:{quote(str(path))}?{query}"
    engine = create_engine("sqlite+pysqlite://", creator=lambda: _connect(uri), poolclass=QueuePool)
    event.listen(engine, "begin", _begin)
    return engine


def _is_on_read_only_media(path: Path) -> bool:
    """Whether nobody could be writing: a ledger in WAL mode can then be read only as an immutable file.

    A `-wal` file says that somebody is, or was; ignoring it would show an older state as the current one.
    """
    return not may_write(path.parent) and not path.with_name(f"{path.name}-wal").exists()


def may_write(path: Path) -> bool:
    """Asked of the system without opening the file: closing it again would drop this process's own locks on it.

    SQLite documentation, *How To Corrupt An SQLite Database File*, section 2.2.
    """
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _connect(uri: str) -> sqlite3.Connection:
    # isolation_level=None: `_begin` begins transactions, not sqlite3. The pool lends to one thread at a time.
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _set_up(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    # FULL: what was committed survives a power cut. NORMAL could lose the last commits, and with them the record of
    # a change that was already made to production.
    connection.execute("PRAGMA synchronous = FULL")
    # A bill of materials touches as many pages as it has components, all over a table of millions of rows.
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    # What a tampered schema defines (a view, a trigger) may call no function with side effects.
    connection.execute("PRAGMA trusted_schema = OFF")


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


def use_write_ahead_log(engine: Engine) -> None:
    """Readers never wait for the writer, nor it for them. The file remembers it, but a copy made by VACUUM does not."""
    if _switch_to_write_ahead_log(engine) != "wal":
        raise LedgerError(
            "the file system cannot share memory between processes, which the ledger needs",
            remedy="keep the ledger on a local disk",
        )


def _switch_to_write_ahead_log(engine: Engine) -> str:
    """The mode that the file is in now. SQLite does not wait for its turn when it changes the mode, so this does."""
    deadline = time.monotonic() + BUSY_SECONDS
    with engine.execution_options(**_OUTSIDE).connect() as connection:
        while True:
            try:
                return str(connection.exec_driver_sql("PRAGMA journal_mode = WAL").scalar_one())
            except DBAPIError as error:
                if _code(error) not in _BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(BUSY_PAUSE)


def is_marked(connection: Connection) -> bool:
    """Whether the file says that it is a ledger."""
    return bool(connection.exec_driver_sql("PRAGMA application_id").scalar_one() == APPLICATION_ID)


def mark(connection: Connection) -> None:
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def append_only(table: str) -> Sequence[str]:
    """Statements after which the table takes new rows only.

    A guard against mistakes: who owns the file can drop the triggers, which is why the audit log is a chain besides.
    """
    return [
        f"CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("update", "delete")
    ]


_MEANINGS: Final[Mapping[int, tuple[str, str]]] = {
    sqlite3.SQLITE_FULL: (
        "the disk is full, so nothing of this step was written",
        "free some space and run it again",
    ),
    sqlite3.SQLITE_READONLY: (
        "the ledger cannot be written",
        "make the file and its folder writable for this user",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "the ledger cannot be opened",
        "check that the file can be read by this user, and the folder written",
    ),
    sqlite3.SQLITE_NOTADB: (
        "this file is not a ledger",
        "name another file, or move this one away",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "the ledger is damaged",
        "restore it from a backup",
    ),
    sqlite3.SQLITE_IOERR: (
        "the disk failed while the ledger was read or written",
        "check the disk and run it again",
    ),
    sqlite3.SQLITE_ERROR: (
        "the ledger lacks what its version promises",
        "restore it from a backup",
    ),
}
"""SQLite documentation, *Result and Error Codes*: primary code → what it means here, and what would do."""

_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def translate(error: DBAPIError, where: str) -> Error | None:
    """The driver's error in our words; None where it can only be a mistake in this program."""
    code = _code(error)
    if code in _BUSY:
        return TemporaryError(
            f"another process is writing to the ledger and did not finish within {BUSY_SECONDS:g} seconds",
            remedy="try again",
            delay=BUSY_SECONDS,
        )
    if code not in _MEANINGS:
        return None
    what, remedy = _MEANINGS[code]
    return LedgerError(f"{what} ({error.orig})", where=where, remedy=remedy)


def _code(error: DBAPIError) -> int:
    """SQLite's primary result code; of what the driver itself raised, what it means."""
    # The driver's own operational error is text in the file that is not UTF-8.
    own = sqlite3.SQLITE_CORRUPT if isinstance(error.orig, sqlite3.OperationalError) else sqlite3.SQLITE_MISUSE
    code: int = getattr(error.orig, "sqlite_errorcode", own)
    return code & 0xFF
