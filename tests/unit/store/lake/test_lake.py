"""What is taken into the lake, once; what is dropped; what the views show of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.store.lake.shapes import Ask, MakeEntry

from setpoint.store.interface import Entry
from setpoint.store.lake.batch import UNREADABLE
from setpoint.store.lake.lake import DuckDbLake


def test_what_is_taken_is_there_in_columns(lake: DuckDbLake, entry: MakeEntry, ask: Ask) -> None:
    event = entry(1, time="2026-07-15T10:00:00.5+02:00", subject="orders", service="checkout", data={"status": 403})
    assert lake.take([event]) == 1
    [row] = ask("FROM signals").rows
    assert row == (
        1,
        "2026-07-15T12:00:00Z",
        "2026-07-15T08:00:00.5Z",
        "/ci",
        "e1",
        "org.example.run",
        "orders",
        "checkout",
        "",
        {"status": 403},
    )
    assert lake.taken() == 1


def test_what_was_taken_before_is_left_out(lake: DuckDbLake, entry: MakeEntry, ask: Ask) -> None:
    assert lake.take([entry(each) for each in (1, 2, 3)]) == 3
    assert lake.take([entry(each) for each in (2, 3, 4)]) == 1
    assert lake.take([entry(4)]) == 0
    assert lake.take([]) == 0
    assert [row[0] for row in ask('SELECT "offset" FROM signals ORDER BY ALL').rows] == [1, 2, 3, 4]


def test_offsets_may_jump(lake: DuckDbLake, entry: MakeEntry) -> None:
    lake.take([entry(5), entry(9)])
    assert lake.taken() == 9


@pytest.mark.parametrize("time", [None, 5, "yesterday", "", "2026-07-15T25:00:00Z"])
def test_an_event_without_a_usable_time_happened_when_it_came_in(
    lake: DuckDbLake, entry: MakeEntry, ask: Ask, time: object
) -> None:
    lake.take([entry(1, time=time)])
    assert ask('SELECT "time" FROM signals').rows == (("2026-07-15T12:00:00Z",),)


def test_times_at_the_ends_of_the_calendar_are_kept(lake: DuckDbLake, entry: MakeEntry, ask: Ask) -> None:
    lake.take([entry(1, time="0001-01-01T00:00:00Z"), entry(2, time="9999-12-31T23:59:59Z")])
    assert ask('SELECT year("time") FROM signals ORDER BY 1').rows == ((1,), (9999,))


@pytest.mark.parametrize("line", [b"junk", b"[1]", b"\xff", b'{"id":'])
def test_a_line_that_is_no_event_is_seen_and_stops_nothing(
    lake: DuckDbLake, entry: MakeEntry, ask: Ask, line: bytes
) -> None:
    received_at = datetime(2026, 7, 15, tzinfo=UTC)
    assert lake.take([entry(1), Entry(2, received_at, line), entry(3)]) == 3
    [(data,)] = ask(f"SELECT data FROM signals WHERE type = '{UNREADABLE}'").rows
    assert data == {"line": line.decode(errors="replace")}


def test_data_that_is_not_json_is_kept_as_it_came(lake: DuckDbLake, entry: MakeEntry, ask: Ask) -> None:
    lake.take([entry(1, data_base64="AAE="), entry(2), entry(3, data=None)])
    rows = ask('SELECT data FROM signals ORDER BY "offset"').rows
    assert rows == (({"data_base64": "AAE="},), (None,), (None,))


def test_whole_days_are_dropped(lake: DuckDbLake, entry: MakeEntry, ask: Ask) -> None:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    times = [today - timedelta(days=3, seconds=1), today - timedelta(days=3), today]
    lake.take([entry(offset, received_at=at) for offset, at in enumerate(times, start=1)])
    assert lake.retain(3) == 1
    assert lake.retain(3) == 0
    assert [row[0] for row in ask('SELECT "offset" FROM signals ORDER BY ALL').rows] == [2, 3]
    assert lake.taken() == 3


def test_a_query_in_the_middle_of_a_day_being_dropped_goes_on(lake: DuckDbLake, entry: MakeEntry, ask: Ask) -> None:
    lake.take([entry(each, received_at=datetime(2020, 1, 1, tzinfo=UTC)) for each in range(1, 2001)])
    counts: list[object] = []
    asking = threading.Thread(
        target=lambda: counts.append(ask("SELECT count(*) FROM signals a, signals b, range(20)").rows[0][0])
    )
    asking.start()
    assert lake.retain(1) == 2000
    asking.join()
    assert counts[0] in {0, 2000 * 2000 * 20}


def test_counters_are_counted_once(lake: DuckDbLake, entry: MakeEntry, ask: Ask) -> None:
    def report(offset: int, boot: str, blocked: object) -> Entry:
        data = {"boot": boot, "counters": {"blocked": blocked, "seen": 1}}
        return entry(offset, type="setpoint.agent.report", source="agent:shop/1", service="shop", data=data)

    lake.take([report(1, "a", 3), report(2, "a", 7), report(3, "a", 7), report(4, "b", 2), report(5, "b", "many")])
    lake.take([entry(6, data={"boot": "a", "counters": {"blocked": 99}})])
    rows = ask("SELECT boot, value FROM agent_counters WHERE counter = 'blocked' ORDER BY ALL").rows
    assert rows == (("a", 7), ("b", 2))


def test_days_are_counted_by_type_source_and_service(lake: DuckDbLake, entry: MakeEntry, ask: Ask) -> None:
    lake.take([entry(1), entry(2), entry(3, type="org.example.other")])
    assert ask("SELECT day, type, events FROM daily ORDER BY ALL").rows == (
        ("2026-07-15", "org.example.other", 1),
        ("2026-07-15", "org.example.run", 2),
    )


def test_nobody_else_may_enter_its_folder(lake: DuckDbLake, path: Path) -> None:
    assert path.parent.stat().st_mode & 0o077 == 0
