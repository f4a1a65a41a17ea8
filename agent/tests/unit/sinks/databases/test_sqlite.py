"""Statements that input is part of are found however sqlite3 is used; nothing else about sqlite3 changes."""

from __future__ import annotations

import functools
import pickle
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from sqlite3 import connect
from typing import Any

import pytest
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

from setpoint_agent.request import current

FAMILY = "sinks.sql"


def statement(name: str) -> str:
    return f"SELECT name FROM users WHERE name = '{name}'"


def database(**keywords: Any) -> sqlite3.Connection:
    connection: sqlite3.Connection = sqlite3.connect(":memory:", **keywords)
    connection.executescript("CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('Ann')")
    return connection


class TheirCursor(sqlite3.Cursor):
    def execute(self, sql: str, *rest: Any) -> TheirCursor:
        super().execute(f"{sql} -- theirs", *rest)
        return self


class TheirConnection(sqlite3.Connection):
    def cursor(self) -> TheirCursor:  # type: ignore[override]  # as applications do
        return super().cursor(TheirCursor)


def on_connection(name: str) -> Any:
    return database().execute(statement(name)).fetchall()


def on_cursor(name: str) -> Any:
    return database().cursor().execute(statement(name)).fetchall()


def on_their_cursor(name: str) -> Any:
    return database().cursor(TheirCursor).execute(statement(name)).fetchall()


def on_their_connection(name: str) -> Any:
    return database(factory=TheirConnection).cursor().execute(statement(name)).fetchall()


def many(name: str) -> Any:
    return database().executemany(f"INSERT INTO users SELECT ? WHERE '{name}' <> ''", [("a",)])


def many_on_cursor(name: str) -> Any:
    return database().cursor().executemany(f"INSERT INTO users SELECT ? WHERE '{name}' <> ''", [("a",)])


def script(name: str) -> Any:
    return database().executescript(statement(name))


def script_on_cursor(name: str) -> Any:
    return database().cursor().executescript(statement(name))


def partially(name: str) -> Any:
    return functools.partial(database().execute, statement(name))()


def imported_by_name(name: str) -> Any:
    with closing(connect(":memory:")) as connection:
        return connection.execute(f"SELECT '{name}'").fetchall()


@pytest.mark.parametrize(
    "run",
    [
        on_connection,
        on_cursor,
        on_their_cursor,
        on_their_connection,
        many,
        many_on_cursor,
        script,
        script_on_cursor,
        partially,
        imported_by_name,
    ],
)
def test_a_value_in_a_statement_is_found(watching: Watch, smith: str, run: Callable[[str], Any]) -> None:
    kept = watching(FAMILY)
    with request_of(smith):
        run(smith)
    assert [each.kind.name for each in kept] == ["sql-injection"]
    assert kept[0].context == "string literal"
    assert kept[0].frames[-1].function in {run.__name__, "TheirCursor.execute"}
    assert not kept[0].attack


def test_parameters_are_no_part_of_it(watching: Watch, smith: str) -> None:
    kept = watching(FAMILY)
    with request_of(smith):
        connection = database()
        connection.execute("SELECT name FROM users WHERE name = ?", (smith,))
        connection.cursor().execute("SELECT name FROM users WHERE name = :name", {"name": smith})
        connection.executemany("INSERT INTO users VALUES (?)", [(smith,)])
    assert kept == []


def test_rows_written_are_counted(watching: Watch, blue: str) -> None:
    watching(FAMILY)
    connection = database()
    with request_of(blue) as request:
        connection.execute("SELECT name FROM users")
        assert not request.has_effects
        connection.execute("INSERT INTO users VALUES (?), ('x')", (blue,))
        connection.cursor().executemany("INSERT INTO users VALUES (?)", [("a",), ("b",), ("c",)])
        connection.execute("DELETE FROM users WHERE name = 'nobody'")
    assert request.effects == {"rows-written": 5}


def test_nothing_else_changes(watching: Watch, tmp_path: Any) -> None:
    watching(FAMILY)
    connection = database()
    assert isinstance(connection, sqlite3.Connection)
    assert isinstance(connection.cursor(), sqlite3.Cursor)
    assert type(connection).__qualname__ == "Connection"
    assert type(connection).__module__ == sqlite3.Connection.__module__
    assert not hasattr(connection, "__dict__")
    assert type(connection.cursor(TheirCursor)).__mro__[1] is TheirCursor
    assert connection.execute.__doc__ == sqlite3.Connection.execute.__doc__
    assert sqlite3.connect.__doc__ == sqlite3.connect.__wrapped__.__doc__  # type: ignore[attr-defined]  # a wrapper's
    assert pickle.loads(pickle.dumps(sqlite3.connect)) is sqlite3.connect
    connection.row_factory = sqlite3.Row
    assert connection.execute("SELECT name FROM users").fetchone()["name"] == "Ann"
    assert connection.cursor().execute("SELECT name FROM users").fetchone()["name"] == "Ann"
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        connection.execute("SELECT * FROM nowhere")
    with pytest.raises(TypeError):
        connection.execute()  # type: ignore[call-arg]  # what is tested
    with connection:
        connection.execute("INSERT INTO users VALUES ('Bea')")
    copy = sqlite3.connect(tmp_path / "copy.db")
    connection.backup(copy)
    assert len(copy.execute("SELECT * FROM users").fetchall()) == 2
    copy.close()
    connection.close()


def test_a_function_as_factory_is_left_alone(watching: Watch) -> None:
    watching(FAMILY)
    made: list[sqlite3.Connection] = []

    def factory(*arguments: Any, **keywords: Any) -> sqlite3.Connection:
        keywords.pop("factory", None)
        made.append(sqlite3.Connection(*arguments, **keywords))
        return made[0]

    connecting: Any = sqlite3.connect  # its types want a class
    assert connecting(":memory:", factory=factory) is made[0]
    made[0].close()


def test_outside_of_a_request_nothing_is_examined(watching: Watch, smith: str) -> None:
    kept = watching(FAMILY)
    assert current.get() is None
    on_connection(smith)
    assert kept == []


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what the tests leave open: on 3.13 a connection warns when it is collected."""
    opened: list[sqlite3.Connection] = []
    real = database

    def keeping(**keywords: Any) -> sqlite3.Connection:
        opened.append(real(**keywords))
        return opened[-1]

    monkeypatch.setitem(globals(), "database", keeping)
    yield
    for each in opened:
        each.close()
