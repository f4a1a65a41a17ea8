"""Opening a ledger: the right file, the right permissions, the right version. `wiring.py` calls `open_ledger`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from setpoint.errors import LedgerError
from setpoint.store.audit_mark import AuditMark
from setpoint.store.ledger import dialect
from setpoint.store.ledger.database import LedgerFile
from setpoint.store.ledger.ledger import SqlLedger

VERSION: Final = "0011"
"""The newest revision in `migrations/versions`, so that Alembic is imported only when a ledger is at another one."""

MIGRATIONS: Final = Path(__file__).parent / "migrations"

SQLITE: Final = "sqlite:///"


def open_ledger(
    url_or_path: str, *, create: bool = True, read_only: bool = False, mark: AuditMark | None = None
) -> SqlLedger:
    """The ledger at a path or `sqlite:///` URL, migrated to this program's version; close it when done.

    Without a `mark` nobody knows whether rows were cut off the end of its audit log.

    A new file is readable by its owner only. `read_only` needs no right to write, and changes nothing at all.
    Raises `LedgerError` where it cannot be used.
    """
    path = _path_of(url_or_path)
    _expect_file(path, create=create and not read_only)
    if not read_only:
        _expect_writable(path)
    database = LedgerFile(path, read_only=read_only)
    try:
        _bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return SqlLedger(database, mark)


def check_place(url_or_path: str) -> None:
    """Raises the `LedgerError` with which opening it for writing would end, or making it; makes and changes nothing."""
    path = _path_of(url_or_path)
    if path.is_file():
        _expect_writable(path)
        database = LedgerFile(path, read_only=True)
        try:
            _known_version(database)
        finally:
            database.close()
        return
    if path.exists():
        _expect_file(path, create=False)
    if not path.parent.is_dir():
        raise LedgerError("the ledger's folder does not exist", where=str(path.parent), remedy="create it")
    if not dialect.may_write(path.parent):
        raise LedgerError(
            "the ledger cannot be created: its folder is read-only for this user",
            where=str(path.parent),
            remedy="make the folder writable, or choose another path",
        )


def _path_of(url_or_path: str) -> Path:
    if "://" in url_or_path and not url_or_path.startswith(SQLITE):
        kind = url_or_path.split("://", 1)[0]
        raise LedgerError(
            f"a ledger in {kind!r} is not supported (yet)", remedy=f"write a path, or {SQLITE}<path to the file>"
        )
    name = url_or_path.removeprefix(SQLITE)
    if not name:
        raise LedgerError("the path of the ledger is empty", remedy="write the path of a file")
    return Path(name).expanduser().absolute()


def _expect_file(path: Path, *, create: bool) -> None:
    try:
        is_folder, is_there = path.is_dir(), path.exists()
    except OSError as error:
        raise LedgerError(
            f"the ledger cannot be reached ({error.strerror})",
            where=str(path),
            remedy="check the path, and that this user may enter its folder",
        ) from error
    if is_folder:
        raise LedgerError("this is a folder, not a ledger", where=str(path), remedy="write the path of a file")
    if is_there:
        return
    if not create:
        raise LedgerError("there is no ledger here", where=str(path), remedy="check the path, or run a first heartbeat")
    try:
        # Only ever creates: see `dialect.may_write` for why no existing ledger is opened by hand.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        pass  # another process was faster, and its file will do
    except FileNotFoundError as error:
        raise LedgerError("the ledger's folder does not exist", where=str(path.parent), remedy="create it") from error
    except OSError as error:
        raise LedgerError(
            f"the ledger cannot be created ({error.strerror})",
            where=str(path),
            remedy="make its folder writable for this user, or choose another path",
        ) from error


def _expect_writable(path: Path) -> None:
    # The folder, too: the write-ahead log is a file beside the ledger.
    for each, name in ((path, "file"), (path.parent, "folder")):
        if not dialect.may_write(each):
            raise LedgerError(
                f"the ledger cannot be written: its {name} is read-only for this user",
                where=str(each),
                remedy=f"make the {name} writable, or choose another path",
            )


def _known_version(database: LedgerFile) -> str:
    """The ledger's version; `LedgerError` for one that this program does not know."""
    with database.read() as connection:
        found = _version(connection, database.path)
    if found > VERSION:
        raise LedgerError(
            f"the ledger is at version {found}, and this program knows versions up to {VERSION}",
            where=str(database.path),
            remedy="upgrade Setpoint, or use another ledger",
        )
    return found


def _bring_up_to_date(database: LedgerFile) -> None:
    found = _known_version(database)
    if not database.read_only:
        database.use_write_ahead_log()
    if found == VERSION:
        return
    if database.read_only:
        raise LedgerError(
            f"the ledger is at version {found}, and this program reads version {VERSION}"
            if found
            else "the ledger is empty",
            where=str(database.path),
            remedy="run a heartbeat first: it brings the ledger up to date",
        )
    with database.write() as connection:
        # Asked again, because another process may have migrated it while this one waited for its turn.
        if _version(connection, database.path) < VERSION:
            _migrate(connection)


def _version(connection: Connection, path: Path) -> str:
    """The ledger's version; empty for a new file."""
    if dialect.is_marked(connection):
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or ""
    if inspect(connection).get_table_names():
        raise LedgerError(
            "this is some other program's database, not a ledger", where=str(path), remedy="write another path"
        )
    return ""


def _migrate(connection: Connection) -> None:
    """Every missing revision, in the caller's transaction: all of them or none."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
    dialect.mark(connection)
