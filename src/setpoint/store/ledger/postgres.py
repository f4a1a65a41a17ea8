"""All that is PostgreSQL's own: how to connect, begin, tell the time, refuse changes, and say what went wrong.

`opening.py` calls it; `dialect` is its sibling for SQLite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from setpoint.errors import Error, InputError, LedgerError, OutOfReachError, TemporaryError
from setpoint.store.ledger.address import ServerAddress
from setpoint.store.ledger.database import Database

LOCK: Final = 0x53455450
"""`SETP`: the advisory lock that a writing transaction holds (PostgreSQL documentation, *Advisory Locks*)."""

MARK: Final = "Setpoint ledger"
"""The comment on the table of the version: no other program's database is migrated."""

WAIT_SECONDS: Final = 10.0
"""How long a write waits for another process's, as with SQLite."""

STATEMENT_SECONDS: Final = 60.0
"""No statement of ours comes near it: one that does waits for something that will not come."""

IDLE_SECONDS: Final = 60.0
"""After which a writer that says nothing any more (stopped, or cut off) loses its transaction, and others go on."""

CONNECTIONS: Final = 5
"""That a process keeps; three processes of two replicas leave most of PostgreSQL's hundred to others."""

MORE_CONNECTIONS: Final = 5
"""For a moment, where many ask at once."""

CONNECT: Final[Mapping[str, Any]] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "application_name": "setpoint",
}
"""What an address may say otherwise (PostgreSQL documentation, *Parameter Key Words*): a server that vanished is missed
within a minute."""

SESSION: Final[Mapping[str, str]] = {
    "timezone": "UTC",
    # A machine that vanished with a transaction in hand: the others go on within a minute.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    # Many are found at once by their keys, in tables that nobody has analysed yet: by what a disk of platters takes to
    # seek, which is the default, it would be cheaper to read the whole table.
    "random_page_cost": "1.1",
    # To compile what takes a millisecond takes fifty.
    "jit": "off",
}
"""Of every connection (PostgreSQL documentation, *Server Configuration*)."""

