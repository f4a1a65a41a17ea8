"""A lake that cannot be read any more is put aside, never deleted: `opening` begins a new one, which the journal fills.

Damage inside the file shows only when that place is read. It is then noted beside the file, for the next opening.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from setpoint.errors import LakeError

_MAGIC: Final = b"DUCK"
_MAGIC_AT: Final = 8
"""Where a database file of DuckDB's says that it is one (DuckDB, *Storage Versions and Format*)."""


def note(path: Path) -> None:
    """Lets the next opening know; where even that cannot be written, it will find out again."""
    with suppress(OSError):
        _note(path).touch(mode=0o600)


def is_noted(path: Path) -> bool:
    try:
        return _note(path).exists()
    except OSError:
        return False  # who may not look may not open it either, and is told so then


def is_database(path: Path) -> bool:
    """Whether the file says of itself that it is DuckDB's, whatever else may be wrong with it."""
    try:
        with path.open("rb") as stream:
            return stream.read(_MAGIC_AT + len(_MAGIC))[_MAGIC_AT:] == _MAGIC
    except OSError:
        return False


def put_aside(path: Path) -> str:
    """Renames the lake and its log; the sentence that tells where it is now."""
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    try:
        for suffix in ("", ".wal"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
        _note(path).unlink(missing_ok=True)
    except OSError as error:
        raise LakeError(
            f"the lake is damaged, and cannot be put aside ({error.strerror})",
            where=str(path),
            remedy="make its folder writable, or remove the lake",
        ) from error
    return f"the lake was damaged and lies at {aside}; a new one is filled from the journal, as far as that reaches"


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged")
