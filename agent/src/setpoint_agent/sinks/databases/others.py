"""Oracle's driver, and SQLAlchemy for the drivers that nobody watches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from setpoint_agent.examination import examine
from setpoint_agent.patching.interface import Patch
from setpoint_agent.sinks.databases.statements import methods, sink
from setpoint_agent.sinks.wrapping import argument, looking

WATCHED: Final = frozenset(
    [
        "aiomysql",
        "aiosqlite",
        "asyncpg",
        "mysqlconnector",
        "mysqldb",
        "oracledb",
        "oracledb_async",
        "psycopg",
        "psycopg2",
        "psycopg_async",
        "pymysql",
        "pysqlite",
    ]
)
"""Drivers by SQLAlchemy's names that are looked at themselves: what they execute is reported once, by them."""

_DO_EXECUTE: Final = sink("sqlalchemy.Connection.execute")


def _unless_watched(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    """`do_execute(dialect, cursor, statement, …)`: the text as it goes to the driver, parameters beside it."""
    if getattr(arguments[0], "driver", "") not in WATCHED:
        examine(_DO_EXECUTE, argument(arguments, keywords, 2, "statement"))


PATCHES: Final = (
    *methods("oracledb.cursor", "Cursor", ("execute", "executemany", "parse"), "statement"),
    *methods("oracledb.cursor", "AsyncCursor", ("execute", "executemany", "parse"), "statement"),
    *(
        Patch("sqlalchemy.engine.default", f"DefaultDialect.{name}", looking(_unless_watched))
        for name in ("do_execute", "do_execute_no_params", "do_executemany")
    ),
)
