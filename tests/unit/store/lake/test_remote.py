"""The lake in its own process: the same answers as in this one, and what its end does to who asks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from setpoint.errors import InputError, LakeError, TemporaryError
from setpoint.store.interface import Entry
from setpoint.store.lake.limits import LakeLimits
from setpoint.store.lake.opening import open_lake
from setpoint.store.lake.remote import CALLS, RemoteLake, open_remote_lake

COUNT = "SELECT count(*), max(sender) FROM signals"
NEVER_ENDS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lake" / "lake.duckdb"


@pytest.fixture
def lake(path: Path) -> Iterator[RemoteLake]:
    with closing(open_remote_lake(path, LakeLimits(queries=2))) as lake:
        yield lake


def _entries(first: int, last: int) -> list[Entry]:
    lines = (orjson.dumps({"id": f"ü{each}", "source": "/s", "type": "t"}) for each in range(first, last + 1))
    return [Entry(first + index, datetime.now(UTC), line, "token:ci") for index, line in enumerate(lines)]


def _process_of(lake: RemoteLake) -> int:
    (pid,) = subprocess.run(
        ["pgrep", "-P", str(os.getpid()), "-f", "setpoint.store.lake.process"], capture_output=True, check=True
    ).stdout.split()
    return int(pid)


def test_it_takes_and_answers(lake: RemoteLake, tmp_path: Path) -> None:
    assert lake.take(_entries(1, 1000)) == 1000
    assert lake.take(_entries(500, 1001)) == 1
    assert (lake.taken(), lake.damage(), lake.retain(30)) == (1001, (), 0)
    answer = lake.query(COUNT, limit=10, timeout=10.0)
    assert (answer.columns, answer.rows, answer.cut) == (("count_star()", "max(sender)"), ((1001, "token:ci"),), False)
    ids = lake.query('SELECT id FROM signals ORDER BY "offset"', limit=2, timeout=10.0)
    assert (ids.rows, ids.cut) == ((("ü1",), ("ü2",)), True)
    file = tmp_path / "out.parquet"
    assert lake.export("SELECT * FROM signals", file, timeout=10.0) == 1001
    assert file.read_bytes().startswith(b"PAR1")


def test_its_errors_are_the_lakes(lake: RemoteLake) -> None:
    with pytest.raises(InputError, match="there is no view 'nothing'"):
        lake.query("FROM nothing", limit=1, timeout=1.0)
    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(lake.query, NEVER_ENDS, limit=1, timeout=2.0) for _ in range(3)]
        errors = [each.exception() for each in running]
    assert {type(each) for each in errors} <= {InputError, TemporaryError}
    assert lake.taken() == 0


def test_many_ask_at_once(lake: RemoteLake) -> None:
    lake.take(_entries(1, 10))
    with ThreadPoolExecutor(2 * CALLS) as pool:
        answers = list(pool.map(lambda _: lake.query(COUNT, limit=1, timeout=20.0).rows, range(4 * CALLS)))
    assert set(answers) == {((10, "token:ci"),)}


def test_its_death_ends_every_call_and_loses_nothing(lake: RemoteLake, path: Path) -> None:
    lake.take(_entries(1, 10))
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(lake.query, NEVER_ENDS, limit=1, timeout=30.0)
        threading.Event().wait(0.2)
        os.kill(_process_of(lake), signal.SIGKILL)
        with pytest.raises(LakeError, match="killed by signal 9"):
            asking.result(10)
    with pytest.raises(LakeError, match="killed by signal 9"):
        lake.taken()
    lake.close()
    with closing(open_remote_lake(path, LakeLimits())) as again:
        assert again.taken() == 10


def test_closing_ends_queries_and_lets_the_file_go(path: Path) -> None:
    lake = open_remote_lake(path, LakeLimits())
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(lake.query, NEVER_ENDS, limit=1, timeout=30.0)
        threading.Event().wait(0.2)
        lake.close()
        assert isinstance(asking.exception(10), (TemporaryError, LakeError))
    lake.close()
    with pytest.raises(LakeError, match="the lake is closed"):
        lake.taken()
    with closing(open_lake(path)) as here:
        assert here.taken() == 0


def test_what_keeps_it_shut_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("dear diary, " * 1_000)
    with pytest.raises(LakeError, match="this is not a lake") as refused:
        open_remote_lake(path, LakeLimits())
    assert (refused.value.where, refused.value.remedy) == (str(path), "choose another path")


def test_it_ends_with_whoever_started_it_and_the_next_one_has_it(path: Path) -> None:
    program = """if True:
        import pathlib, sys, time
        from setpoint.store.lake.limits import LakeLimits
        from setpoint.store.lake.remote import open_remote_lake
        lake = open_remote_lake(pathlib.Path(sys.argv[1]), LakeLimits())
        print("open", flush=True)
        time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        process.kill()
    with closing(open_remote_lake(path, LakeLimits())) as lake:
        assert lake.take(_entries(1, 1)) == 1
