"""The file of a ledger in SQLite: where it is, made where there is none, and what keeps it from being used."""

from __future__ import annotations

import os
from pathlib import Path

from setpoint.errors import LedgerError
from setpoint.store.ledger import dialect
from setpoint.store.ledger.address import SQLITE


def path_of(url_or_path: str) -> Path:
    if "://" in url_or_path and not url_or_path.startswith(SQLITE):
        kind = url_or_path.split("://", 1)[0]
        raise LedgerError(
            f"a ledger in {kind!r} is not supported",
            remedy=f"write a path, {SQLITE}<path to the file>, or postgresql://<user>@<host>/<database>",
        )
    name = url_or_path.removeprefix(SQLITE)
    if not name:
        raise LedgerError("the path of the ledger is empty", remedy="write the path of a file")
    return Path(name).expanduser().absolute()


def check_path(path: Path) -> None:
    """Raises the `LedgerError` with which making it would end; makes nothing."""
    if path.exists():
        expect_file(path, create=False)
    if not path.parent.is_dir():
        raise LedgerError("the ledger's folder does not exist", where=str(path.parent), remedy="create it")
    if not dialect.may_write(path.parent):
        raise LedgerError(
            "the ledger cannot be created: its folder is read-only for this user",
            where=str(path.parent),
            remedy="make the folder writable, or choose another path",
        )


def expect_file(path: Path, *, create: bool) -> None:
    """A new file is readable by its owner only."""
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


def expect_writable(path: Path) -> None:
    # The folder, too: the write-ahead log is a file beside the ledger.
    for each, name in ((path, "file"), (path.parent, "folder")):
        if not dialect.may_write(each):
            raise LedgerError(
                f"the ledger cannot be written: its {name} is read-only for this user",
                where=str(each),
                remedy=f"make the {name} writable, or choose another path",
            )
