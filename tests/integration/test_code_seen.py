"""A scanner's suspicions against a running application: from the agent's own reports to what production says."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.account import free_port
from tests.e2e.program import PATIENCE, ROOT, eventually
from tests.loopback import StandIn, serving_by

from setpoint.compare.code.joining import CodeJoiner
from setpoint.ingest.reported import report_of
from setpoint.ingest.reports import ReportReader
from setpoint.model.inside import CodeSeen
from setpoint.model.report import AgentReport, Coverage
from setpoint.model.scan import Standing, StandingOf, Weakness
from setpoint.settings.ingest import IngestBounds
from setpoint.settings.scan import ScanSettings
from setpoint.store.interface import Entry
from setpoint.store.ledger.opening import open_ledger
from setpoint.wiring.scan import SourceQuestion, examine_source

APPLICATION = """
import sqlite3
import sys
from urllib.parse import parse_qs
from wsgiref.simple_server import make_server

TABLE = "items"


def find(connection, name):
    query = "SELECT name FROM items WHERE name = '" + name + "'"
    return connection.execute(query).fetchall()


def count(connection):
    query = "SELECT count(*) FROM " + TABLE
    return connection.execute(query).fetchone()[0]


def purge(connection):
    connection.execute("DELETE FROM " + TABLE)


def application(environ, start_response):
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE items (name TEXT)")
        found = find(connection, parse_qs(environ["QUERY_STRING"])["name"][0])
        total = count(connection)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{len(found)} of {total}".encode()]


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1]), application).serve_forever()
"""
REQUESTS = 40
NEWER = ("python3.14", "python3.13", "python3.12")


def python_with_monitoring() -> str | None:
    """Where coverage is exact; a name may stand for a version that is not there."""
    for name in NEWER:
        path = shutil.which(name)
        if path and subprocess.run([path, "-c", ""], check=False, capture_output=True).returncode == 0:
            return path
    return None


class Reports(StandIn):
    """A control plane that takes whatever comes."""

    taken: list[Any]

    def answer(self, body: bytes) -> None:
        self.taken.append(json.loads(gzip.decompress(body)))
        self.reply(202, b"{}", "application/json")


@contextmanager
def watched(python: str, folder: Path) -> Iterator[tuple[int, list[Any]]]:
    """The application with the agent in it: its port, and the reports as they come."""
    taken: list[Any] = []
    with serving_by(type("Taking", (Reports,), {"taken": taken})) as url:
        port = free_port()
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "agent" / "src"),
            "SETPOINT_SERVICE": "shop",
            "SETPOINT_RELEASE": "1",
            "SETPOINT_SERVER": url,
            "SETPOINT_TOKEN": "any",
            "SETPOINT_REPORT_SECONDS": "0.2",
            "SETPOINT_COMPONENTS": "off",
        }
        command = [python, "-m", "setpoint_agent", python, "shop.py", str(port)]
        with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL) as process:
            try:
                yield port, taken
            finally:
                process.kill()


def ask(port: int, name: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", f"/?name={name}")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def standings(folder: Path, ledger: Path, taken: Sequence[Any]) -> tuple[Mapping[str, StandingOf], CodeSeen]:
    """By function: what ruff told of the source, held against these reports."""
    scan = examine_source(SourceQuestion(folder, scanners=("ruff",)), ScanSettings())
    told = [each for each in scan.weaknesses if each.rule == "cwe-89"]
    opened = open_ledger(str(ledger))
    try:
        _, writer = opened.acquire("reports", datetime.now(UTC), 60)
        writer.take_reports([_read(number, each) for number, each in enumerate(taken)], len(taken), datetime.now(UTC))
        seen = opened.inside().code("shop")
    finally:
        opened.close()
    found = CodeJoiner(unused_after=timedelta()).standings(told, seen, {"1": told})
    return {_function(each): found[each.fingerprint] for each in told}, seen


def _function(weakness: Weakness) -> str:
    return weakness.place.function


def _read(number: int, document: Any) -> AgentReport:
    now = datetime.now(UTC)
    (event,) = ReportReader(IngestBounds(), None, now).single(json.dumps(document).encode())
    report = report_of(Entry(number, now, event.line))
    assert report is not None
    return report


def _has_looks(taken: Sequence[Any]) -> bool:
    """Of calls in `count`, and that `find` was met."""
    counts = [each["count"] for report in taken for each in report.get("looks", ()) if each["function"] == "count"]
    return max(counts, default=0) >= 16 and any(report.get("findings") for report in taken)


@pytest.mark.parametrize("python", [sys.executable, python_with_monitoring()], ids=["this Python", "exact coverage"])
def test_of_three_suspicions_one_is_confirmed_one_watched_and_one_not_run(tmp_path: Path, python: str | None) -> None:
    if python is None:
        pytest.skip(f"none of {', '.join(NEWER)} is installed")
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "shop.py").write_text(APPLICATION, encoding="utf-8")
    with watched(python, folder) as (port, taken):
        eventually("the application answers", lambda: ask(port, "Johnson"), within=60)
        assert all(ask(port, f"Johnson{number}") for number in range(REQUESTS))
        eventually("its agent reported what it saw", lambda: _has_looks(taken), within=60)
    found, seen = standings(folder, tmp_path / "ledger.db", taken)
    (watch,) = seen.watches
    assert found["find"].standing is Standing.CONFIRMED
    assert "query name of a request reaches sqlite3" in found["find"].because
    assert found["find"].watched == 0
    assert found["count"].standing is Standing.REACHED
    assert found["count"].watched >= 16
    unused = Standing.NEVER_EXECUTED if watch.coverage is Coverage.EXACT else Standing.NOT_SEEN
    assert found["purge"].standing is unused
    assert (watch.coverage is Coverage.EXACT) == (python != sys.executable or sys.version_info >= (3, 12))
