"""Queries have their time, their memory and their turn, and end with the lake."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from tests.unit.store.lake.shapes import Ask, MakeEntry

from setpoint.errors import Error, InputError, TemporaryError
from setpoint.store.lake.lake import DuckDbLake
from setpoint.store.lake.limits import MEBIBYTE, LakeLimits
from setpoint.store.lake.opening import open_lake

ENDLESS = "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
HUGE = "SELECT count(*) FROM range(100000) a, range(100000) b, range(100000) c"
SORTED = "SELECT * FROM range(1000000000) ORDER BY hash(range)"


@pytest.mark.parametrize("sql", [ENDLESS, HUGE, SORTED])
def test_a_query_ends_when_its_time_is_over(ask: Ask, sql: str) -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match=r"did not end within 0\.3 s"):
        ask(sql, timeout=0.3)
    assert time.monotonic() - began < 5
    assert ask("SELECT 1").rows == ((1,),)


@pytest.mark.parametrize("timeout", [0.0, -1.0, 61.0, float("nan"), float("inf")])
def test_a_time_has_limits(ask: Ask, timeout: float) -> None:
    with pytest.raises(InputError, match="up to 60 s"):
        ask("SELECT 1", timeout=timeout)


def test_a_query_that_needs_too_much_memory_fails_alone(path: Path, entry: MakeEntry) -> None:
    with closing(open_lake(path, LakeLimits(memory=64 * MEBIBYTE, temporary=0))) as lake:
        with pytest.raises(InputError, match="more memory"):
            lake.query("SELECT list(range) FROM range(100000000)", limit=1, timeout=30.0)
        assert lake.take([entry(1)]) == 1


def test_a_process_that_grows_too_large_ends_its_queries(lake: DuckDbLake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("setpoint.store.lake.query.resident", lambda: LakeLimits().resident + 1)
    with pytest.raises(InputError, match="more memory"):
        lake.query(ENDLESS, limit=1, timeout=30.0)


def test_taking_goes_on_while_a_query_runs(lake: DuckDbLake, entry: MakeEntry, ask: Ask) -> None:
    asked, running = _in_thread(lambda: ask(ENDLESS, timeout=1.0))
    for offset in range(1, 20):
        assert lake.take([entry(offset)]) == 1
    assert running.is_alive()
    running.join()
    assert isinstance(asked[0], InputError)


def test_who_finds_no_turn_is_told_to_come_again(lake: DuckDbLake, ask: Ask) -> None:
    others = [_in_thread(lambda: ask(ENDLESS, timeout=1.5)) for _ in range(2)]
    refusals = 0
    while any(thread.is_alive() for _, thread in others):
        with suppress(TemporaryError):
            ask("SELECT 1", timeout=0.2)
            continue
        refusals += 1
    assert refusals > 0
    assert ask("SELECT 1").rows == ((1,),)


def test_closing_the_lake_ends_its_queries(path: Path) -> None:
    lake = open_lake(path)
    asked, running = _in_thread(lambda: lake.query(ENDLESS, limit=1, timeout=30.0))
    time.sleep(0.2)  # it may as well not have begun: then it is refused
    began = time.monotonic()
    lake.close()
    running.join()
    assert time.monotonic() - began < 5
    assert isinstance(asked[0], TemporaryError)
    with closing(open_lake(path)) as again:
        assert again.taken() == 0


def _in_thread(work: Callable[[], object]) -> tuple[list[object], threading.Thread]:
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(work())
        except Error as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return outcome, thread
