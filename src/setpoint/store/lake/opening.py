"""Opening a lake: the right file, for its owner's eyes only, of this version, with every door locked but the queries'.

`wiring` calls `open_lake`. One process at a time has the lake.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from setpoint.errors import InputError, LakeError
from setpoint.store.lake import damage
from setpoint.store.lake.limits import LakeLimits
from setpoint.store.lake.tables import TABLES, VERSION, VIEWS

if TYPE_CHECKING:
    import duckdb

    from setpoint.store.lake.lake import DuckDbLake

_LOCKED: Final[Mapping[str, bool]] = {
    "enable_external_access": False,
    "python_enable_replacements": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "lock_configuration": True,
}
"""DuckDB, *Securing DuckDB*: no files, no variables of this program, no extensions; and no way to change that."""


class LakeHeldError(LakeError):
    """Another process has it: one that ends already, maybe."""


def open_lake(path: Path, limits: LakeLimits | None = None) -> DuckDbLake:
    """The lake in this file, begun where there is none; close it when done.

    A damaged one is put aside and begun anew; `damage()` then says so. Raises `LakeError` where it cannot be used.
    """
    _import_libraries()
    from setpoint.store.lake.lake import DuckDbLake

    limits = limits or LakeLimits()
    _make_folder(path.parent)
    told = [damage.put_aside(path)] if damage.is_noted(path) else []
    database = _connect(path, limits)
    if database is None:
        told.append(damage.put_aside(path))
        database = _connect(path, limits)
    if database is None:
        raise LakeError("the lake is damaged as soon as it is made", where=str(path), remedy="check the disk")
    try:
        _prepare(database, path)
    except BaseException:
        database.close()
        raise
    return DuckDbLake(path, database, limits, told)


def _import_libraries() -> None:
    try:
        import duckdb  # noqa: F401  # only whether they are there is asked
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise InputError(
            "the lake needs duckdb and pyarrow", remedy="install them with: pip install 'setpoint[server]'"
        ) from error


def _make_folder(folder: Path) -> None:
    """DuckDB makes its log and its temporary files as readable as any: nobody else may enter their folder."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise LakeError(
            f"the lake's folder cannot be made ({error.strerror})", where=str(folder), remedy="choose another path"
        ) from error


def _connect(path: Path, limits: LakeLimits) -> duckdb.DuckDBPyConnection | None:
    """None where the file is a lake that is damaged."""
    import duckdb

    from setpoint.store.lake.failures import is_damage, lake_error

    settings: dict[str, str | bool | int | float | list[str]] = {
        **_LOCKED,
        "threads": limits.threads,
        "memory_limit": f"{limits.memory}B",
        "temp_directory": f"{path}.tmp",
        "max_temp_directory_size": f"{limits.temporary}B",
    }
    _forget_unborn(path)
    try:
        return duckdb.connect(path, config=settings)
    except duckdb.Error as error:
        if "Could not set lock" in str(error):
            raise LakeHeldError(
                "another process has the lake open", where=str(path), remedy="stop it: one process owns the lake"
            ) from error
        if "not a valid DuckDB database" in str(error) and not damage.is_database(path):
            raise LakeError("this is not a lake", where=str(path), remedy="choose another path") from error
        if is_damage(error):
            return None
        raise lake_error(error, path) from error


def _forget_unborn(path: Path) -> None:
    """A file that was made and never written to, because whoever made it was killed."""
    try:
        if path.stat().st_size == 0:
            path.unlink()
    except OSError:
        return  # not there, or not to be reached: DuckDB says so better


def _prepare(database: duckdb.DuckDBPyConnection, path: Path) -> None:
    from setpoint.store.lake.failures import of_the_lake

    with of_the_lake(path):
        tables = {
            row[0]
            for row in database.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
        }
        if not tables:
            _begin(database)
        elif "kept.state" not in tables:
            raise LakeError("this is some other program's database, not a lake", where=str(path))
        [(version,)] = database.execute("SELECT version FROM kept.state").fetchall()
    if version != VERSION:
        raise LakeError(
            f"the lake is at version {version}, and this program knows version {VERSION}",
            where=str(path),
            remedy="upgrade Setpoint, or move the lake away: it is made anew from the journal",
        )


def _begin(database: duckdb.DuckDBPyConnection) -> None:
    database.begin()
    for statement in TABLES:
        database.execute(statement)
    for name, statement in VIEWS.items():
        database.execute(f"CREATE VIEW {name} AS {statement}")
    database.execute("INSERT INTO kept.state VALUES (?, 0)", [VERSION])
    database.commit()
