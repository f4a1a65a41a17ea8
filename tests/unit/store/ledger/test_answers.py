"""Answers that are kept: for their caller and key, for a day, and never more than there is room for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from setpoint.store.interface import KeptAnswer
from setpoint.store.ledger import answers as module
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlLedger]:
    monkeypatch.setattr(module, "LOOK_EVERY", 1)
    opened = open_ledger(str(tmp_path / "ledger.sqlite"))
    yield opened
    opened.close()


def keep(ledger: SqlLedger, caller: str, number: int, *, size: int = 10) -> None:
    """The higher the number, the later."""
    answer = KeptAnswer("asked", 200, "x" * size)
    ledger.answers().once(caller, f"k{number}", AT + timedelta(seconds=number), lambda _writer: answer)


def kept(ledger: SqlLedger, caller: str, count: int) -> list[int]:
    now, known = AT + timedelta(minutes=5), ledger.answers()
    return [number for number in range(count) if known.recall(caller, f"k{number}", now)]


def test_the_oldest_of_one_caller_go_when_they_are_too_many(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_OF_ONE", 3)
    keep(ledger, "quiet", 0)
    for number in range(6):
        keep(ledger, "busy", number)
    assert (kept(ledger, "busy", 6), kept(ledger, "quiet", 6)) == ([3, 4, 5], [0])


def test_the_oldest_of_one_caller_go_when_they_are_too_large(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST_OF_ONE", 250)
    keep(ledger, "quiet", 0, size=200)
    for number in range(6):
        keep(ledger, "busy", number, size=100)
    assert (kept(ledger, "busy", 6), kept(ledger, "quiet", 6)) == ([4, 5], [0])


def test_the_oldest_of_all_go_when_they_are_too_large(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 250)
    for number in range(4):
        keep(ledger, f"caller{number % 2}", number, size=100)
    assert [kept(ledger, f"caller{each}", 4) for each in range(2)] == [[2], [3]]


def test_there_is_not_looked_at_every_answer(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 4)
    monkeypatch.setattr(module, "MOST_OF_ONE", 2)
    shared, answer, most = ledger.answers(), KeptAnswer("asked", 200, "{}"), 0
    for number in range(12):
        shared.once("busy", f"k{number}", AT + timedelta(seconds=number), lambda _writer: answer)
        most = max(most, len(kept(ledger, "busy", 12)))
    assert most == 2 + 4 - 1
