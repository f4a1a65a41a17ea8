"""The supervisor over tiny real processes: what ends is started again, what is stopped is gone, nothing is left."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from setpoint.errors import CouldNotTellError
from setpoint.model.health import Duty, ProcessState, ProcessStatus, Status
from setpoint.status import read_status, run_folder
from setpoint.supervisor.backoff import Backoff
from setpoint.supervisor.child import Child

SUPERVISE: Final = Path(__file__).parents[1] / "assets" / "supervisor" / "supervise.py"
PATIENCE: Final = 30.0


class Supervised:
    """A supervisor as a process, and what can be seen of it from outside."""

    def __init__(self, folder: Path, *behaviours: str) -> None:
        self.ledger = folder / "setpoint.sqlite"
        self._errors = folder / "errors"
        with self._errors.open("ab") as errors:
            command = [sys.executable, str(SUPERVISE), str(self.ledger), *behaviours]
            self.process = subprocess.Popen(command, stdout=errors, stderr=errors)

    def errors(self) -> str:
        return self._errors.read_text(encoding="utf-8")

    def status(self) -> Status | None:
        try:
            return read_status(self.ledger, datetime.now(UTC))
        except CouldNotTellError:
            return None

    def of(self, duty: Duty) -> ProcessStatus | None:
        status = self.status()
        return next((each for each in status.processes if each.duty is duty), None) if status else None

    def pid(self, duty: Duty) -> int:
        """Of the process that does it now, once it is up."""
        eventually(f"{duty} is up", lambda: (now := self.of(duty)) is not None and now.state is ProcessState.UP)
        now = self.of(duty)
        assert now is not None
        assert now.pid is not None
        return now.pid

    def await_other(self, duty: Duty, *, than: int) -> None:
        eventually("another takes its place", lambda: self.pid(duty) != than)

    def await_healthy(self) -> None:
        eventually("all are healthy", lambda: (now := self.status()) is not None and now.healthy)

    def stop(self) -> tuple[int, float]:
        """The exit code, and the seconds that it took."""
        began = time.monotonic()
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE), time.monotonic() - began


def eventually(what: str, happened: Callable[[], object], *, within: float = PATIENCE) -> None:
    deadline = time.monotonic() + within
    while not happened():
        assert time.monotonic() < deadline, f"{what}: not within {within:g} s"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """A zombie is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


Start = Callable[..., Supervised]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Supervised] = []

    def begin(*behaviours: str) -> Supervised:
        started.append(Supervised(tmp_path, *behaviours))
        return started[-1]

    yield begin
    for each in started:
        each.process.kill()
        each.process.wait(timeout=PATIENCE)


def test_each_process_is_started_and_all_are_stopped(start: Start) -> None:
    supervised = start("works", "works", "works")
    pids = [supervised.pid(duty) for duty in Duty]
    supervised.await_healthy()
    status = supervised.status()
    assert status is not None
    assert status.pid == supervised.process.pid
    assert [each.restarts for each in status.processes] == [0, 0, 0]
    assert [each.health.measures for each in status.processes] == [{"behind": 7}] * 3
    code, seconds = supervised.stop()
    assert (code, seconds < 5) == (0, True)
    assert not any(is_alive(pid) for pid in pids)
    assert not run_folder(supervised.ledger).exists()
    assert supervised.errors() == ""


def test_a_process_that_is_killed_comes_back_and_the_others_do_not_notice(start: Start) -> None:
    supervised = start("works", "works", "works")
    pids = {duty: supervised.pid(duty) for duty in Duty}
    for duty in Duty:
        os.kill(pids[duty], signal.SIGKILL)
        supervised.await_other(duty, than=pids[duty])
        now = supervised.of(duty)
        assert now is not None
        assert (now.restarts, now.last_error) == (1, "killed by signal 9 (Killed)")
        others = {other: supervised.pid(other) for other in Duty if other is not duty}
        assert others == {other: pids[other] for other in others}
        pids[duty] = supervised.pid(duty)
    supervised.await_healthy()
    told = [json.loads(line) for line in supervised.errors().splitlines()]
    assert [(each["event"], each["duty"], each["level"]) for each in told] == [
        ("a process ended; it is started again", duty, "warning") for duty in Duty
    ]


