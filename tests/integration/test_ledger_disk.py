"""The ledger on disks that are full, read-only or somebody else's."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from setpoint.errors import LedgerError, TemporaryError
from setpoint.model.conclusion import Conclusion
from setpoint.model.drift import Comparison
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn
from setpoint.store.ledger import dialect
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.store.ledger.writer import SqlWriter

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[SqlLedger]:
    with closing(open_ledger(str(path))) as opened:
        yield opened


def _conclusions(number: int) -> list[Conclusion]:
    conclusions = []
    for each in range(number):
        urn = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", f"bucket-{each}")
        finding = Finding(urn, "payments", FindingSource.DRIFT, "drift/changed", "A", Severity.LOW, "differs")
        conclusions.append(Conclusion(urn, "key", "payments", Comparison(urn), (finding,), ()))
    return conclusions


def _limit(ledger: SqlLedger, writer: SqlWriter, pages: int) -> None:
    """Let the file grow by so many pages and no further: SQLite then says what it says on a full disk."""
    with writer._database.write() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        assert isinstance(used, int)
        connection.exec_driver_sql(f"PRAGMA max_page_count = {used + pages}")


def test_on_a_full_disk_a_step_is_written_whole_or_not_at_all(ledger: SqlLedger) -> None:
    _, writer = ledger.acquire("aws", NOW, ttl=60)
    _limit(ledger, writer, pages=20)
    rows = len(list(ledger.audit()))
    with pytest.raises(LedgerError) as caught:
        writer.record(_conclusions(5_000), NOW)
    assert "the disk is full, so nothing of this step was written" in caught.value.what
    assert "free some space" in caught.value.remedy
    assert ledger.remembered("aws") == {}
    assert ledger.findings() == []
    assert len(list(ledger.audit())) == rows
    _limit(ledger, writer, pages=100_000)
    writer.record(_conclusions(5_000), NOW)
    assert len(ledger.findings()) == 5_000
    assert ledger.broken_audit_rows() == []


def test_a_transaction_of_several_steps_on_a_full_disk_leaves_nothing(ledger: SqlLedger) -> None:
    _, writer = ledger.acquire("aws", NOW, ttl=60)
    _limit(ledger, writer, pages=20)

    def step() -> None:
        with writer.transaction():
            writer.note("ada", "said", "hello", {}, NOW)
            writer.record(_conclusions(5_000), NOW)

    with pytest.raises(LedgerError, match="the disk is full"):
        step()
    assert [row.action for row in ledger.audit()] == ["lease taken"]


def test_a_lock_that_is_never_given_up_is_a_temporary_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "BUSY_SECONDS", 0.1)
    with closing(open_ledger(str(path))) as ledger, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TemporaryError, match="another process is writing to the ledger"):
            ledger.visitor().note("ada", "said", "hello", {}, NOW)
        other.execute("ROLLBACK")
        ledger.visitor().note("ada", "said", "hello", {}, NOW)
        assert len(list(ledger.audit())) == 1


def test_a_write_waits_for_its_turn(path: Path, ledger: SqlLedger) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.1, other.execute, ["ROLLBACK"])
        release.start()
        ledger.visitor().note("ada", "said", "hello", {}, NOW)
        release.join()
    assert len(list(ledger.audit())) == 1


def test_a_copy_that_lost_the_write_ahead_log_gets_it_back(path: Path, ledger: SqlLedger, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", [str(copy)])
    open_ledger(str(copy)).close()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that any user may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@pytest.fixture
def read_only_ledger(shared_folder: Path) -> Path:
    path = shared_folder / "ledger.sqlite"
    with closing(open_ledger(str(path))) as ledger:
        ledger.visitor().note("ada", "said", "hello", {}, NOW)
    path.chmod(0o444)
    return path


@contextmanager
def unprivileged() -> Iterator[None]:
    """Permissions do not bind root, so be nobody for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_ledger_on_read_only_media_can_be_read(shared_folder: Path, read_only_ledger: Path) -> None:
    shared_folder.chmod(0o555)
    with unprivileged(), closing(open_ledger(str(read_only_ledger), read_only=True)) as ledger:
        assert [row.subject for row in ledger.audit()] == ["hello"]
        assert ledger.broken_audit_rows() == []
    assert [each.name for each in shared_folder.iterdir()] == [read_only_ledger.name]


def test_what_a_live_writer_has_not_yet_merged_is_read_too(shared_folder: Path) -> None:
    path = shared_folder / "ledger.sqlite"
    with closing(open_ledger(str(path))) as ledger:
        ledger.visitor().note("ada", "said", "hello", {}, NOW)
        for each in shared_folder.iterdir():
            each.chmod(0o444)
        shared_folder.chmod(0o555)
        with unprivileged(), closing(open_ledger(str(path), read_only=True)) as reader:
            assert [row.subject for row in reader.audit()] == ["hello"]


def test_a_read_only_file_is_told_so_before_anything_is_written(read_only_ledger: Path) -> None:
    with unprivileged(), pytest.raises(LedgerError) as caught:
        open_ledger(str(read_only_ledger))
    assert caught.value.where == str(read_only_ledger)
    assert "its file is read-only for this user" in caught.value.what


def test_a_read_only_folder_is_told_so(shared_folder: Path, read_only_ledger: Path) -> None:
    read_only_ledger.chmod(0o666)
    shared_folder.chmod(0o555)
    with unprivileged(), pytest.raises(LedgerError) as caught:
        open_ledger(str(read_only_ledger))
    assert caught.value.where == str(shared_folder)
    assert "its folder is read-only for this user" in caught.value.what


def test_a_ledger_cannot_be_created_in_a_read_only_folder(shared_folder: Path) -> None:
    shared_folder.chmod(0o555)
    with unprivileged(), pytest.raises(LedgerError) as caught:
        open_ledger(str(shared_folder / "new.sqlite"))
    assert "cannot be created (Permission denied)" in caught.value.what
    assert "make its folder writable" in caught.value.remedy


def test_a_ledger_that_may_not_even_be_read_is_told_so(read_only_ledger: Path) -> None:
    read_only_ledger.chmod(0o000)
    with unprivileged(), pytest.raises(LedgerError, match="the ledger cannot be opened"):
        open_ledger(str(read_only_ledger), read_only=True)
