"""MySQL's drivers, which put parameters into the statement by themselves: it is looked at before they do."""

from __future__ import annotations

from typing import Final

from setpoint_agent.patching.interface import Patch
from setpoint_agent.sinks.databases.statements import methods, rendering

_EXECUTE: Final = ("execute", "executemany")


def _of_connector(module: str, *owners: str) -> tuple[Patch, ...]:
    return tuple(
        patch for owner in owners for patch in methods(f"mysql.connector.{module}", owner, _EXECUTE, "operation",
                                                       driver=f"mysql.connector.{module}")
    )  # fmt: skip


PATCHES: Final = (
    *methods("pymysql.cursors", "Cursor", _EXECUTE, "query", driver="pymysql.cursors"),
    Patch("pymysql.cursors", "Cursor.mogrify", rendering),
    *methods("MySQLdb.cursors", "BaseCursor", _EXECUTE, "query", driver="MySQLdb.cursors"),
    *methods("aiomysql.cursors", "Cursor", _EXECUTE, "query", driver="aiomysql.cursors"),
    *_of_connector("cursor", "MySQLCursor", "MySQLCursorPrepared"),
    *_of_connector("cursor_cext", "CMySQLCursor", "CMySQLCursorPrepared"),
    *_of_connector("aio.cursor", "MySQLCursor", "MySQLCursorPrepared"),
)
"""`driver`: `executemany` of all of them calls `execute` with the parameters in the text."""
