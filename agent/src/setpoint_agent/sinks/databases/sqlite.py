"""sqlite3: `connect` makes connections of a subclass, and these make cursors of one. aiosqlite: its coroutines."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from setpoint_agent.examination import examine
from setpoint_agent.patching.interface import Patch, Preparation
from setpoint_agent.patching.replace import apply
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.request import Request, current
from setpoint_agent.sinks.databases.statements import ROWS_WRITTEN, executing, methods, sink
from setpoint_agent.sinks.databases.subclasses import disguised, watched_class
from setpoint_agent.sinks.interface import Sink

_FACTORY: Final = 5
"""Where `sqlite3.connect` takes its factory."""
_EXECUTE: Final = sink("sqlite3.Cursor.execute")
_EXECUTE_MANY: Final = sink("sqlite3.Cursor.executemany")
_EXECUTE_SCRIPT: Final = sink("sqlite3.Cursor.executescript")


def _cursor_of(library: ModuleType) -> type:
    class Cursor(library.Cursor):  # type: ignore[misc,name-defined]  # its base is only known at run time
        __slots__ = ()

        def execute(self, *arguments: Any) -> Any:
            request = current.get()
            if request is None:
                return super().execute(*arguments)
            if arguments:
                examine(_EXECUTE, arguments[0])
            result = super().execute(*arguments)
            if self.rowcount > 0:
                request.effects[ROWS_WRITTEN] += self.rowcount
            return result

        def executemany(self, *arguments: Any) -> Any:
            request = current.get()
            if request is None:
                return super().executemany(*arguments)
            result = _examined(_EXECUTE_MANY, super().executemany, arguments)
            _count(request, self)
            return result

        def executescript(self, *arguments: Any) -> Any:
            if current.get() is None:
                return super().executescript(*arguments)
            return _examined(_EXECUTE_SCRIPT, super().executescript, arguments)

    return disguised(Cursor, library.Cursor)


def _connection_of(library: ModuleType, watched_cursor: type) -> type:
    """Its `execute` and kin make a cursor in C, without asking `cursor`."""

    class Connection(library.Connection):  # type: ignore[misc,name-defined]  # the same
        __slots__ = ()

        def cursor(self, factory: Any = watched_cursor) -> Any:
            return super().cursor(watched_class(factory, watched_cursor) or factory)

        def execute(self, *arguments: Any) -> Any:
            request = current.get()
            if request is None:
                return super().execute(*arguments)
            if arguments:
                examine(_EXECUTE, arguments[0])
            result = super().execute(*arguments)
            if result.rowcount > 0:
                request.effects[ROWS_WRITTEN] += result.rowcount
            return result

        def executemany(self, *arguments: Any) -> Any:
            request = current.get()
            if request is None:
                return super().executemany(*arguments)
            result = _examined(_EXECUTE_MANY, super().executemany, arguments)
            _count(request, result)
            return result

        def executescript(self, *arguments: Any) -> Any:
            if current.get() is None:
                return super().executescript(*arguments)
            return _examined(_EXECUTE_SCRIPT, super().executescript, arguments)

    return disguised(Connection, library.Connection)


def _examined(where: Sink, execute: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    if arguments:
        examine(where, arguments[0])
    return execute(*arguments)


def _count(request: Request, cursor: Any) -> None:
    """sqlite3 keeps -1 for statements that write nothing."""
    written = cursor.rowcount
    if written > 0:
        request.effects[ROWS_WRITTEN] += written


def _prepare(library: ModuleType) -> None:
    connection = _connection_of(library, _cursor_of(library))

    def connecting(original: Callable[..., Any]) -> Callable[..., Any]:
        def connect(*arguments: Any, **keywords: Any) -> Any:
            given = arguments[_FACTORY] if len(arguments) > _FACTORY else keywords.get("factory", library.Connection)
            factory = watched_class(given, connection) or given
            if len(arguments) > _FACTORY:
                return original(*arguments[:_FACTORY], factory, *arguments[_FACTORY + 1 :], **keywords)
            return original(*arguments, **{**keywords, "factory": factory})

        return in_place_of(original, connect)

    apply(Patch("sqlite3", "connect", connecting), library)


PATCHES: Final = (
    Preparation("sqlite3", _prepare),
    # aiosqlite hands its work to a thread of its own, which belongs to no request: its coroutines are looked at.
    *methods("aiosqlite.cursor", "Cursor", ("execute", "executemany", "executescript"), "sql"),
    *(
        Patch("aiosqlite.core", f"Connection.{name}", executing(f"aiosqlite.Connection.{name}", 1, keyword))
        for name, keyword in (
            ("execute", "sql"),
            ("execute_insert", "sql"),
            ("execute_fetchall", "sql"),
            ("executemany", "sql"),
            ("executescript", "sql_script"),
        )
    ),
)
