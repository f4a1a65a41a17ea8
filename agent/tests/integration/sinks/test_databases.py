"""The real drivers: statements made of input are found by every method, parameters by none."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiosqlite
import asyncpg
import psycopg
import psycopg.sql
import psycopg2
import psycopg2.extras
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

FAMILIES = ("sources.contexts", "sinks.sql")


@pytest.fixture
def smith() -> str:
    return "".join(["John ", "Smith"])


def statement(name: str) -> str:
    return f"SELECT name FROM users WHERE name = '{name}'"


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


def test_sqlalchemy_reports_once(watching: Watch, smith: str) -> None:
    kept = watching(*FAMILIES)
    engine = sqlalchemy.create_engine("sqlite://")
    with Session(engine) as session, request_of(smith) as request:
        Base.metadata.create_all(session.connection())
        session.add(User(name=smith))
        session.flush()
        assert request.effects == {"rows-written": 1}
        session.scalars(sqlalchemy.select(User).where(User.name == smith)).one()
        assert session.execute(sqlalchemy.text("SELECT name FROM users WHERE name = :name"), {"name": smith}).all()
        assert kept == []
        assert session.execute(sqlalchemy.text(statement(smith))).all()
        session.connection().exec_driver_sql(statement(smith)).all()
        session.scalars(sqlalchemy.select(User).order_by(sqlalchemy.text(f"name = '{smith}'"))).all()
    engine.dispose()
    assert [each.sink for each in kept] == ["sqlite3.Cursor.execute"] * 3
    assert len({each.frames for each in kept}) == 3


def test_sqlalchemy_over_a_driver_that_nobody_watches(
    watching: Watch, smith: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = watching(*FAMILIES)
    engine = sqlalchemy.create_engine("sqlite://")
    monkeypatch.setattr(type(engine.dialect), "driver", "duckdb_engine")
    monkeypatch.setattr("setpoint_agent.sinks.databases.sqlite.examine", lambda *_: None)
    with engine.connect() as connection, request_of(smith):
        connection.execute(sqlalchemy.text(f"SELECT '{smith}'")).all()
        connection.execute(sqlalchemy.text("SELECT :name"), {"name": smith}).all()
    engine.dispose()
    assert [each.sink for each in kept] == ["sqlalchemy.Connection.execute"]


def test_aiosqlite(watching: Watch, smith: str) -> None:
    kept = watching(*FAMILIES)

    async def run() -> None:
        async with aiosqlite.connect(":memory:") as database:
            await database.executescript("CREATE TABLE users (name TEXT)")
            with request_of(smith) as request:
                await database.execute("INSERT INTO users VALUES (?)", (smith,))
                assert request.effects == {"rows-written": 1}
                async with database.execute("SELECT name FROM users WHERE name = ?", (smith,)) as cursor:
                    assert await cursor.fetchall()
                assert kept == []
                async with database.execute(statement(smith)) as cursor:
                    assert await cursor.fetchall()
                await database.execute_fetchall(statement(smith))
                cursor = await database.cursor()
                await cursor.execute(statement(smith))

    asyncio.run(run())
    assert [each.sink for each in kept] == [
        "aiosqlite.Connection.execute",
        "aiosqlite.Connection.execute_fetchall",
        "aiosqlite.Cursor.execute",
    ]


def test_sqlalchemy_over_aiosqlite(watching: Watch, smith: str) -> None:
    kept = watching(*FAMILIES)

    async def run() -> None:
        engine = create_async_engine("sqlite+aiosqlite://")
        async with engine.connect() as connection:
            with request_of(smith):
                await connection.execute(sqlalchemy.text(f"SELECT '{smith}'"))
        await engine.dispose()

    asyncio.run(run())
    assert [(each.sink, each.frames[-1].function.rpartition(".")[2]) for each in kept] == [
        ("aiosqlite.Cursor.execute", "run")
    ]


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def programs() -> Path | None:
    """Debian keeps each version's programs in a folder of its own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """A server of its own, on a socket in a temporary folder; it refuses to run as root."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL's programs are not installed")
    user = None
    if os.geteuid() == 0:
        try:
            user = pwd.getpwnam("nobody")
        except KeyError:
            pytest.skip("PostgreSQL refuses to run as root, and there is no other user")
    place = Path(tempfile.mkdtemp(prefix="pg"))
    if user is not None:
        os.chown(place, user.pw_uid, user.pw_gid)
    as_user: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid} if user is not None else {}

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=place, **as_user)

    data = f"{place}/data"
    try:
        run(f"{folder}/initdb", "-D", data, "-A", "trust", "-U", "shop", "--no-sync")
        options = f"-k {place} -c listen_addresses= -c fsync=off"
        run(f"{folder}/pg_ctl", "-D", data, "-o", options, "-l", f"{place}/log", "-w", "start")
        yield f"host={place} user=shop dbname=postgres"
        run(f"{folder}/pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def test_psycopg(watching: Watch, smith: str, postgresql: str) -> None:
    kept = watching(*FAMILIES)
    sql = psycopg.sql
    with psycopg.connect(postgresql) as connection:
        connection.execute("CREATE TEMPORARY TABLE users (name TEXT)")
        with request_of(smith) as request, connection.cursor() as cursor:
            cursor.execute("INSERT INTO users VALUES (%s), (%s)", (smith, smith))
            cursor.executemany("INSERT INTO users VALUES (%s)", [(smith,)])
            assert request.effects == {"rows-written": 3}
            query = sql.SQL("SELECT {} FROM users WHERE name = {}").format(sql.Identifier("name"), sql.Literal(smith))
            assert len(cursor.execute(query).fetchall()) == 3
            assert kept == []
        with request_of(smith), connection.cursor() as cursor:
            assert len(connection.execute(statement(smith)).fetchall()) == 3
            cursor.execute(sql.SQL(statement(smith)))
            list(cursor.stream(statement(smith)))
            with cursor.copy(f"COPY (SELECT '{smith}') TO STDOUT") as copy:
                list(copy)
    assert [each.sink for each in kept] == ["psycopg.Cursor.execute"] * 2 + [
        "psycopg.Cursor.stream",
        "psycopg.Cursor.copy",
    ]


def test_psycopg_in_coroutines(watching: Watch, smith: str, postgresql: str) -> None:
    kept = watching(*FAMILIES)

    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(postgresql) as connection:
            with request_of(smith):
                await connection.execute("SELECT %s", (smith,))
                assert kept == []
                await connection.execute(f"SELECT '{smith}'")

    asyncio.run(run())
    assert [each.sink for each in kept] == ["psycopg.AsyncCursor.execute"]


def test_psycopg2(watching: Watch, smith: str, postgresql: str) -> None:
    kept = watching(*FAMILIES)
    connection = psycopg2.connect(postgresql)
    assert isinstance(connection, psycopg2.extensions.connection)
    with request_of(smith) as request, connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE users (name TEXT)")
        cursor.execute("INSERT INTO users VALUES (%s)", (smith,))
        psycopg2.extras.execute_values(cursor, "INSERT INTO users VALUES %s", [(smith,), (smith,)])
        psycopg2.extras.execute_batch(cursor, "INSERT INTO users VALUES (%s)", [(smith,)])
        cursor.execute(cursor.mogrify("SELECT * FROM users WHERE name = %s", (smith,)))
        assert request.effects["rows-written"] >= 3
        assert kept == []
        cursor.execute(statement(smith) + " LIMIT 1")
        assert len(cursor.fetchall()) == 1
        psycopg2.extras.execute_batch(cursor, f"DELETE FROM users WHERE name = '{smith}' AND name = %s", [("x",)])
        with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as rows:
            rows.execute(statement(smith))
            assert len(rows.fetchall()) == 4
    connection.close()
    assert [each.sink for each in kept] == [
        "psycopg2.cursor.execute",
        "psycopg2.extras.execute_batch",
        "psycopg2.cursor.execute",
    ]


def test_asyncpg(watching: Watch, smith: str, postgresql: str) -> None:
    kept = watching(*FAMILIES)
    folder = postgresql.split(maxsplit=1)[0].removeprefix("host=")

    async def run() -> None:
        pool = await asyncpg.create_pool(host=folder, user="shop", database="postgres", min_size=1, max_size=1)
        async with pool.acquire() as connection:
            await connection.execute("CREATE TEMPORARY TABLE users (name TEXT)")
            with request_of(smith) as request:
                await connection.execute("INSERT INTO users VALUES ($1), ($1)", smith)
                assert request.effects == {"rows-written": 2}
                assert len(await connection.fetch("SELECT * FROM users WHERE name = $1", smith)) == 2
                assert kept == []
                for run_one in (connection.fetch, connection.fetchrow, connection.fetchval, connection.execute):
                    await _awaited(run_one, smith)
                await connection.prepare(statement(smith))
        with request_of(smith):
            await pool.fetchval(f"SELECT '{smith}'")
        await pool.close()

    asyncio.run(run())
    assert [each.sink for each in kept] == [
        "asyncpg.Connection.fetch",
        "asyncpg.Connection.prepare",
        "asyncpg.Connection.fetchval",
    ]


async def _awaited(run: Callable[[str], Awaitable[Any]], name: str) -> None:
    await run(statement(name))


def test_sqlalchemy_over_postgresql(watching: Watch, smith: str, postgresql: str) -> None:
    kept = watching(*FAMILIES)
    folder = postgresql.split(maxsplit=1)[0].removeprefix("host=")
    for driver in ("psycopg", "psycopg2"):
        engine = sqlalchemy.create_engine(f"postgresql+{driver}://shop@/postgres?host={folder}")
        with engine.connect() as connection, request_of(smith):
            connection.execute(sqlalchemy.text("SELECT :name"), {"name": smith}).all()
            connection.execute(sqlalchemy.text(f"SELECT '{smith}'")).all()
        engine.dispose()
    assert [each.sink for each in kept] == ["psycopg.Cursor.execute", "psycopg2.cursor.execute"]
