"""The lake under kill -9, full disks and queries that take all memory: nothing is lost, nothing is there twice."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from setpoint.errors import LakeError
from setpoint.store.interface import Entry
from setpoint.store.lake.lake import DuckDbLake
from setpoint.store.lake.memory import ENDED
from setpoint.store.lake.opening import open_lake

KILLS = 12

FILL = """if True:
    import pathlib, sys
    from datetime import UTC, datetime
    from setpoint.store.interface import Entry
    from setpoint.store.lake.opening import open_lake
    lake = open_lake(pathlib.Path(sys.argv[1]))
    now = datetime.now(UTC)
    note = "x" * 200
    print("open", flush=True)
    while True:
        after = lake.taken()
        lines = (b'{"id":"%d","source":"s","type":"t","data":{"n":%d,"note":"%s"}}' % (each, each, note.encode())
                 for each in range(after + 1, after + 2001))
        lake.take([Entry(after + index, now, line) for index, line in enumerate(lines, 1)])
        print(lake.taken(), flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lake" / "lake.duckdb"


def test_a_killed_process_leaves_each_event_exactly_once(path: Path) -> None:
    told = 0
    for number in range(KILLS):
        told = max(told, _fill_and_kill(path, after=0.01 + 0.023 * number))
        with closing(open_lake(path)) as lake:
            taken = lake.taken()
            assert taken >= told
            assert _offsets(lake) == (taken, taken, 1 if taken else None, taken or None)
            assert lake.damage() == ()
    assert told > 0


def _fill_and_kill(path: Path, *, after: float) -> int:
    """The last offset of which the process said that it was taken."""
    with subprocess.Popen([sys.executable, "-c", FILL, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        time.sleep(after)
        process.kill()
        lines = process.stdout.read().splitlines()
    whole = [line for line in lines if line.isdecimal()]
    return int(whole[-1]) if whole else 0


def _offsets(lake: DuckDbLake) -> tuple[object, ...]:
    sql = 'SELECT count(*), count(DISTINCT "offset"), min("offset"), max("offset") FROM signals'
    return lake.query(sql, limit=1, timeout=30.0).rows[0]


def test_on_a_full_disk_a_batch_is_taken_whole_or_not_at_all(path: Path) -> None:
    entries = [_entry(each, os.urandom(200).hex()) for each in range(1, 10_001)]
    with closing(open_lake(path)) as lake:
        assert lake.take(entries[:10]) == 10
        with _largest_file(256 * 1024), pytest.raises(LakeError, match="cannot be used"):
            lake.take(entries)
    with closing(open_lake(path)) as lake:
        assert lake.taken() == 10
        assert lake.take(entries) == 9_990
        assert _offsets(lake) == (10_000, 10_000, 1, 10_000)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_who_may_not_write_it_is_told(mode: int) -> None:
    program = """if True:
        import os, pathlib, sys
        import duckdb, pyarrow
        import setpoint.store.lake.lake
        from setpoint.errors import LakeError
        from setpoint.store.lake.opening import open_lake
        os.setuid(65534)
        try:
            open_lake(pathlib.Path(sys.argv[1]))
        except LakeError as error:
            print(error)
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lake" / "lake.duckdb"
        with closing(open_lake(path)):
            pass
        for each in (Path(folder), path.parent):
            each.chmod(mode)
        other = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert "Permission denied" in other.stdout


def test_a_query_that_heeds_no_interruption_ends_the_process_and_loses_nothing(path: Path) -> None:
    program = """if True:
        import pathlib, sys
        from datetime import UTC, datetime
        from setpoint.store.interface import Entry
        from setpoint.store.lake.limits import LakeLimits
        from setpoint.store.lake.opening import open_lake
        mebibyte = 1024 * 1024
        class Small(LakeLimits):
            resident = 300 * mebibyte
        lake = open_lake(pathlib.Path(sys.argv[1]), Small(memory=128 * mebibyte))
        lake.take([Entry(1, datetime.now(UTC), b'{"id":"e"}')])
        long = "SELECT string_agg('x', '') AS s FROM range(2000000)"
        lake.query(f"SELECT max(length(s || range)) FROM ({long}), range(2048)", limit=1, timeout=60.0)
    """
    ended = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == ENDED, ended.stderr
    assert "so much memory" in ended.stderr
    with closing(open_lake(path)) as lake:
        assert lake.taken() == 1


def _entry(offset: int, note: str) -> Entry:
    event = {"id": f"e{offset}", "source": "/s", "type": "t", "data": {"note": note}}
    return Entry(offset, datetime(2026, 7, 15, tzinfo=UTC), orjson.dumps(event))


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    """No file grows beyond it: to a program, as if the disk were full."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