DURABLE: Final = (
    "; SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
"""What was acknowledged is on the disk, whatever the server does for others."""

_WRITES: Final = "setpoint_writes"
"""The execution option that says whether a connection's transactions write."""

WRITING: Final[Mapping[str, Any]] = {_WRITES: True}
"""Options of a connection that writes: one does at any time, so that what it reads stays true until it commits."""

READING: Final[Mapping[str, Any]] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Options of one that reads: all that one transaction reads is of one moment, as with SQLite."""

_BUSY: Final = "55P03"
_PASSING: Final = ("08", "57P", "53300", "57014", "25P03", "40")
"""The connection broke, the server is being stopped or started, or is full, a statement or a transaction took too long,
or was the one that a deadlock was ended by."""
_MEANINGS: Final[Mapping[str, tuple[str, str]]] = {
    "25006": ("the database takes no writes now", "name the server that others are copies of"),
    "3F": ("the database has no schema that this user may use", "create it, or let the user create tables there"),
    "42501": ("the database's user may not do this", "make it the owner of the ledger's tables"),
    "42": ("the ledger lacks what its version promises", "restore it from a backup"),
    "53": ("the database has no room left", "free some space and try again"),
    "58": ("the disk of the database failed", "check the disk and try again"),
    "XX": ("the ledger is damaged", "restore it from a backup"),
}
"""PostgreSQL documentation, *Error Codes*: code or class → what it means here, and what would do."""


class LedgerServer(Database):
    """A ledger in a database of PostgreSQL's; several machines may share it."""

    def __init__(self, address: ServerAddress, *, read_only: bool) -> None:
        engine = make_engine(address)
        super().__init__(engine, WRITING, translate, address.shown, read_only=read_only, reading=READING)

    def make_ready(self) -> None:
        with self.read() as connection:
            encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
        if encoding != "UTF8":
            raise LedgerError(
                f"the database keeps its texts as {encoding}, which has no room for all of them",
                where=self.place,
                remedy="create one with: createdb --template=template0 --encoding=UTF8 NAME",
            )

    def is_marked(self, connection: Connection) -> bool:
        commented = "SELECT obj_description(to_regclass('alembic_version'), 'pg_class')"
        return bool(connection.execute(text(commented)).scalar_one() == MARK)

    def mark(self, connection: Connection) -> None:
        connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{MARK}'"))
        _order_texts_by_octets(connection)

    def time(self, connection: Connection, told: datetime) -> datetime:  # noqa: ARG002 (the server knows better)
        """Its own: the clocks of the machines that share it need not agree."""
        now: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return now


def make_engine(address: ServerAddress) -> Engine:
    """Connects when it is first used. Connections that broke meanwhile are replaced before anybody gets one."""
    url = URL.create(
        "postgresql+psycopg",
        address.user or None,
        address.password or None,
        address.host or None,
        address.port,
        address.database or None,
        dict(address.options),
    )
    given = {name for name, _ in address.options}
    try:
        engine = create_engine(
            url,
            connect_args={name: value for name, value in CONNECT.items() if name not in given},
            pool_size=CONNECTIONS,
            max_overflow=MORE_CONNECTIONS,
            pool_timeout=WAIT_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        raise InputError(
            "a ledger in PostgreSQL needs the library psycopg",
            where=address.shown,
            remedy="install it with: pip install 'setpoint[postgres]'",
        ) from error
    # Many rows go in one statement, and not each by itself across the wire.
    engine.dialect.use_insertmanyvalues_wo_returning = True
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:
    """A new connection of the driver's."""
    settings = {**SESSION, "lock_timeout": f"{WAIT_SECONDS:g}s", "statement_timeout": f"{STATEMENT_SECONDS:g}s"}
    connection.execute("; ".join(f"SET {name} = '{value}'" for name, value in settings.items()) + DURABLE)
    connection.commit()
    _keep_out_nuls(connection)


def _keep_out_nuls(connection: Any) -> None:
    """PostgreSQL's texts cannot hold that one character. Documents spell it; where it stands elsewhere, its sign does.

    Whoever reports of an application could otherwise stop all that comes after it.
    """
    from psycopg.types.string import StrDumper

    class TextDumper(StrDumper):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\N{SYMBOL FOR NULL}") if "\0" in obj else obj)

    connection.adapters.register_dumper(str, TextDumper)


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITES):
        # In one statement, so that it costs one way there and back. A lock for each schema: several ledgers may share
        # a database.
        connection.exec_driver_sql(
            f"SELECT set_config('idle_in_transaction_session_timeout', '{IDLE_SECONDS:g}s', true), "
            f"pg_advisory_xact_lock({LOCK}, current_schema()::regnamespace::oid::int)"
        )


def _order_texts_by_octets(connection: Connection) -> None:
    """As SQLite and Python do: pages and ranges of names depend on it, whatever order the database was made with."""
    found = connection.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
            "AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
        )
    ).all()
    for table, column in found:
        connection.execute(text(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE text COLLATE "C"'))


def append_only(table: str) -> Sequence[str]:
    """Statements after which the table takes new rows only: a guard against mistakes, as with SQLite."""
    function = f"{table}_refuses"
    body = f"BEGIN RAISE EXCEPTION '{table} is append-only'; END"
    changes = f"UPDATE OR DELETE OR TRUNCATE ON {table}"
    return [
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"CREATE TRIGGER {function}_changes BEFORE {changes} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    ]


def translate(error: DBAPIError, where: str) -> Error | None:
    """The driver's error in our words; None where it can only be a mistake in this program."""
    code: str = getattr(error.orig, "sqlstate", None) or ""
    said = " ".join(str(error.orig).split())
    if code == _BUSY:
        return TemporaryError(
            f"another process is writing to the ledger and did not finish within {WAIT_SECONDS:g} seconds",
            remedy="try again",
            delay=WAIT_SECONDS,
        )
    if code.startswith(_PASSING) or (not code and _is_about_the_connection(error)):
        return OutOfReachError(
            f"the ledger's database does not answer ({said})",
            where=where,
            remedy="see whether PostgreSQL is there, and lets this user in",
        )
    meaning = _MEANINGS.get(code) or _MEANINGS.get(code[:2])
    if meaning is None:
        return None
    what, remedy = meaning
    return LedgerError(f"{what} ({said})", where=where, remedy=remedy)


def _is_about_the_connection(error: DBAPIError) -> bool:
    """The server gives no code for what keeps it from answering."""
    from psycopg import OperationalError

    return error.connection_invalidated or isinstance(error.orig, OperationalError)
