"""A ledger in PostgreSQL under the real program: all processes on it, two loops at once, a database that crashes."""

from __future__ import annotations

import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bench.postgres import PostgresServer, has_postgres, postgres_server

# These tests are not installed, and pytest's importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.e2e.account import free_port
from tests.e2e.program import Loop, Setpoint, eventually
from tests.under_load import RELEASE, SERVICE, Callers, Processes, calling, configure, expected, in_the_journal, issue

from setpoint.errors import OutOfReachError
from setpoint.store.interface import KeptAnswer, LedgerWriter
from setpoint.store.ledger.opening import open_ledger

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PASSWORD = "sesame-open"


class Replica(Setpoint):
    """The program with a ledger that others have, too; nothing listens where AWS would be."""

    def __init__(self, folder: Path, url: str) -> None:
        folder.mkdir()
        super().__init__(folder, f"http://127.0.0.1:{free_port()}")
        self.environment["LEDGER"] = url

    @property
    def ledger(self) -> Path:
        """What its files here are named after."""
        return self.folder / "setpoint"

    def configure(self, *intent: object, **more: object) -> None:
        assert not intent
        super().configure(ledger={"url_env": "LEDGER"}, **more)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    if not has_postgres():
        pytest.skip("PostgreSQL is not installed")
    with postgres_server(is_durable=False) as started:
        yield started


@pytest.fixture
def url(server: PostgresServer) -> Iterator[str]:
    """With a password, which the server does not ask for, and nothing may show."""
    with server.copied("template1") as address:
        yield address.replace("bench@", f"bench:{PASSWORD}@")


@pytest.fixture
def replica(tmp_path: Path, url: str) -> Replica:
    program = Replica(tmp_path / "one", url)
    program.configure()
    return program


def end(loop: Loop) -> None:
    loop.process.kill()
    loop.process.wait()


def test_all_processes_work_on_it_and_nothing_acknowledged_is_lost_when_it_crashes(
    replica: Replica, server: PostgresServer, url: str
) -> None:
    port = free_port()
    configure(replica, port)
    token = issue(replica, "operate", "ingest")
    processes = Processes(replica)
    try:
        processes.await_up()
        callers = Callers(f"http://127.0.0.1:{port}", token)
        with calling(callers, senders=1):
            for _ in range(3):
                asked = len(callers.gates)
                eventually("gates are asked", lambda: len(callers.gates) > asked)  # noqa: B023 (called at once)
                server.crash()
                server.start()
        processes.await_up()
        status = replica.run("status")
        with closing(open_ledger(url, read_only=True)) as ledger:
            inside = ledger.inside()
            eventually("every report is worked in", lambda: _requests(inside) == 10 * callers.reports)
        assert processes.stop() == 0
    finally:
        processes.end()
    assert in_the_journal(replica) == expected(callers)
    assert _decided(url) == dict.fromkeys(callers.gates, 1)
    verified = replica.run("audit", "verify")
    assert verified.code == 0, verified.err
    told = [processes.errors(), status.out, status.err, verified.out]
    assert not any(PASSWORD in each for each in told)
    assert not [path for path, content in replica.files().items() if PASSWORD.encode() in content]


def _requests(inside: object) -> int:
    agents = inside.agents(service=SERVICE, since=datetime(2000, 1, 1, tzinfo=UTC), after=("", "", ""), limit=10)  # type: ignore[attr-defined] # an InsideReader
    return sum(each.counters["requests"] for each in agents)


def _decided(url: str) -> Counter[str]:
    """The versions that a gate decided about, each as often as that was recorded."""
    with closing(open_ledger(url, read_only=True)) as ledger:
        rows = ledger.pages().decisions(service=SERVICE, subject=None, stage=None, before=2**63 - 1, limit=100_000)
    return Counter(each.subject.removeprefix(RELEASE) for _, _, each in rows if each.subject.startswith(RELEASE))


def test_writers_that_try_again_write_all_of_it_once_however_often_it_crashes(server: PostgresServer, url: str) -> None:
    acknowledged: set[str] = set()
    stopped = threading.Event()

    def write(name: str) -> None:
        with closing(open_ledger(url)) as ledger:
            answers, number = ledger.answers(), 0
            while not stopped.is_set():
                key = f"{name}-{number}"

                def act(writer: LedgerWriter, key: str = key) -> KeptAnswer:
                    writer.note(name, "wrote", key, {}, NOW)
                    return KeptAnswer("", 200, "")

                try:
                    answers.once(name, key, NOW, act)
                except OutOfReachError:
                    stopped.wait(0.05)
                    continue
                acknowledged.add(key)
                number += 1

    open_ledger(url).close()
    threads = [threading.Thread(target=write, args=(f"w{each}",)) for each in range(3)]
    for each in threads:
        each.start()
    for _ in range(4):
        before = len(acknowledged)
        eventually("more is written", lambda: len(acknowledged) > before + 10)  # noqa: B023 (called at once)
        server.crash()
        server.start()
    stopped.set()
    for each in threads:
        each.join()
    with closing(open_ledger(url)) as ledger:
        written = Counter(row.subject for row in ledger.audit() if row.action == "wrote")
        assert acknowledged <= written.keys()
        assert set(written.values()) == {1}
        assert ledger.broken_audit_rows() == []


def test_of_two_loops_one_leads_and_the_other_takes_over(replica: Replica, tmp_path: Path, url: str) -> None:
    other = Replica(tmp_path / "two", url)
    other.configure()
    with ExitStack() as stack:
        one = Loop(replica, "one")
        stack.callback(end, one)
        one.await_beats(1)
        two = Loop(other, "two")
        stack.callback(end, two)
        two.await_beats(1)
        ((said, worker),) = two.beats()[0].items()
        assert said == "standing_by"
        assert f":{one.process.pid} works on 'default'" in worker
        assert PASSWORD not in one.errors() + two.errors()
        one.process.send_signal(signal.SIGKILL)
        one.process.wait()
        assert len(two.beats()) == 1
        two.await_beats(1)
        assert two.beats()[-1].keys() == {"could_not_tell"}
        assert two.stop() == 0
    with closing(open_ledger(url)) as ledger:
        taken = [row.details["token"] for row in ledger.audit() if row.action == "lease taken"]
        assert taken == [1, 2]
        assert ledger.broken_audit_rows() == []


def test_a_loop_goes_on_once_the_database_is_back_and_meanwhile_nobody_is_told_that_all_is_well(
    replica: Replica, server: PostgresServer
) -> None:
    with ExitStack() as stack:
        loop = Loop(replica, "loop")
        stack.callback(end, loop)
        loop.await_beats(1)
        server.crash()
        try:
            eventually(
                "the loop says so", lambda: any("does not answer" in each["could_not_tell"] for each in loop.beats())
            )
            answers = replica.run_each(
                ["gate", "--service", "shop", "--release", "1"], ["beat"], ["findings"], ["audit", "verify"]
            )
        finally:
            server.start()
        assert [each.code for each in answers] == [1, 3, 3, 3], "what a critical service's gate could not tell refuses"
        assert all("the ledger's database does not answer" in each.out + each.err for each in answers)
        assert not any(PASSWORD in each.out + each.err for each in answers)
        loop.await_beats(2)
        assert "does not answer" not in loop.beats()[-1]["could_not_tell"]
        assert loop.stop() == 0
