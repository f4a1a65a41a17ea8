"""PostgreSQL keeps the promises that SQLite does: one writer at a time, readers that see one moment, plain errors."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from bench.postgres import PostgresServer
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from setpoint.errors import InputError, LeaseHeldError, LedgerError, OutOfReachError, TemporaryError, without_inside
from setpoint.store.ledger import postgres as dialect
from setpoint.store.ledger.address import server_address
from setpoint.store.ledger.database import Database
from setpoint.store.ledger.opening import check_place, open_ledger
from setpoint.store.ledger.postgres import LedgerServer
from setpoint.store.ledger.tables import metadata

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2101, 1, 1, tzinfo=UTC)


def opened(url: str) -> LedgerServer:
    return LedgerServer(server_address(url), read_only=False)


@pytest.fixture
def database(postgres_ledger: str) -> Iterator[Database]:
    with closing(opened(postgres_ledger)) as there:
        with there.write() as connection:
            connection.execute(text("CREATE TABLE numbers (number integer)"))
        yield there


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


def test_a_reader_sees_one_moment_and_writes_nothing(database: Database) -> None:
    with database.read() as connection:
        counted = text("SELECT count(*) FROM numbers")
        before = connection.execute(counted).scalar_one()
        with database.write() as writing:
            writing.execute(text("INSERT INTO numbers VALUES (1)"))
        assert connection.execute(counted).scalar_one() == before
    with pytest.raises(LedgerError, match="takes no writes"), database.read() as connection:
        connection.execute(text("INSERT INTO numbers VALUES (1)"))


def test_of_two_writers_one_waits_and_is_told(
    database: Database, postgres_ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "WAIT_SECONDS", 0.05)
    waits = pytest.raises(TemporaryError, match="another process is writing")
    with closing(opened(postgres_ledger)) as other, database.write(), waits, other.write():
        pass
    with closing(opened(postgres_ledger)) as other, other.write() as connection:
        connection.execute(text("INSERT INTO numbers VALUES (1)"))
    assert count(database) == 1


def test_a_writer_that_was_stopped_keeps_others_waiting_no_longer_than_a_while(
    database: Database, postgres_ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "IDLE_SECONDS", 0.05)
    told = pytest.raises(OutOfReachError, match="idle-in-transaction")
    with told, database.write() as connection:
        connection.execute(text("INSERT INTO numbers VALUES (1)"))
        with closing(opened(postgres_ledger)) as other, other.write() as theirs:  # waits until the first has lost it
            theirs.execute(text("INSERT INTO numbers VALUES (2)"))
        connection.execute(text("INSERT INTO numbers VALUES (3)"))
    assert count(database) == 1


def test_what_is_not_there_is_said_in_words(database: Database) -> None:
    with pytest.raises(LedgerError, match="lacks what its version promises"), database.read() as connection:
        connection.execute(text("SELECT * FROM nothing"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bench:secret@/postgres?host=/nowhere",
        "postgresql://bench@127.0.0.1:1/postgres?password=secret",
        "postgresql://bench:secret@nowhere.invalid/postgres",
    ],
)
def test_who_does_not_answer_is_told_without_the_password(postgres: PostgresServer, url: str) -> None:
    with pytest.raises(OutOfReachError, match="does not answer") as caught:
        open_ledger(url)
    assert caught.value.exit_code == 3
    assert "secret" not in caught.value.diagnostics()
    others = without_inside(caught.value)
    assert (others.exit_code, others.diagnostics()) == (3, "the ledger's database does not answer; try again")


def test_a_database_that_is_not_there_is_told(postgres: PostgresServer) -> None:
    with pytest.raises(OutOfReachError, match='database "nowhere" does not exist'):
        open_ledger(postgres.url("nowhere"))


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(InputError, match="needs the library psycopg") as caught:
        open_ledger("postgresql://bench:secret@db/setpoint")
    assert caught.value.diagnostics().startswith("postgresql://bench@db/setpoint: ")
    assert "pip install 'setpoint[postgres]'" in caught.value.remedy


def test_a_new_database_becomes_a_ledger_when_somebody_may_begin_one(postgres: PostgresServer, now: datetime) -> None:
    with postgres.copied("template1") as url:
        check_place(url)
        with pytest.raises(LedgerError, match="there is no ledger here"):
            open_ledger(url, create=False)
        with pytest.raises(LedgerError, match="the ledger is empty"):
            open_ledger(url, read_only=True)
        with closing(open_ledger(url)) as ledger:
            ledger.visitor().note("ada", "said", "hello", {}, now)
        with closing(open_ledger(url, create=False, read_only=True)) as ledger:
            assert ledger.latest_time() == now
            with pytest.raises(LedgerError, match="opened for reading only"):
                ledger.acquire("aws", now, 60)


def test_the_migrations_make_the_tables_that_the_code_uses(postgres_ledger: str) -> None:
    with closing(opened(postgres_ledger)) as there, there.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_another_programs_database_is_left_alone(postgres: PostgresServer) -> None:
    with postgres.copied("template1") as url:
        with closing(opened(url)) as there, there.write() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num text)"))
        with pytest.raises(LedgerError, match="some other program's database"):
            open_ledger(url)
        with pytest.raises(LedgerError, match="some other program's database"):
            check_place(url)


def test_a_ledger_of_a_newer_version_is_left_alone(postgres_ledger: str) -> None:
    with closing(opened(postgres_ledger)) as there, there.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerError, match="at version 9999"):
        open_ledger(postgres_ledger)


def test_a_database_of_another_encoding_is_refused(postgres: PostgresServer) -> None:
    postgres.run("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(LedgerError, match="keeps its texts as LATIN1"):
        open_ledger(postgres.url("latin"))


def test_several_ledgers_share_a_database_by_schemas(postgres: PostgresServer, now: datetime) -> None:
    with postgres.copied("template1") as url:
        with closing(opened(url)) as there, there.write() as connection:
            connection.execute(text("CREATE SCHEMA one"))
            connection.execute(text("CREATE SCHEMA two"))
        one, two = (open_ledger(f"{url}&options=-csearch_path%3D{name}") for name in ("one", "two"))
        with closing(one), closing(two):
            with one.visitor().transaction():  # takes no turn from the other
                two.visitor().note("ada", "said", "hello", {}, now)
            assert (one.audit_rows(), two.audit_rows()) == (0, 1)


def test_texts_are_in_the_order_of_their_octets_whatever_the_databases_own_is(postgres_ledger: str) -> None:
    with closing(opened(postgres_ledger)) as there, there.read() as connection:
        own = "SELECT 'a' < 'B'"
        assert connection.execute(text(own)).scalar_one() is True
        wrong = (
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
        )
        assert connection.execute(text(wrong)).all() == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_log SET actor = 'me'", "DELETE FROM audit_log", "TRUNCATE audit_log", "DELETE FROM seals"],
)
def test_the_audit_log_takes_new_rows_only(postgres_ledger: str, statement: str) -> None:
    told = pytest.raises(DBAPIError, match="is append-only")
    with closing(opened(postgres_ledger)) as there, told, there.write() as connection:
        connection.execute(text(statement))


def test_a_character_that_no_text_can_hold_stops_nobody(postgres_ledger: str, now: datetime) -> None:
    with closing(open_ledger(postgres_ledger)) as ledger:
        ledger.visitor().note("a\0da", "said", "hello", {"what": "\0"}, now)
        assert [(row.actor, row.details) for row in ledger.audit()] == [("a␀da", {"what": "\0"})]


def test_connections_that_broke_are_replaced(postgres_ledger: str, now: datetime) -> None:
    with closing(open_ledger(postgres_ledger)) as ledger:
        visitor = ledger.visitor()
        visitor.note("ada", "said", "hello", {}, now)
        cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()")
        with suppress(OutOfReachError), ledger._database.read() as connection:
            connection.execute(cut)
        visitor.note("ada", "said", "hello again", {}, now)
        assert ledger.audit_rows() == 2


def test_who_loses_the_connection_within_a_step_is_told_and_wrote_nothing(postgres_ledger: str, now: datetime) -> None:
    with closing(open_ledger(postgres_ledger)) as ledger:
        visitor = ledger.visitor()

        def step() -> None:
            with visitor.transaction(), ledger._database.write() as connection:
                visitor.note("ada", "said", "hello", {}, now)
                os.kill(connection.execute(text("SELECT pg_backend_pid()")).scalar_one(), signal.SIGTERM)
                visitor.note("ada", "said", "hello again", {}, now)

        with pytest.raises(OutOfReachError):
            step()
        assert ledger.trouble() == "the ledger's database does not answer; try again"
        assert ledger.audit_rows() == 0
        ledger.try_again()
        assert ledger.trouble() == ""


def test_leases_run_by_the_databases_clock(postgres_ledger: str) -> None:
    with closing(open_ledger(postgres_ledger)) as ledger:
        lease, _ = ledger.acquire("aws", LONG_AGO, ttl=60)
        assert lease.expires_at == LONG_AGO + timedelta(seconds=60), "by the holder's own clock"
        with closing(open_ledger(postgres_ledger)) as other, pytest.raises(LeaseHeldError):
            other.acquire("aws", FAR_AHEAD, ttl=60)
        assert ledger.worker("aws", FAR_AHEAD)
        ledger.renew(lease, LONG_AGO, ttl=0)
        assert ledger.worker("aws", LONG_AGO) == ""
        assert ledger.acquire("aws", LONG_AGO, ttl=60)[0].token == 2
