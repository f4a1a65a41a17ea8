"""Which queries are let through: one statement that only reads, from the published views. `query` asks before it runs.

DuckDB's own parser takes the statement apart; this walks through what it found and lets through what it knows. It is
the first of several fences: the connection is locked, and the transaction reads only (see `opening` and `query`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import duckdb
import orjson

from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.store.lake.tables import VIEWS

LONGEST: Final = 64 * 1024
"""Characters of a query; nobody writes more by hand."""

TABLE_FUNCTIONS: Final = frozenset({"generate_series", "json_each", "json_tree", "range", "unnest"})
"""What may stand for a table. All others read files, settings, the catalogue, or run a text as a query."""

REFUSED_FUNCTIONS: Final = frozenset(
    {
        # They tell of this machine or of other queries, write to a log, or hold a place while doing nothing.
        *("current_connection_id", "current_query", "current_setting", "currval", "getvariable", "json_serialize_plan"),
        *("nextval", "pg_sleep", "setseed", "setval", "sleep_ms", "stats", "txid_current", "write_log"),
        # They take bytes for a state of DuckDB's own.
        *("combine", "finalize", "invoke", "to_aggregate_state"),
        # One call makes a value as large as a number says, and cannot be interrupted.
        *("array_resize", "bar", "bitstring", "format", "generate_series", "list_resize", "lpad", "printf", "range"),
        *("repeat", "rpad"),
        # Their time grows with the square of a text's length, and they cannot be interrupted.
        *("damerau_levenshtein", "editdist3", "levenshtein"),
    }
)
"""Of the functions that make one value."""

_NODES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_SHOWN: Final = frozenset({"DESCRIBE", "SUMMARY"})
_MAIN: Final = "main"

_Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the tree, and the names that `WITH` gave to what may be used in it."""

    value: Json
    names: _Names


def vet(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The one statement of `sql`; `InputError` for anything that is not let through."""
    if len(sql) > LONGEST:
        raise InputError(f"the query has {len(sql):,} characters; at most {LONGEST:,} are taken")
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise InputError(f"the query holds {len(statements)} statements; exactly one was expected")
    statement = statements[0]
    if statement.type != duckdb.StatementType.SELECT:
        raise _refused("this statement", "a SELECT, WITH, FROM, DESCRIBE or SUMMARIZE (PIVOT with its values named)")
    for part in _parts(_tree(connection, statement.query)):
        _check(part)
    return statement.query


def _tree(connection: duckdb.DuckDBPyConnection, sql: str) -> Json:
    serialise = "SELECT json_serialize_sql(CAST(? AS VARCHAR), skip_null := true)"
    [(text,)] = connection.execute(serialise, [sql]).fetchall()
    try:
        tree = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InputError("the query is nested too deeply") from error
    if tree["error"]:
        raise _refused("this statement", "a SELECT")
    return tree["statements"]


def _parts(tree: Json) -> Iterator[_Part]:
    """Every object in the tree. A stack and no recursion: how deep it is, the query says."""
    stack = [_Part(tree, frozenset())]
    while stack:
        part = stack.pop()
        if isinstance(part.value, list):
            stack.extend(_Part(each, part.names) for each in part.value)
        elif isinstance(part.value, dict):
            yield part
            stack.extend(_children(part.value, part.names))


def _children(node: Mapping[str, Json], names: _Names) -> Iterator[_Part]:
    """A name that `WITH` gives is known to those after it, and to a recursive part of its own: nobody else.

    Otherwise one could call something so as to reach a table of the catalogue under that name somewhere else.
    """
    for each in node.get("cte_map", {}).get("map", ()):
        yield _Part(each["value"], names)
        names |= {each["key"].casefold()}
    kind = node.get("type")
    for key, value in node.items():
        if kind == "RECURSIVE_CTE_NODE" and key == "right":
            yield _Part(value, names | {node["cte_name"].casefold()})
        elif kind == "TABLE_FUNCTION" and key == "function":
            yield _Part({**value, "class": kind}, names)  # its arguments: what it is itself, `_check` looks at
        elif key != "cte_map":
            yield _Part(value, names)


def _check(part: _Part) -> None:
    node = part.value
    kind = node.get("type")
    if not isinstance(kind, str):
        return
    if kind.endswith("_NODE") and kind not in _NODES:
        raise _refused("a part of this query", "reading only")
    if kind == "BASE_TABLE":
        _check_table(node, part.names)
    elif kind == "SHOW_REF":
        _check_shown(node)
    elif kind == "TABLE_FUNCTION":
        _check_table_function(node["function"])
    elif node.get("class") in {"FUNCTION", "WINDOW"}:
        _check_function(node)


def _check_table(node: Mapping[str, Json], names: _Names) -> None:
    path = [each.casefold() for each in node["qualified_name"]["path"]]
    known = path[-1] in VIEWS and path[:-1] in ([], [_MAIN])
    if not known and not (len(path) == 1 and path[0] in names):
        raise InputError(f"there is no view {'.'.join(path)!r}", remedy=f"the views are: {', '.join(VIEWS)}")


def _check_shown(node: Mapping[str, Json]) -> None:
    if node.get("show_type") not in _SHOWN and node.get("table_name", "").strip('"') != "tables":
        raise _refused("this SHOW", "SHOW TABLES")


def _check_table_function(node: Mapping[str, Json]) -> None:
    name = node["function_name"].casefold()
    if name not in TABLE_FUNCTIONS:
        raise _refused(f"{name}() in place of a table", ", ".join(sorted(TABLE_FUNCTIONS)))


def _check_function(node: Mapping[str, Json]) -> None:
    name = node.get("function_name", "").casefold()
    if name in REFUSED_FUNCTIONS or name.startswith("__internal"):
        raise _refused(f"the function {name}()", "any other that only computes")


def _refused(what: str, allowed: str) -> InputError:
    return InputError(f"{what} is not allowed here", remedy=f"allowed is: {allowed}")
