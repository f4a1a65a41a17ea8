"""The journal's reports reach the ledger once, whatever fails in between."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import LedgerError
from setpoint.ingest.deriving import SCOPE, Deriving
from setpoint.ingest.reports import ReportReader
from setpoint.loop.settled import SettledClock
from setpoint.model.event import Event
from setpoint.settings.ingest import IngestBounds
from setpoint.store.journal.journal import FileJournal, open_journal
from setpoint.store.journal.limits import JournalLimits
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FRAME = {"file": "shop/store.py", "line": 12, "function": "Store.find"}


def report(sequence: int, count: int, boot: str = "boot-0001") -> Event:
    finding = {
        "key": "a" * 32,
        "type": "sql-injection",
        "cwe": 89,
        "sink": "execute",
        "frames": [FRAME],
        "count": count,
    }
    document = {
        "schema": 1,
        "service": "shop",
        "instance": "web-1/7",
        "boot": boot,
        "sequence": sequence,
        "findings": [finding],
    }
    (event,) = ReportReader(IngestBounds(), None, NOW).single(json.dumps(document).encode())
    return event


def other(number: int) -> Event:
    line = json.dumps({"specversion": "1.0", "id": str(number), "source": "/test", "type": "test"}).encode()
    return Event("/test", str(number), "test", NOW, "", "", line)


def eventually(condition: Callable[[], Any]) -> None:
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.02)
    raise AssertionError


class Shelf:
    """The ledger, which may be out of reach."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broken = False

    @contextmanager
    def open(self) -> Iterator[SqlLedger]:
        if self.broken:
            raise LedgerError("the ledger is away")
        ledger = open_ledger(str(self.path))
        try:
            yield ledger
        finally:
            ledger.close()

    def count(self) -> int:
        with self.open() as ledger:
            return sum(each.count for each in ledger.inside().places("shop", after="", limit=10))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shop.sqlite")


@contextmanager
def running(journal: FileJournal, shelf: Shelf) -> Iterator[Deriving]:
    deriving = Deriving(journal, shelf.open, SettledClock(lambda: NOW))
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(deriving.run)
        try:
            yield deriving
        finally:
            deriving.stop()
            ended.result(30)


def test_what_is_reported_is_worked_in_and_the_rest_passed_over(journal: FileJournal, shelf: Shelf) -> None:
    journal.append([other(1), report(1, 3), other(2), report(2, 5), other(3)], NOW)
    with running(journal, shelf) as deriving:
        eventually(lambda: deriving.looked == 5)
        journal.append([report(3, 9)], NOW)
        deriving.wake()
        eventually(lambda: deriving.derived == 6)
        assert (deriving.failure, deriving.waiting) == ("", 0)
    assert shelf.count() == 9


def test_a_second_life_goes_on_where_the_first_ended(journal: FileJournal, shelf: Shelf) -> None:
    journal.append([report(1, 3), other(1)], NOW)
    with running(journal, shelf) as first:
        eventually(lambda: first.looked == 2)
    with shelf.open() as ledger:
        assert ledger.inside().derived() == 2
    journal.append([report(2, 4), report(1, 10, "boot-0002")], NOW)
    with running(journal, shelf) as second:
        eventually(lambda: second.derived == 4)
    assert shelf.count() == 14


def test_a_ledger_that_is_away_holds_it_up_and_loses_nothing(journal: FileJournal, shelf: Shelf) -> None:
    shelf.broken = True
    journal.append([report(1, 3)], NOW)
    with running(journal, shelf) as deriving:
        eventually(lambda: deriving.failure == "the ledger is away")
        assert deriving.looked == 0
        eventually(lambda: deriving.waiting > 0.2)
        shelf.broken = False
        eventually(lambda: deriving.derived == 1)
        assert deriving.failure == ""
    assert shelf.count() == 3


def test_who_was_replaced_takes_the_lease_again_and_counts_nothing_twice(journal: FileJournal, shelf: Shelf) -> None:
    journal.append([report(1, 3)], NOW)
    with running(journal, shelf) as deriving:
        eventually(lambda: deriving.derived == 1)
        with shelf.open() as ledger:
            far_ahead = datetime(2100, 1, 1, tzinfo=UTC)
            lease, _ = ledger.acquire(SCOPE, far_ahead, 60)
            ledger.release(lease)
        journal.append([report(2, 5)], NOW)
        deriving.wake()
        eventually(lambda: deriving.derived == 2)
    assert shelf.count() == 5


def test_a_journal_that_began_anew_is_read_from_its_beginning(journal: FileJournal, shelf: Shelf) -> None:
    with shelf.open() as ledger:
        lease, writer = ledger.acquire(SCOPE, NOW, 60)
        writer.take_reports([], 1000, NOW)
        ledger.release(lease)
    journal.append([report(1, 3)], NOW)
    with running(journal, shelf) as deriving:
        eventually(lambda: deriving.derived == 1)
    assert shelf.count() == 3


def test_of_another_journal_all_is_read_and_counts_once(journal: FileJournal, shelf: Shelf, tmp_path: Path) -> None:
    journal.append([report(1, 3), other(1)], NOW)
    with running(journal, shelf) as first:
        eventually(lambda: first.looked == 2)
    with closing(open_journal(tmp_path / "another", JournalLimits())) as another:
        assert another.identity() != journal.identity()
        another.append([report(1, 10, "boot-0002"), report(2, 4), other(2), other(3)], NOW)
        with running(another, shelf) as second:
            eventually(lambda: second.looked == 4)
    with running(journal, shelf) as third:
        eventually(lambda: third.looked == 2)
    assert shelf.count() == 14