def test_a_storm_of_restarts_is_told_and_takes_nobody_along(start: Start) -> None:
    supervised = start("cannot tell", "works", "works")
    ingest = supervised.pid(Duty.INGEST)
    eventually("it was started again", lambda: (now := supervised.of(Duty.LOOP)) is not None and now.restarts >= 2)
    now = supervised.of(Duty.LOOP)
    assert now is not None
    assert now.last_error == "nobody answers"
    status = supervised.status()
    assert status is not None
    assert not status.healthy
    assert supervised.pid(Duty.INGEST) == ingest
    assert supervised.stop()[0] == 0


def test_whoever_dies_of_its_input_later_is_started_again(start: Start) -> None:
    supervised = start("refuses later", "works")
    supervised.pid(Duty.INGEST)
    eventually("it was started again", lambda: (now := supervised.of(Duty.LOOP)) is not None and now.restarts >= 2)
    now = supervised.of(Duty.LOOP)
    assert now is not None
    assert now.last_error == "what was there is gone"


@pytest.mark.parametrize("behaviours", [("refuses", "works", "works"), ("works", "works", "refuses")])
def test_what_cannot_be_run_ends_all_with_its_words(start: Start, behaviours: tuple[str, ...]) -> None:
    supervised = start(*behaviours)
    assert supervised.process.wait(timeout=PATIENCE) == 2
    assert supervised.errors() == "the port 80 is taken; choose another\n"
    assert not run_folder(supervised.ledger).exists()


def test_whoever_does_not_end_is_killed_within_ten_seconds(start: Start) -> None:
    supervised = start("stubborn", "works")
    pids = [supervised.pid(duty) for duty in (Duty.LOOP, Duty.INGEST)]
    code, seconds = supervised.stop()
    assert (code, seconds < 10) == (0, True)
    assert not any(is_alive(pid) for pid in pids)
    assert json.loads(supervised.errors())["event"] == "a process did not end when asked to; it is killed"


def test_a_second_interrupt_kills_at_once(start: Start) -> None:
    supervised = start("stubborn")
    pid = supervised.pid(Duty.LOOP)
    supervised.process.send_signal(signal.SIGINT)
    eventually("it stops", lambda: (now := supervised.of(Duty.LOOP)) is None or now.state is ProcessState.STOPPING)
    supervised.process.send_signal(signal.SIGINT)
    assert supervised.process.wait(timeout=5) == 0
    assert not is_alive(pid)


@pytest.mark.parametrize("behaviour", ["works", "stubborn", "mute"])
def test_no_process_outlives_a_supervisor_that_was_killed(start: Start, behaviour: str) -> None:
    supervised = start(behaviour, behaviour)
    pids = [supervised.pid(duty) for duty in (Duty.LOOP, Duty.INGEST)]
    supervised.process.kill()
    supervised.process.wait(timeout=PATIENCE)
    eventually("all are gone", lambda: not any(is_alive(pid) for pid in pids), within=3)
    with pytest.raises(CouldNotTellError, match="no supervisor runs"):
        read_status(supervised.ledger, datetime.now(UTC))

    # The next one finds what was left, and clears it away.
    left = (run_folder(supervised.ledger) / "sockets").readlink()
    assert left.is_dir()
    after = start("works")
    after.await_healthy()
    assert not left.exists()
    assert after.stop()[0] == 0, after.errors()
    assert not run_folder(after.ledger).exists()


def test_a_ledger_has_one_supervisor(start: Start) -> None:
    first = start("works")
    first.await_healthy()
    second = start("works")
    assert second.process.wait(timeout=PATIENCE) == 2
    assert f":{first.process.pid} works on 'default', since " in second.errors()
    assert "stop it, or wait until it has ended" in second.errors()
    first.await_healthy()
    assert first.status() is not None


def test_what_cannot_be_started_is_tried_again(tmp_path: Path) -> None:
    async def live() -> ProcessStatus:
        stopping = asyncio.Event()
        child = Child(Duty.LOOP, [str(tmp_path / "nothing")], stopping, Backoff(chance=lambda: 0.9))
        life = asyncio.create_task(child.keep())
        while child.status().restarts < 2:
            await asyncio.sleep(0.05)
        stopping.set()
        await life
        return child.status()

    now = asyncio.run(live())
    assert now.last_error == "it cannot be started (No such file or directory)"


