"""Disks that are full, read-only, slow, or lose what they were given, under the ingest process of `setpoint up`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.e2e.program import eventually
from tests.faults.ingesting import BOUND, Life, Start
from tests.under_load import EVENTS

from setpoint.model.health import Duty


class Small:
    """A disk of its own, in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._mount("tmpfs", "size=1m")

    def remount(self, options: str) -> None:
        self._mount("tmpfs", f"remount,{options}")

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def _mount(self, kind: str, options: str) -> None:
        command = ["mount", "-t", kind, "-o", options, kind, str(self.folder)]
        if subprocess.run(command, check=False, capture_output=True).returncode != 0:
            pytest.skip("nothing may be mounted here")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Small]:
    disk = Small(tmp_path / "disk")
    yield disk
    disk.unmount()


def _send_until(life: Life, status: int) -> int:
    """How many batches were acknowledged before one was answered so."""
    for number in range(1_000):
        answer = life.send(number)
        if answer.status_code == status:
            assert int(answer.headers["retry-after"]) >= 1
            assert "disk" in answer.json()["what"] or "written" in answer.json()["what"], answer.text
            return number
        assert answer.status_code == 200, answer.text
    raise AssertionError(status)


def test_a_full_disk_says_come_again_and_goes_on_once_there_is_room(start: Start, disk: Small) -> None:
    life = start(ingest={"journal": str(disk.folder / "journal")})
    taken = _send_until(life, 429)
    assert taken > 10
    assert life.gate() < BOUND
    life.await_lake(taken)
    disk.remount("size=16m")
    assert life.send(taken).status_code == 200
    life.await_lake(taken + 1)
    life.stop()
    again = start()
    again.await_lake(taken + 1)
    assert again.problems() == ""


def test_a_disk_that_becomes_read_only_takes_nothing_and_goes_on_afterwards(start: Start, disk: Small) -> None:
    life = start(ingest={"journal": str(disk.folder / "journal")})
    assert life.send(0).status_code == 200
    # While nobody writes to it: the system refuses it otherwise.
    life.processes.kill(Duty.INGEST)
    eventually("nothing can be written", lambda: _becomes_read_only(disk))
    eventually("it is told", lambda: "the journal cannot be written (Read-only file system)" in life.last_errors())
    refused = life.send(1)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert life.gate() < BOUND
    disk.remount("rw")
    eventually("it takes events again", lambda: life.send(1).status_code == 200)
    life.await_lake(2)


def _becomes_read_only(disk: Small) -> bool:
    command = ["mount", "-o", "remount,ro", str(disk.folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_a_lake_without_room_catches_up_once_there_is_some(start: Start, disk: Small) -> None:
    life = start(lake={"folder": str(disk.folder / "lake")})
    number = 0
    while "lake" not in life.problems():
        for _ in range(20):
            assert life.send(number).status_code == 200
            number += 1
    assert life.gate() < BOUND
    disk.remount("size=64m")
    life.await_lake(number)
    eventually("all is well", lambda: life.problems() == "")


def test_a_disk_that_hangs_keeps_no_gate_waiting(start: Start) -> None:
    life = start()
    assert life.send(0).status_code == 200
    ingest = life.processes.await_up()[Duty.INGEST]
    with ThreadPoolExecutor(4) as pool:
        os.kill(ingest, signal.SIGSTOP)
        try:
            waiting = [pool.submit(life.send, number) for number in range(1, 5)]
            threading.Event().wait(1.0)
            assert max(life.gate() for _ in range(20)) < BOUND
            assert not any(each.done() for each in waiting)
        finally:
            os.kill(ingest, signal.SIGCONT)
        assert [each.result().status_code for each in waiting] == [200] * 4
    life.await_lake(5)


def test_damage_in_the_middle_is_told_and_the_rest_is_served(start: Start) -> None:
    life = start()
    for number in range(10):
        assert life.send(number).status_code == 200
    life.await_lake(10)
    life.stop()
    (segment,) = life.journal.glob("*.v1")
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    shutil.rmtree(f"{life.setpoint.ledger}.lake")
    again = start()
    again.await_lake(9)
    told = again.problems()
    assert segment.name in told
    assert "are lost" in told
    assert again.send(10).status_code == 200
    again.await_lake(10)


def test_an_end_that_is_missing_is_told_and_its_offsets_are_not_given_again(start: Start) -> None:
    life = start()
    for number in range(10):
        assert life.send(number).status_code == 200
    life.await_lake(10)
    life.stop()
    (segment,) = life.journal.glob("*.v1")
    os.truncate(segment, segment.stat().st_size // 2)
    again = start()
    assert f"to {10 * EVENTS} are lost" in again.problems()
    # What the journal lost it cannot know again; what the lake has stays.
    assert again.send(10).json()["last_offset"] == 11 * EVENTS
    again.await_lake(11)


def test_a_journal_that_is_gone_is_told_and_hides_nothing_that_comes(start: Start) -> None:
    life = start()
    assert life.send(0).status_code == 200
    life.await_lake(1)
    life.stop()
    shutil.rmtree(life.journal)
    again = start()
    assert f"offsets 1 to {EVENTS} are lost" in again.problems()
    assert again.send(1).status_code == 200
    again.await_lake(2)
