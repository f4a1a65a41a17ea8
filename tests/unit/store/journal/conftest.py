"""A journal in a folder of its own, and events to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from setpoint.model.event import Event
from setpoint.store.journal.journal import FileJournal, open_journal
from setpoint.store.journal.limits import JournalLimits

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

MakeEvent = Callable[..., Event]
OpenJournal = Callable[..., FileJournal]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def event() -> MakeEvent:
    def make(identity: str | int, *, source: str = "shop", service: str = "", padding: int = 0) -> Event:
        line = f'{{"id":"{identity}","source":"{source}","padding":"{"x" * padding}"}}'.encode()
        return Event(source, str(identity), "test", NOW, "", service, line)

    return make


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenJournal]:
    """Opens the one journal of the test, again and again; the one before is closed as a crash would close it."""
    journals: list[FileJournal] = []

    def open_again(*, taken: int = 0, **limits: Any) -> FileJournal:
        while journals:
            journals.pop().close()
        journals.append(open_journal(tmp_path / "journal", JournalLimits(**limits), taken=taken))
        return journals[-1]

    yield open_again
    for each in journals:
        each.close()
