"""Ledgers, disks and clocks that are not as they should be: told in one line, or noted and lived with."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.e2e.account import Aws
from tests.e2e.program import ASSETS, Loop, Setpoint

from setpoint.store.ledger.opening import open_ledger


def test_a_ledger_of_a_newer_version(lonely_setpoint: Setpoint) -> None:
    open_ledger(str(lonely_setpoint.ledger)).close()
    with closing(sqlite3.connect(lonely_setpoint.ledger, isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    lonely_setpoint.refuses(f"{lonely_setpoint.ledger}: ", "the ledger is at version 9999", "upgrade Setpoint")


def test_a_ledger_that_is_no_database(lonely_setpoint: Setpoint) -> None:
    lonely_setpoint.write("setpoint.sqlite", "dear diary, " * 1_000)
    lonely_setpoint.refuses(f"{lonely_setpoint.ledger}: ", "this file is not a ledger", "name another file")


def test_a_ledger_that_may_not_be_written(lonely_setpoint: Setpoint) -> None:
    open_ledger(str(lonely_setpoint.ledger)).close()
    lonely_setpoint.ledger.chmod(0o400)
    _bind_by_permissions(lonely_setpoint)
    lonely_setpoint.refuses(f"{lonely_setpoint.ledger}: ", "its file is read-only", "make the file writable")


def test_a_folder_that_may_not_be_written(lonely_setpoint: Setpoint) -> None:
    folder = lonely_setpoint.folder / "kept"
    folder.mkdir(mode=0o555)
    lonely_setpoint.configure(ledger="kept/setpoint.sqlite")
    _bind_by_permissions(lonely_setpoint)
    lonely_setpoint.refuses(
        f"{folder / 'setpoint.sqlite'}: ",
        "the ledger cannot be created (Permission denied)",
        "make its folder writable",
    )


def _bind_by_permissions(setpoint: Setpoint) -> None:
    """Permissions do not bind root, unless it gives this right away."""
    if os.geteuid() != 0:
        return
    setpoint.prefix = ["setpriv", "--bounding-set", "-dac_override", "--inh-caps", "-dac_override"]
    try:
        subprocess.run([*setpoint.prefix, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"permissions do not bind root here, and setpriv cannot change that ({error})")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no disk of a known size can be mounted here ({error})")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(setpoint: Setpoint, shop: Aws, small_disk: Path) -> None:
    ledger = small_disk / "setpoint.sqlite"
    setpoint.configure(ledger=str(ledger))
    assert setpoint.run("beat").code == 0
    rows = _audit(ledger)
    filler = small_disk / "filler"
    _fill(filler)
    answer = setpoint.run("beat")
    assert answer.code == 2
    assert answer.complaint().startswith(f"{ledger}: the disk is full, so nothing of this step was written")
    assert "free some space and run it again" in answer.err
    filler.unlink()
    assert _audit(ledger) == rows
    assert setpoint.run("beat").code == 0


def test_a_ledger_that_may_not_grow(lonely_setpoint: Setpoint) -> None:
    """What a quota does, and all of a full disk that can be had everywhere."""
    answer = lonely_setpoint.run("beat", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)))
    assert answer.code == 2
    assert answer.complaint().startswith(f"{lonely_setpoint.ledger}: the disk failed")
    assert "check the disk and run it again" in answer.err
    open_ledger(str(lonely_setpoint.ledger)).close()
    assert _audit(lonely_setpoint.ledger) == []


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as stream:
        for size in (65_536, 4_096):
            try:
                while stream.write(bytes(size)) == size:
                    pass
            except OSError:
                continue


def test_a_clock_that_jumped_back_before_the_start(setpoint: Setpoint, shop: Aws) -> None:
    clock = Clock(setpoint)
    clock.set(3600)
    before = setpoint.run("beat", "--json").json()
    clock.set(0)
    answer = setpoint.run("beat", "--json")
    assert answer.code == 0
    assert answer.json()["started_at"] >= before["ended_at"]
    assert _jumps(setpoint) == 1


def test_a_clock_that_jumps_back_meanwhile(setpoint: Setpoint, shop: Aws, start_loop: Callable[[], Loop]) -> None:
    clock = Clock(setpoint)
    clock.set(3600)
    loop = start_loop()
    loop.await_beats(1)
    clock.set(0)
    loop.await_beats(3)
    assert loop.stop() == 0
    started = [beat["started_at"] for beat in loop.beats()]
    assert started == sorted(started)
    assert _jumps(setpoint) == 1


class Clock:
    """The clock that the program sees: the machine's, so many seconds further."""

    def __init__(self, setpoint: Setpoint) -> None:
        self._file = setpoint.folder / "clock" / "ahead"
        setpoint.write("clock/sitecustomize.py", (ASSETS / "shifted_clock.py").read_text(encoding="utf-8"))
        setpoint.environment |= {"PYTHONPATH": str(self._file.parent), "CLOCK_AHEAD": str(self._file)}

    def set(self, seconds: float) -> None:
        written = self._file.with_suffix(".new")
        written.write_text(str(seconds), encoding="utf-8")
        written.replace(self._file)


def _audit(ledger: Path) -> list[str]:
    with closing(open_ledger(str(ledger), read_only=True)) as reader:
        return [row.action for row in reader.audit()]


def _jumps(setpoint: Setpoint) -> int:
    return _audit(setpoint.ledger).count("clock jumped back")
