"""What answers without a token, however the ledger is."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.serving import Caller

from setpoint.errors import LedgerError
from setpoint.server import process
from setpoint.server.process import _trying
from setpoint.store.ledger.database import LedgerFile
from setpoint.store.ledger.ledger import SqlLedger


def path_of(ledger: SqlLedger) -> Path:
    assert isinstance(ledger._database, LedgerFile)
    return ledger._database.path


def fail_once(ledger: SqlLedger) -> None:
    """SQLite's own way to run out of room; it takes what is small again."""
    with ledger._database.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    writer = ledger.visitor()
    latest = ledger.latest_time()
    assert latest
    with pytest.raises(LedgerError):
        writer.note("me", "x", "x" * 1_000_000, {}, latest)


def test_a_ledger_that_cannot_be_written_is_not_ready_and_keeps_nobody_waiting(
    call: Callable[..., Caller], ledger: SqlLedger
) -> None:
    fail_once(ledger)
    with closing(sqlite3.connect(path_of(ledger), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        answer = call().get("/readyz")
        assert time.monotonic() - began < 2
        other.execute("ROLLBACK")
    assert answer.status_code == 503
    assert answer.json()["what"] == "the ledger cannot be written"
    assert str(path_of(ledger)) not in answer.text + ledger.trouble()


def test_it_is_tried_though_nobody_calls(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "TRY_EVERY", 0.01)
    fail_once(ledger)
    assert ledger.trouble()
    with _trying(ledger):
        deadline = time.monotonic() + 20
        while ledger.trouble():
            assert time.monotonic() < deadline
            threading.Event().wait(0.01)
