"""What every driver of a SQL database has in common: the text of a statement is examined, and what it wrote is counted.

Parameters are never part of the text: a value that is only handed on beside it is found nowhere.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from setpoint_agent.catalogue import SQL_INJECTION
from setpoint_agent.examination import examine
from setpoint_agent.patching.interface import Patch, Wrap
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.quiet import quietly
from setpoint_agent.request import Request, current
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import argument

SAFE_AFTER: Final = frozenset({"sql"})
ROWS_WRITTEN: Final = "rows-written"
_WRITES: Final = re.compile(r"\s*(?:insert|update|delete|replace|merge|truncate|upsert)\b", re.IGNORECASE)
_ELSE: Final = ' "x" '
"""In the place of what a composed statement quotes by itself: names and literals."""


def sink(name: str) -> Sink:
    """The sink of one method of a driver."""
    return Sink(SQL_INJECTION, name, "sql", SAFE_AFTER)


@quietly
def look_at(where: Sink, statement: Any) -> None:
    """Examine a statement, whatever a driver takes for one."""
    examine(where, text_of(statement))


@quietly
def count_rows(request: Request, statement: Any, rows: Any) -> None:
    """Add what a statement wrote to the effects of its request; one row where the driver does not tell."""
    if _WRITES.match(text_of(statement)):
        written = rows if isinstance(rows, int) and rows >= 0 else 1
        if written:
            request.effects[ROWS_WRITTEN] += written


def text_of(statement: Any) -> str:
    """The text that the application wrote; of composed statements (`psycopg.sql`) only what is not quoted for it."""
    if isinstance(statement, str):
        return statement
    if isinstance(statement, bytes | bytearray):
        return bytes(statement).decode("utf-8", "replace")
    kind = type(statement)
    if kind.__module__ in {"psycopg.sql", "psycopg2.sql"}:
        return _composed(statement, kind.__name__)
    return ""


def executing(name: str, position: int, keyword: str, *, driver: str = "") -> Wrap:
    """The wrapper of a method that is handed a statement; of coroutine functions too.

    `driver`: calls that this module makes of its own methods are left out; it has put the parameters in by then.
    """
    where = sink(name)

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def execute(*arguments: Any, **keywords: Any) -> Any:
            request = current.get()
            if request is None or _calls_itself(driver):
                return original(*arguments, **keywords)
            statement = argument(arguments, keywords, position, keyword)
            look_at(where, statement)
            result = original(*arguments, **keywords)
            count_rows(request, statement, _rows_of(result, arguments))
            return result

        async def execute_async(*arguments: Any, **keywords: Any) -> Any:
            request = current.get()
            if request is None or _calls_itself(driver):
                return await original(*arguments, **keywords)
            statement = argument(arguments, keywords, position, keyword)
            look_at(where, statement)
            result = await original(*arguments, **keywords)
            count_rows(request, statement, _rows_of(result, arguments))
            return result

        return in_place_of(original, execute_async if inspect.iscoroutinefunction(original) else execute)

    return wrap


def rendering(original: Callable[..., str | bytes]) -> Callable[..., str | bytes]:
    """`mogrify`: the driver itself puts escaped parameters into a statement; executing what comes out is safe."""

    def mogrify(*arguments: Any, **keywords: Any) -> str | bytes:
        rendered = original(*arguments, **keywords)
        request = current.get()
        if request is not None:
            _note_rendered(request, arguments, keywords, rendered)
        return rendered

    return mogrify


def methods(module: str, owner: str, names: Sequence[str], keyword: str, *, driver: str = "") -> tuple[Patch, ...]:
    """Methods of one class that take a statement as their first argument."""
    package = module.partition(".")[0]
    return tuple(
        Patch(module, f"{owner}.{name}", executing(f"{package}.{owner}.{name}", 1, keyword, driver=driver))
        for name in names
    )


@quietly
def _note_rendered(
    request: Request, arguments: Sequence[Any], keywords: Mapping[str, Any], rendered: str | bytes
) -> None:
    if len(arguments) + len(keywords) > 2:  # with parameters
        request.note_passage(text_of(rendered), "sql")


def _rows_of(result: Any, arguments: Sequence[Any]) -> Any:
    """Rows that were written, as the driver tells: by number, as `INSERT 0 2`, or by the cursor."""
    if isinstance(result, int):
        return result
    if isinstance(result, str):
        last = result.rpartition(" ")[2]
        return int(last) if last.isdecimal() else None
    rows = getattr(result, "rowcount", None)
    return getattr(arguments[0], "rowcount", None) if rows is None and arguments else rows


def _calls_itself(driver: str) -> bool:
    return bool(driver) and sys._getframe(2).f_globals.get("__name__") == driver


def _composed(statement: Any, kind: str) -> str:
    if kind == "SQL":
        return str(getattr(statement, "_obj", None) or getattr(statement, "string", ""))
    if kind == "Composed":
        return "".join(text_of(each) or _ELSE for each in statement)
    return ""
