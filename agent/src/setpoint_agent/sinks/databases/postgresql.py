"""PostgreSQL: psycopg and asyncpg by their methods, psycopg2 (types of C) by subclasses."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from setpoint_agent.patching.interface import Patch, Preparation
from setpoint_agent.patching.replace import apply
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.request import current
from setpoint_agent.sinks.databases.statements import count_rows, executing, look_at, methods, rendering, sink
from setpoint_agent.sinks.databases.subclasses import disguised, watched_class
from setpoint_agent.sinks.wrapping import examining

_BATCHES: Final = frozenset({"execute_batch", "execute_values"})
"""Functions of `psycopg2.extras` that put parameters into statements and execute what comes out, as bytes."""
_CURSOR_FACTORY: Final = 1
"""Where psycopg2's `connection.cursor` takes it, after a name."""
_EXECUTE: Final = sink("psycopg2.cursor.execute")
_EXECUTE_MANY: Final = sink("psycopg2.cursor.executemany")
_COPY: Final = sink("psycopg2.cursor.copy_expert")


def _cursor_of(extensions: ModuleType) -> type:
    class Cursor(extensions.cursor):  # type: ignore[misc,name-defined]  # its base is only known at run time
        def execute(self, query: Any, *rest: Any, **keywords: Any) -> Any:
            request = current.get()
            if request is None or (isinstance(query, bytes) and sys._getframe(1).f_code.co_name in _BATCHES):
                return super().execute(query, *rest, **keywords)
            look_at(_EXECUTE, query)
            result = super().execute(query, *rest, **keywords)
            count_rows(request, query, self.rowcount)
            return result

        def executemany(self, query: Any, *rest: Any, **keywords: Any) -> Any:
            request = current.get()
            if request is None:
                return super().executemany(query, *rest, **keywords)
            look_at(_EXECUTE_MANY, query)
            result = super().executemany(query, *rest, **keywords)
            count_rows(request, query, self.rowcount)
            return result

        def copy_expert(self, sql: Any, *rest: Any, **keywords: Any) -> Any:
            if current.get() is not None:
                look_at(_COPY, sql)
            return super().copy_expert(sql, *rest, **keywords)

        mogrify = rendering(extensions.cursor.mogrify)

    return disguised(Cursor, extensions.cursor)


def _connection_of(extensions: ModuleType, watched_cursor: type) -> type:
    class Connection(extensions.connection):  # type: ignore[misc,name-defined]  # the same
        def cursor(self, *arguments: Any, **keywords: Any) -> Any:
            given = arguments[_CURSOR_FACTORY] if len(arguments) > _CURSOR_FACTORY else keywords.get("cursor_factory")
            given = given or self.cursor_factory or extensions.cursor
            factory = watched_class(given, watched_cursor) or given
            if len(arguments) > _CURSOR_FACTORY:
                return super().cursor(arguments[0], factory, *arguments[_CURSOR_FACTORY + 1 :], **keywords)
            return super().cursor(*arguments, **{**keywords, "cursor_factory": factory})

    return disguised(Connection, extensions.connection)


def _prepare(library: ModuleType) -> None:
    extensions = sys.modules["psycopg2.extensions"]
    connection = _connection_of(extensions, _cursor_of(extensions))

    def connecting(original: Callable[..., Any]) -> Callable[..., Any]:
        def connect(dsn: Any = None, connection_factory: Any = None, *rest: Any, **keywords: Any) -> Any:
            given = connection_factory or extensions.connection
            return original(dsn, watched_class(given, connection) or given, *rest, **keywords)

        return in_place_of(original, connect)

    apply(Patch("psycopg2", "connect", connecting), library)


def _batching(name: str) -> Patch:
    return Patch("psycopg2.extras", name, executing(f"psycopg2.extras.{name}", 1, "sql"))


_ASYNCPG: Final = ("execute", "fetch", "fetchrow", "fetchval", "fetchmany")

PATCHES: Final = (
    *methods("psycopg.cursor", "Cursor", ("execute", "executemany", "stream"), "query"),
    *methods("psycopg.cursor_async", "AsyncCursor", ("execute", "executemany", "stream"), "query"),
    *methods("psycopg.cursor", "Cursor", ("copy",), "statement"),
    *methods("psycopg.cursor_async", "AsyncCursor", ("copy",), "statement"),
    *methods("psycopg._server_cursor", "ServerCursor", ("execute",), "query"),
    *methods("psycopg._server_cursor_async", "AsyncServerCursor", ("execute",), "query"),
    Patch("psycopg.client_cursor", "ClientCursorMixin.mogrify", rendering),
    Preparation("psycopg2", _prepare),
    *(_batching(name) for name in sorted(_BATCHES)),
    *methods("asyncpg.connection", "Connection", _ASYNCPG, "query"),
    *methods("asyncpg.connection", "Connection", ("executemany",), "command"),
    *(
        Patch("asyncpg.connection", f"Connection.{name}", examining(sink(f"asyncpg.Connection.{name}"), 1, "query"))
        for name in ("prepare", "cursor", "copy_from_query")
    ),
)
