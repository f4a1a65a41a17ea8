from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from setpoint.errors import LedgerError
from setpoint.store.ledger import dialect
from setpoint.store.ledger.database import LedgerFile
from setpoint.store.ledger.opening import MIGRATIONS, VERSION, open_ledger
from setpoint.store.ledger.tables import metadata


def _sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_new_ledger_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    open_ledger(str(path)).close()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["a b.sqlite", "50%.sqlite", "what?.sqlite", "#1.sqlite", "ü&=.sqlite"])
def test_any_file_name_will_do(tmp_path: Path, name: str, now: datetime) -> None:
    with closing(open_ledger(f"sqlite:///{tmp_path / name}")) as ledger:
        ledger.visitor().note("ada", "said", "hello", {}, now)
    assert [each.name for each in tmp_path.iterdir()] == [name]
    with closing(open_ledger(str(tmp_path / name), read_only=True)) as ledger:
        assert ledger.latest_time() == now


def test_an_empty_file_becomes_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.touch()
    with closing(open_ledger(str(path))) as ledger:
        assert ledger.latest_time() is None


def test_the_migrations_make_the_tables_that_the_code_uses(path: Path) -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [VERSION]
    with closing(LedgerFile(path, read_only=True)) as database, database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_alembic_is_imported_only_to_migrate(path: Path) -> None:
    program = (
        "import sys; from setpoint.store.ledger.opening import open_ledger; "
        "open_ledger(sys.argv[1]).close(); print('alembic' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_a_ledger_of_a_newer_version_is_left_alone(path: Path) -> None:
    _sql(path, "UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(LedgerError) as caught:
        open_ledger(str(path))
    assert "at version 9999" in caught.value.what
    assert VERSION in caught.value.what
    assert "upgrade Setpoint" in caught.value.remedy
    assert path.read_bytes() == before


def test_an_older_ledger_is_not_migrated_by_a_reader(path: Path) -> None:
    _sql(path, "UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(LedgerError, match="at version 0000"):
        open_ledger(str(path), read_only=True)


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.sqlite"
    broken = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    revision = next((broken / "versions").glob("v0001_*.py"))
    last_step = "    _create_audit()\n"
    revision.write_text(revision.read_text().replace(last_step, f"{last_step}    op.execute('SELECT nonsense')\n"))
    monkeypatch.setattr("setpoint.store.ledger.opening.MIGRATIONS", broken)
    with pytest.raises(LedgerError, match="no such column: nonsense"):
        open_ledger(str(path))
    monkeypatch.undo()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    open_ledger(str(path)).close()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    _sql(path, "CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('0001')")
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="some other program's database"):
        open_ledger(str(path))
    assert path.read_bytes() == before


def test_what_is_no_database_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database at all, " * 100)
    with pytest.raises(LedgerError, match="this file is not a ledger"):
        open_ledger(str(path))


def test_a_damaged_ledger_is_told_so(path: Path) -> None:
    page = 4096
    content = bytearray(path.read_bytes())
    content[page:] = b"\x55" * (len(content) - page)
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="the ledger is damaged"):
        open_ledger(str(path))


def test_a_truncated_ledger_is_told_so(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(LedgerError, match="the ledger is damaged"):
        open_ledger(str(path))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("", "empty"),
        ("sqlite:///", "empty"),
        ("mysql://db/setpoint", "'mysql' is not supported"),
    ],
)
def test_other_databases_are_refused_by_name(name: str, what: str) -> None:
    with pytest.raises(LedgerError, match=what):
        open_ledger(name)


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="this is a folder"):
        open_ledger(str(tmp_path))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as caught:
        open_ledger(str(tmp_path / "missing" / "ledger.sqlite"))
    assert caught.value.where == str(tmp_path / "missing")


@pytest.mark.parametrize(("create", "read_only"), [(False, False), (True, True)])
def test_a_missing_ledger_is_not_created_for_a_reader(tmp_path: Path, *, create: bool, read_only: bool) -> None:
    with pytest.raises(LedgerError, match="there is no ledger here"):
        open_ledger(str(tmp_path / "ledger.sqlite"), create=create, read_only=read_only)
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_that_cannot_even_be_looked_for_is_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"cannot be reached \(File name too long\)"):
        open_ledger(str(tmp_path / ("x" * 300)))


def test_an_empty_file_is_no_ledger_to_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.touch()
    with pytest.raises(LedgerError, match="the ledger is empty"):
        open_ledger(str(path), read_only=True)
    assert path.stat().st_size == 0


def test_a_ledger_opened_for_reading_refuses_to_write(path: Path, now: datetime) -> None:
    with closing(open_ledger(str(path), read_only=True)) as ledger:
        with pytest.raises(LedgerError, match="opened for reading only"):
            ledger.visitor().note("ada", "said", "hello", {}, now)
        with pytest.raises(LedgerError, match="opened for reading only"):
            ledger.acquire("aws", now, ttl=60)


def test_what_is_remembered_from_before_the_history_is_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.touch()
    with closing(LedgerFile(path, read_only=False)) as database, database.write() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, "0002")
        dialect.mark(connection)
    _sql(path, "INSERT INTO resources VALUES ('aws', 'a', 'shop', 'key', NULL, 0, 1)")
    with closing(open_ledger(str(path))) as ledger:
        assert ledger.remembered("aws") == {"a": ""}
        assert ledger.reach("aws") is None
