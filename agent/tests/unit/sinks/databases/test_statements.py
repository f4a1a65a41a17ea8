"""What counts as the text of a statement, and whose calls count."""

from __future__ import annotations

import psycopg.sql
import psycopg2.sql
import pymysql.cursors
import pytest
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

from setpoint_agent.sinks.databases.statements import text_of


def test_what_drivers_take_for_a_statement() -> None:
    assert text_of("SELECT 1") == "SELECT 1"
    assert text_of(b"SELECT 1") == "SELECT 1"
    assert text_of(object()) == ""


@pytest.mark.parametrize("sql", [psycopg.sql, psycopg2.sql])
def test_only_what_was_written_raw_counts_of_a_composed_one(sql: object, smith: str) -> None:
    composed = sql.SQL("SELECT {} FROM t WHERE a = {} AND b = {}").format(  # type: ignore[attr-defined]  # either one
        sql.Identifier(smith),  # type: ignore[attr-defined]  # the same
        sql.Literal(smith),  # type: ignore[attr-defined]  # the same
        sql.SQL(f"'{smith}'"),  # type: ignore[attr-defined]  # the same
    )
    text = text_of(composed)
    assert text.count(smith) == 1
    assert text.startswith("SELECT ")
    assert text.endswith(f"b = '{smith}'")


class Sent(pymysql.cursors.Cursor):  # type: ignore[misc]  # PyMySQL has no types
    """A cursor of PyMySQL whose statements go nowhere."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.connection = _Connection()
        self._executed = None
        self.rowcount = -1

    def _query(self, query: str) -> int:
        self.sent.append(query)
        return 1

    def nextset(self) -> None:
        return None

    def __del__(self) -> None:
        pass


class _Connection:
    encoding = "utf-8"

    def literal(self, value: object) -> str:
        return f"'{value}'"

    def escape(self, value: object, mapping: object = None) -> str:
        return f"'{value}'"


def test_what_a_driver_interpolates_is_not_looked_at(watching: Watch, smith: str) -> None:
    kept = watching("sinks.sql")
    cursor = Sent()
    with request_of(smith) as request:
        cursor.execute("SELECT * FROM users WHERE name = %s", (smith,))
        cursor.executemany("INSERT INTO users (name) VALUES (%s)", [(smith,), (smith,)])
        cursor.execute(cursor.mogrify("SELECT * FROM users WHERE name = %s", (smith,)))
        assert all(smith in each for each in map(str, cursor.sent))
        assert kept == []
        assert request.effects["rows-written"] > 0
        cursor.execute(f"SELECT * FROM orders WHERE name = '{smith}'")
    assert [each.sink for each in kept] == ["pymysql.Cursor.execute"]
