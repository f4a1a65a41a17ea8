from __future__ import annotations

import threading
from datetime import datetime

import pytest

from setpoint.errors import FencedError, LedgerError
from setpoint.model.service import Service
from setpoint.store.interface import Lease
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.writer import SqlWriter


class StopError(Exception):
    pass


def _names(ledger: SqlLedger) -> list[str]:
    return [each.name for each in ledger.services()]


def test_methods_inside_a_transaction_are_written_together(ledger: SqlLedger, writer: SqlWriter) -> None:
    with writer.transaction():
        writer.put_services([Service("payments")])
        with writer.transaction():
            writer.put_services([Service("orders")])
        assert _names(ledger) == []
    assert _names(ledger) == ["orders", "payments"]


def test_an_error_inside_a_transaction_undoes_all_of_it(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    rows = len(list(ledger.audit()))

    def step() -> None:
        with writer.transaction():
            writer.put_services([Service("payments")])
            writer.note("ada", "config changed", "setpoint.yaml", {}, now)
            raise StopError

    with pytest.raises(StopError):
        step()

    assert _names(ledger) == []
    assert len(list(ledger.audit())) == rows


def test_a_part_that_failed_is_not_forgotten_by_swallowing_its_error(ledger: SqlLedger, writer: SqlWriter) -> None:
    def step() -> None:
        with writer.transaction():
            writer.put_services([Service("payments")])
            try:
                with writer.transaction():
                    writer.put_services([Service("orders")])
                    raise StopError
            except StopError:
                pass

    with pytest.raises(LedgerError, match="a part of this step failed, so nothing of it was written"):
        step()

    assert _names(ledger) == []
    writer.put_services([Service("catalog")])
    assert _names(ledger) == ["catalog"]


def test_threads_take_turns_and_do_not_join_each_others_transactions(ledger: SqlLedger, writer: SqlWriter) -> None:
    inside, done = threading.Event(), threading.Event()
    visitor = ledger.visitor()

    def write_from_elsewhere() -> None:
        inside.wait()
        visitor.put_services([Service("orders")])
        done.set()

    thread = threading.Thread(target=write_from_elsewhere)
    thread.start()

    def step() -> None:
        with writer.transaction():
            writer.put_services([Service("payments")])
            inside.set()
            assert not done.is_set()
            raise StopError

    with pytest.raises(StopError):
        step()
    thread.join()

    assert _names(ledger) == ["orders"]


def test_reading_goes_on_while_a_transaction_is_open(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    rows = ledger.audit()
    first = next(rows)
    with writer.transaction():
        writer.note("ada", "config changed", "setpoint.yaml", {}, now)
        assert [row.sequence for row in ledger.audit()] == [first.sequence]
    assert list(rows) == []
    assert len(list(ledger.audit())) == 2


@pytest.mark.usefixtures("path")  # PostgreSQL's troubles have tests of their own
def test_trouble_is_told_until_something_can_be_written(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    writer.note("me", "before", "it", {}, now)
    assert ledger.trouble() == ""
    with ledger._database.read() as connection:
        # SQLite's own way to run out of room.
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    with pytest.raises(LedgerError, match="the disk is full"):
        writer.note("me", "meanwhile", "x" * 100_000, {}, now)
    assert "the disk is full" in ledger.trouble()
    with pytest.raises(FencedError):
        SqlWriter(ledger._database, "late", Lease("default", "late", 0, now)).note("me", "late", "it", {}, now)
    assert ledger.trouble(), "who was refused by us wrote nothing"
    latest = ledger.latest_time()
    ledger.try_again()
    assert (ledger.trouble(), ledger.latest_time()) == ("", latest)
