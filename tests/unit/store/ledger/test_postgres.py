"""PostgreSQL keeps the promises that SQLite does: one writer at a time, readers that see one moment, plain errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from sqlalchemy import text

from setpoint.errors import LedgerError, TemporaryError
from setpoint.store.ledger import postgres as dialect
from setpoint.store.ledger.database import Database
from setpoint.store.ledger.postgres import open_postgres


@pytest.fixture
def database(postgres: str) -> Iterator[Database]:
    with closing(open_postgres(postgres)) as opened:
        with opened.write() as connection:
            connection.execute(text("CREATE TABLE numbers (number integer)"))
        yield opened
        with opened.write() as connection:
            connection.execute(text("DROP TABLE numbers"))


def count(database: Database) -> int:
    with database.read() as connection:
        found: int = connection.execute(text("SELECT count(*) FROM numbers")).scalar_one()
        return found


def test_what_is_written_is_there_once_it_is_committed(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("INSERT INTO numbers VALUES (1)"))
        assert count(database) == 0
    assert count(database) == 1


def test_what_fails_leaves_nothing(database: Database) -> None:
    with suppress(ZeroDivisionError), database.write() as connection:
        connection.execute(text("INSERT INTO numbers VALUES (1)"))
        raise ZeroDivisionError
    assert count(database) == 0


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as connection:
        counted = text("SELECT count(*) FROM numbers")
        before = connection.execute(counted).scalar_one()
        with database.write() as writing:
            writing.execute(text("INSERT INTO numbers VALUES (1)"))
        assert connection.execute(counted).scalar_one() == before


def test_of_two_writers_one_waits_and_is_told(
    database: Database, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "WAIT_SECONDS", 0.05)
    waits = pytest.raises(TemporaryError, match="another process is writing")
    with closing(open_postgres(postgres)) as other, database.write(), waits, other.write():
        pass
    with closing(open_postgres(postgres)) as other, other.write() as connection:
        connection.execute(text("INSERT INTO numbers VALUES (1)"))
    assert count(database) == 1


def test_what_is_not_there_is_said_in_words(database: Database, postgres: str) -> None:
    with pytest.raises(LedgerError, match="lacks what its version promises"), database.read() as connection:
        connection.execute(text("SELECT * FROM nothing"))
    for url in (
        postgres.replace("/postgres?", "/nowhere?"),
        "postgresql+psycopg://bench:secret@/postgres?host=/nowhere",
    ):
        with closing(open_postgres(url)) as elsewhere, pytest.raises(LedgerError, match="the connection") as caught:
            count(elsewhere)
        assert "secret" not in caught.value.diagnostics()
