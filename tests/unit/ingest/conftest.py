"""The ingest application on a real journal, with a lake that is a list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette

from setpoint.errors import InputError, LakeError
from setpoint.ingest.app import IngestParts, create_app
from setpoint.ingest.deriving import Deriving
from setpoint.ingest.filling import Filling
from setpoint.ingest.health import IngestHealth
from setpoint.ingest.lake_door import LakeDoor
from setpoint.ingest.taking import Taking
from setpoint.loop.settled import SettledClock
from setpoint.model.event import Event
from setpoint.settings.ingest import IngestBounds
from setpoint.store.interface import Answer, Entry
from setpoint.store.journal.journal import FileJournal, open_journal
from setpoint.store.journal.limits import JournalLimits
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class ListedLake:
    """A lake that keeps entries in a list; what it does while it is broken, it says by `LakeError`."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.broken = False
        self.opened = 0
        self.days = 0
        self.timeout = 0.0

    def open(self) -> ListedLake:
        self._check()
        self.opened += 1
        return self

    def take(self, entries: Sequence[Entry]) -> int:
        self._check()
        new = [each for each in entries if each.offset > self.taken()]
        self.entries += new
        return len(new)

    def retain(self, days: int) -> int:
        self._check()
        self.days = days
        return 0

    def taken(self) -> int:
        return self.entries[-1].offset if self.entries else 0

    def damage(self) -> Sequence[str]:
        return ["the lake began anew"] if self.opened > 1 else []

    def query(self, sql: str, *, limit: int, timeout: float) -> Answer:
        self.timeout = timeout
        if sql != "SELECT 1":
            raise InputError("this is no query", where="line 1")
        return Answer(("one",), ("INTEGER",), ((1,),), cut=limit < 1)

    def export(self, sql: str, file: Path, *, timeout: float) -> int:
        self.timeout = timeout
        if sql != "SELECT 1":
            raise InputError("this is no query")
        file.write_bytes(b"PAR1")
        return 1

    def close(self) -> None:
        self._check()

    def _check(self) -> None:
        if self.broken:
            raise LakeError("the lake is broken")


@pytest.fixture
def lake() -> ListedLake:
    return ListedLake()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[FileJournal]:
    journal = open_journal(tmp_path / "journal", JournalLimits())
    yield journal
    journal.close()


@pytest.fixture
def door(lake: ListedLake) -> LakeDoor:
    return LakeDoor(lake.open)


@pytest.fixture
def filling(journal: FileJournal, door: LakeDoor) -> Filling:
    return Filling(journal, door, lambda: NOW, days=30)


@pytest.fixture
def deriving(journal: FileJournal, tmp_path: Path) -> Deriving:
    """Into a ledger that is made when it is first run."""

    @contextmanager
    def ledger() -> Iterator[SqlLedger]:
        opened = open_ledger(str(tmp_path / "ledger.sqlite"))
        yield opened
        opened.close()

    return Deriving(journal, ledger, SettledClock(lambda: NOW))


class Caller:
    """Calls an application without a socket."""

    def __init__(self, app: Starlette) -> None:
        self._transport = ASGITransport(app, raise_app_exceptions=False)

    def get(self, path: str) -> Response:
        return self._call("GET", path)

    def post(self, path: str, **request: Any) -> Response:
        return self._call("POST", path, **request)

    def _call(self, method: str, path: str, **request: Any) -> Response:
        async def call() -> Response:
            async with AsyncClient(transport=self._transport, base_url="http://ingest") as client:
                return await client.request(method, path, **request)

        return asyncio.run(call())


Serve = Callable[..., Caller]


@pytest.fixture
def serve(
    journal: FileJournal, door: LakeDoor, filling: Filling, deriving: Deriving, tmp_path: Path
) -> Iterator[Serve]:
    """The application, with bounds of the test's own."""
    with ThreadPoolExecutor(2) as pool:

        def start(*, pseudonymise: Callable[[Event], Event] = lambda event: event, **bounds: Any) -> Caller:
            parts = IngestParts(
                taking=Taking(journal, pseudonymise, filling.wake),
                lake=door,
                health=IngestHealth(journal, door, filling, deriving),
                bounds=IngestBounds(**bounds),
                clock=lambda: NOW,
                writers=pool,
                readers=pool,
                temporary=tmp_path,
            )
            return Caller(create_app(parts))

        yield start
