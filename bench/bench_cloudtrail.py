"""How fast logs become counts of permission use, on one core: `python -m bench.bench_cloudtrail [EVENTS]`.

From gzip to counts by principal, action, resource and day, sessions resolved. Goal: 20,000 events a second. Two peers,
in the same run over the same files: what most would write (`json`, and a `Counter` over every record), and DuckDB's
`read_json`, on one thread. Both count less: by session and event, as they stand there.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb

from bench.measure import peak_memory, spending
from bench.trail import write_trail
from setpoint.observe.cloudtrail.files import count_files

EVENTS: Final = 200_000
GOAL: Final = 20_000.0

BY_DUCKDB: Final = """
    SELECT event.userIdentity.arn, event.eventSource, event.eventName, count(*)
    FROM (SELECT unnest(Records) AS event FROM read_json(?, maximum_object_size = 268435456))
    GROUP BY ALL
"""


def main() -> int:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with TemporaryDirectory() as name:
        files = write_trail(Path(name), wanted)
        megabytes = sum(file.stat().st_size for file in files) / 1e6
        ours = _measured("setpoint", lambda: _by_setpoint(Path(name)))
        print(f"{'':10} peak memory {peak_memory():,.0f} MB; {len(files)} files, {megabytes:,.1f} MB with gzip")
        plain = _measured("json", lambda: _by_json(files))
        duck = _measured("duckdb", lambda: _by_duckdb(files))
    print(f"ratio to json and a Counter: {ours / plain:.2f}; to DuckDB: {ours / duck:.2f}; goal {GOAL:,.0f} events/s")
    return 0 if ours >= GOAL else 1


def _measured(name: str, count: Callable[[], tuple[int, int]]) -> float:
    """Events for each second of the processor."""
    with spending() as spent:
        events, rows = count()
    print(f"{name:10} {events / spent.cpu:10,.0f} events/s  {events:,} events, {rows:,} rows, {spent.cpu:.2f} s")
    return events / spent.cpu


def _by_setpoint(folder: Path) -> tuple[int, int]:
    counts = count_files([folder]).counts
    return counts.events, len(counts.uses)


def _by_json(files: list[Path]) -> tuple[int, int]:
    counted: Counter[tuple[str, str, str]] = Counter()
    for file in files:
        with gzip.open(file) as stream:
            for each in json.load(stream)["Records"]:
                counted[each["userIdentity"]["arn"], each["eventSource"], each["eventName"]] += 1
    return counted.total(), len(counted)


def _by_duckdb(files: list[Path]) -> tuple[int, int]:
    with duckdb.connect(config={"threads": 1}) as connection:
        rows = connection.execute(BY_DUCKDB, [[str(file) for file in files]]).fetchall()
    return sum(row[-1] for row in rows), len(rows)


if __name__ == "__main__":
    sys.exit(main())
