"""Opening a ledger: the right place, the right permissions, the right version. `wiring.stores` calls `open_ledger`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from setpoint.errors import LedgerError
from setpoint.store.audit_mark import AuditMark
from setpoint.store.ledger.address import is_server, server_address
from setpoint.store.ledger.database import Database, LedgerFile
from setpoint.store.ledger.file import check_path, expect_file, expect_writable, path_of
from setpoint.store.ledger.ledger import SqlLedger

VERSION: Final = "0020"
"""The newest revision in `migrations/versions`, so that Alembic is imported only when a ledger is at another one."""

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def open_ledger(
    url_or_path: str, *, create: bool = True, read_only: bool = False, mark: AuditMark | None = None
) -> SqlLedger:
    """The ledger at a path, a `sqlite:///` or a `postgresql://` URL, at this program's version; close it when done.

    Without a `mark` nobody knows whether rows were cut off the end of its audit log.

    A new file is readable by its owner only; a database has to be there. `read_only` needs no right to write, and
    changes nothing at all. Raises `LedgerError` where it cannot be used, `OutOfReachError` where it does not answer.
    """
    create = create and not read_only
    if is_server(url_or_path):
        database = _open_server(url_or_path, read_only=read_only)
    else:
        database = _open_file(path_of(url_or_path), read_only=read_only, create=create)
    try:
        _bring_up_to_date(database, create=create)
    except BaseException:
        database.close()
        raise
    return SqlLedger(database, mark)


def check_place(url_or_path: str) -> None:
    """Raises the `Error` with which opening it for writing would end, or making it; makes and changes nothing."""
    if is_server(url_or_path):
        database = _open_server(url_or_path, read_only=True)
    else:
        path = path_of(url_or_path)
        if not path.is_file():
            check_path(path)
            return
        expect_writable(path)
        database = LedgerFile(path, read_only=True)
    try:
        _known_version(database)
    finally:
        database.close()


def _open_server(url: str, *, read_only: bool) -> Database:
    # Only who has such a ledger pays for its driver.
    from setpoint.store.ledger.postgres import LedgerServer

    return LedgerServer(server_address(url), read_only=read_only)


def _open_file(path: Path, *, read_only: bool, create: bool) -> Database:
    expect_file(path, create=create)
    if not read_only:
        expect_writable(path)
    return LedgerFile(path, read_only=read_only)


def _known_version(database: Database) -> str:
    """The ledger's version; `LedgerError` for one that this program does not know."""
    with database.read() as connection:
        found = _version(connection, database)
    if found > VERSION:
        raise LedgerError(
            f"the ledger is at version {found}, and this program knows versions up to {VERSION}",
            where=database.place,
            remedy="upgrade Setpoint, or use another ledger",
        )
    return found


def _bring_up_to_date(database: Database, *, create: bool) -> None:
    found = _known_version(database)
    if not database.read_only:
        database.make_ready()
    if found == VERSION:
        return
    if database.read_only:
        raise LedgerError(
            f"the ledger is at version {found}, and this program reads version {VERSION}"
            if found
            else "the ledger is empty",
            where=database.place,
            remedy="run a heartbeat first: it brings the ledger up to date",
        )
    if not found and not create and not isinstance(database, LedgerFile):
        raise LedgerError("there is no ledger here", where=database.place, remedy="run a first heartbeat")
    with database.write() as connection:
        # Asked again, because another process may have migrated it while this one waited for its turn.
        if _version(connection, database) < VERSION:
            _migrate(connection, database)


def _version(connection: Connection, database: Database) -> str:
    """The ledger's version; empty for a new one."""
    if database.is_marked(connection):
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or ""
    if inspect(connection).get_table_names():
        raise LedgerError(
            "this is some other program's database, not a ledger", where=database.place, remedy="name another place"
        )
    return ""


def _migrate(connection: Connection, database: Database) -> None:
    """Every missing revision, in the caller's transaction: all of them or none."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
    database.mark(connection)
