"""A lake of the test's own, and entries to fill it with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from tests.unit.store.lake.shapes import Ask, MakeEntry

from setpoint.model.canonical import Json
from setpoint.store.interface import Answer, Entry
from setpoint.store.lake.lake import DuckDbLake
from setpoint.store.lake.limits import LakeLimits
from setpoint.store.lake.opening import open_lake

RECEIVED: datetime = datetime(2026, 7, 15, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lake" / "lake.duckdb"


LIMITS = LakeLimits(rows=1000, answer=1024 * 1024, export=1024 * 1024)


@pytest.fixture
def lake(path: Path) -> Iterator[DuckDbLake]:
    with closing(open_lake(path, LIMITS)) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDbLake]:
    """For tests that only ask."""
    with closing(open_lake(tmp_path_factory.mktemp("shared") / "lake" / "lake.duckdb", LIMITS)) as opened:
        yield opened


@pytest.fixture
def entry() -> MakeEntry:
    def make(offset: int, *, received_at: datetime = RECEIVED, **attributes: Json) -> Entry:
        event = {"specversion": "1.0", "id": f"e{offset}", "source": "/ci", "type": "org.example.run", **attributes}
        return Entry(offset, received_at, orjson.dumps(event))

    return make


@pytest.fixture
def ask(lake: DuckDbLake) -> Ask:
    def query(sql: str, *, limit: int = 100, timeout: float = 20.0) -> Answer:
        return lake.query(sql, limit=limit, timeout=timeout)

    return query
