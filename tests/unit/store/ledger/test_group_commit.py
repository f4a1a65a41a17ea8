"""What several threads write at the same time is one transaction, and each hears of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from setpoint.errors import ConflictError, LedgerError
from setpoint.model.waiver import Waiver
from setpoint.store.interface import LedgerWriter
from setpoint.store.ledger.group_commit import MOST_TOGETHER
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger

NOW = datetime(2026, 5, 1, tzinfo=UTC)
Act = Callable[[LedgerWriter], str]


def waiver(owner: str) -> Waiver:
    return Waiver("", "*", "*", "*", "agreed", owner, "", NOW, NOW)


def add(owner: str) -> Act:
    return lambda writer: writer.add_waiver(waiver(owner)).id


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    with closing(open_ledger(str(tmp_path / "ledger.sqlite"))) as opened:
        yield opened


def owners(ledger: SqlLedger) -> list[str]:
    return sorted(each.owner for each in ledger.waivers())


@contextmanager
def written_together(ledger: SqlLedger, *acts: Act) -> Iterator[list[Future[str]]]:
    """All of them wait while another transaction is under way, and are written when that is over."""
    group = ledger._group
    with ThreadPoolExecutor(len(acts)) as threads:
        with ledger.visitor().transaction():
            futures = [threads.submit(ledger.together, act) for act in acts]
            while len(group._waiting) < len(acts):
                threading.Event().wait(0.001)
        yield futures


def test_all_are_written_and_each_gets_its_own_result(ledger: SqlLedger) -> None:
    names = [f"team-{number:02}" for number in range(2 * MOST_TOGETHER + 3)]
    with written_together(ledger, *map(add, names)) as futures:
        given = [each.result(10) for each in futures]
    assert owners(ledger) == names
    assert len({*given}) == len(names)
    assert ledger.check_audit().broken == ()


def test_who_fails_fails_alone(ledger: SqlLedger) -> None:
    def fail(writer: LedgerWriter) -> str:
        writer.add_waiver(waiver("nobody"))
        raise ConflictError("not now")

    with written_together(ledger, add("one"), fail, add("two"), add("three")) as futures:
        first, failed, *others = futures
        with pytest.raises(ConflictError):
            failed.result(10)
        assert all(each.result(10) for each in (first, *others))
    assert owners(ledger) == ["one", "three", "two"]


def test_a_mistake_of_one_keeps_nobody_waiting(ledger: SqlLedger) -> None:
    def mistake(_writer: LedgerWriter) -> str:
        raise ZeroDivisionError

    with written_together(ledger, add("one"), add("two"), mistake) as futures:
        failures = [type(each.exception(10)) for each in futures]
    # Whoever wrote for all meets it, too; the others are tried by themselves.
    assert failures.count(type(None)) >= 1
    assert failures[2] is ZeroDivisionError
    assert ledger.together(add("later"))


def test_alone_it_is_a_transaction_as_any_other(ledger: SqlLedger) -> None:
    assert ledger.together(add("one"))
    with pytest.raises(ConflictError):
        ledger.together(_refuse)
    assert owners(ledger) == ["one"]


def _refuse(_writer: LedgerWriter) -> str:
    raise ConflictError("not now")


def test_what_cannot_be_written_is_said_to_each(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    with written_together(ledger, add("one"), add("two")) as futures:
        monkeypatch.setattr(ledger._database, "read_only", True)
        told = [each.exception(10) for each in futures]
    assert all(each is None or isinstance(each, LedgerError) for each in told)
