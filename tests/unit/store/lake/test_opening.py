"""A lake is opened as it is, or told why not; what is damaged is put aside, and never lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from tests.unit.store.lake.shapes import MakeEntry

from setpoint.errors import InputError, LakeError
from setpoint.store.lake.opening import open_lake
from setpoint.store.lake.tables import VERSION


@pytest.fixture
def filled(path: Path, entry: MakeEntry) -> Path:
    """A closed lake with enough in it to have blocks of its own."""
    with closing(open_lake(path)) as lake:
        lake.take([entry(each, data={"n": each * 7919 % 10007}) for each in range(1, 20_001)])
    return path


def test_what_was_taken_is_there_again(filled: Path) -> None:
    with closing(open_lake(filled)) as lake:
        assert lake.taken() == 20_000
        assert lake.damage() == ()


def test_one_process_at_a_time_has_it(filled: Path) -> None:
    program = (
        "import sys, pathlib; from setpoint.store.lake.opening import open_lake; open_lake(pathlib.Path(sys.argv[1]))"
    )
    with closing(open_lake(filled)):
        other = subprocess.run(
            [sys.executable, "-c", program, str(filled)], capture_output=True, text=True, check=False
        )
    assert "another process has the lake open" in other.stderr


def test_a_newer_one_is_left_alone(filled: Path) -> None:
    _run(filled, f"UPDATE kept.state SET version = {VERSION + 1}")
    before = filled.read_bytes()
    with pytest.raises(LakeError, match=f"at version {VERSION + 1}"):
        open_lake(filled)
    assert filled.read_bytes() == before


def test_some_other_database_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    _run(path, "CREATE TABLE mine (a INTEGER)")
    with pytest.raises(LakeError, match="some other program's database"):
        open_lake(path)


def test_some_other_file_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("my diary\n" * 1000)
    with pytest.raises(LakeError, match="not a lake"):
        open_lake(path)
    assert path.read_text().startswith("my diary")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="folder cannot be made"):
        open_lake(tmp_path / "no" / "such" / "lake.duckdb")


def test_one_that_was_only_begun_is_begun_again(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with closing(open_lake(path)) as lake:
        assert lake.taken() == 0
        assert lake.damage() == ()


def _flip(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


@pytest.mark.parametrize("harm", [_flip(100), _flip(4096 + 50), _flip(8192 + 50), lambda data: data[:9000]])
def test_one_that_cannot_be_opened_is_put_aside(filled: Path, entry: MakeEntry, harm: Callable[[bytes], bytes]) -> None:
    harmed = harm(filled.read_bytes())
    filled.write_bytes(harmed)
    with closing(open_lake(filled)) as lake:
        [told] = lake.damage()
        aside = next(filled.parent.glob("lake.duckdb.damaged-*"))
        assert str(aside) in told
        assert aside.read_bytes() == harmed
        assert lake.taken() == 0
        assert lake.take([entry(7)]) == 1
    with closing(open_lake(filled)) as again:
        assert again.damage() == ()
        assert again.taken() == 7


def test_damage_that_shows_later_is_told_and_put_aside_at_the_next_opening(filled: Path) -> None:
    data = bytearray(filled.read_bytes())
    for at in range(3 * 4096, len(data), 4096):
        data[at + 2048] ^= 0xFF
    filled.write_bytes(data)
    lake = open_lake(filled)
    try:
        if not lake.damage():
            with pytest.raises(LakeError, match="damaged"):
                lake.query("SELECT max(data), max(id) FROM signals", limit=1, timeout=20.0)
    finally:
        lake.close()
    with closing(open_lake(filled)) as again:
        assert again.taken() == 0
    assert len(list(filled.parent.glob("lake.duckdb.damaged-*"))) == 1


def test_a_log_that_was_cut_short_costs_only_what_it_held(path: Path, entry: MakeEntry) -> None:
    _die_after_taking(path)
    log = path.with_name("lake.duckdb.wal")
    log.write_bytes(log.read_bytes()[:-10])
    with closing(open_lake(path)) as lake:
        taken = lake.taken()
        assert taken in {0, 1}
        assert lake.take([entry(each) for each in (1, 2)]) == 2 - taken
        assert lake.query("SELECT count(*) FROM signals", limit=1, timeout=9.0).rows == ((2,),)


def test_a_log_that_is_damaged_is_put_aside_with_the_lake(path: Path) -> None:
    _die_after_taking(path)
    log = path.with_name("lake.duckdb.wal")
    log.write_bytes(_flip(200)(log.read_bytes()))
    with closing(open_lake(path)) as lake:
        assert lake.taken() == 0
        assert len(lake.damage()) == 1
    assert list(path.parent.glob("lake.duckdb.damaged-*.wal"))


def test_without_its_libraries_the_extra_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(InputError, match=r"pip install 'setpoint\[server\]'"):
        open_lake(path)


def _run(path: Path, sql: str) -> None:
    with duckdb.connect(path) as database:
        database.execute(sql).fetchall()


def _die_after_taking(path: Path) -> None:
    """A process that leaves its log behind."""
    program = """if True:
        import os, pathlib, sys
        from datetime import UTC, datetime
        from setpoint.store.interface import Entry
        from setpoint.store.lake.opening import open_lake
        lake = open_lake(pathlib.Path(sys.argv[1]))
        for offset in (1, 2):
            lake.take([Entry(offset, datetime.now(UTC), b'{"id":"e"}')])
        os._exit(0)
    """
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)