def test_who_lags_is_not_healthy(start: Start) -> None:
    supervised = start("works", "lags")
    supervised.pid(Duty.INGEST)
    eventually("it says so", lambda: (now := supervised.of(Duty.INGEST)) is not None and now.health.problems)
    status = supervised.status()
    assert status is not None
    assert [(each.healthy, each.health.problems) for each in status.processes] == [(True, ()), (False, ("it lags",))]


def test_who_stops_talking_is_not_healthy(start: Start) -> None:
    supervised = start("works")
    pid = supervised.pid(Duty.LOOP)
    supervised.await_healthy()
    os.kill(pid, signal.SIGSTOP)
    eventually("it is missed", lambda: (now := supervised.of(Duty.LOOP)) is not None and not now.healthy)
    now = supervised.of(Duty.LOOP)
    assert now is not None
    assert now.health.problems[0].startswith("it has said nothing for 1")
    os.kill(pid, signal.SIGCONT)
    supervised.await_healthy()


def test_what_is_read_again_is_gone_by_in_every_process(start: Start) -> None:
    supervised = start("works", "works", "works")
    before = {duty: supervised.pid(duty) for duty in Duty}
    supervised.process.send_signal(signal.SIGHUP)
    for duty in Duty:
        supervised.await_other(duty, than=before[duty])
    supervised.await_healthy()
    status = supervised.status()
    assert status is not None
    assert [each.restarts for each in status.processes] == [0, 0, 0]
    assert not any(is_alive(pid) for pid in before.values())
    assert (supervised.stop()[0], supervised.errors()) == (0, "")


def test_what_is_refused_leaves_all_as_it_was_until_it_is_mended(start: Start, tmp_path: Path) -> None:
    supervised = start("works", "works", "works")
    before = {duty: supervised.pid(duty) for duty in Duty}
    (tmp_path / "wrong").write_text("the key 'loopp' is not known", encoding="utf-8")
    supervised.process.send_signal(signal.SIGHUP)
    eventually("it says so", lambda: (now := supervised.status()) is not None and now.refused)
    status = supervised.status()
    assert status is not None
    assert (status.refused, status.healthy) == ("the key 'loopp' is not known", True)
    assert {duty: supervised.pid(duty) for duty in Duty} == before

    (tmp_path / "wrong").unlink()
    supervised.process.send_signal(signal.SIGHUP)
    supervised.await_other(Duty.INGEST, than=before[Duty.INGEST])
    eventually("nothing is refused", lambda: (now := supervised.status()) is not None and not now.refused)


def test_a_new_server_that_does_not_come_to_work_leaves_the_old_one(start: Start, tmp_path: Path) -> None:
    told = tmp_path / "behaviour"
    told.write_text("works", encoding="utf-8")
    supervised = start("works", "works", str(told))
    before = {duty: supervised.pid(duty) for duty in Duty}
    told.write_text("refuses", encoding="utf-8")
    supervised.process.send_signal(signal.SIGHUP)
    eventually("it says so", lambda: (now := supervised.status()) is not None and now.refused)
    assert {duty: supervised.pid(duty) for duty in Duty} == before
    status = supervised.status()
    assert status is not None
    assert status.refused == "the port 80 is taken; choose another"
    assert supervised.stop()[0] == 0


def test_a_terminal_that_is_closed_ends_all(tmp_path: Path) -> None:
    ledger = tmp_path / "setpoint.sqlite"
    supervisor, terminal = pty.fork()
    if supervisor == 0:
        os.execv(sys.executable, [sys.executable, str(SUPERVISE), str(ledger), "works"])  # noqa: S606 - our own
    eventually("it runs", lambda: _pids(ledger))
    (pid,) = _pids(ledger)
    os.close(terminal)
    eventually("it has ended", lambda: os.waitpid(supervisor, os.WNOHANG)[0] == supervisor)
    assert not is_alive(pid)


def _pids(ledger: Path) -> list[int]:
    try:
        return [each.pid for each in read_status(ledger, datetime.now(UTC)).processes if each.pid is not None]
    except CouldNotTellError:
        return []
