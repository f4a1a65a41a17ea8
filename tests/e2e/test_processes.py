"""`setpoint up` with all of its processes: what ends comes back, what is stopped is gone, and the state is whole."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import httpx
import pytest
from tests.e2e.account import Aws, bucket_is_private, free_port, open_the_bucket
from tests.e2e.program import PATIENCE, Loop, Setpoint, eventually

DUTIES = ("loop", "ingest", "server")
TOKEN = re.compile(r"\bsp_\S+")


class Processes(Loop):
    """`setpoint up --json`, seen through `setpoint status --json`."""

    def __init__(self, program: Setpoint, name: str, port: int) -> None:
        super().__init__(program, name, alone=False)
        self._program = program
        self.url = f"http://127.0.0.1:{port}"

    def status(self) -> Any:
        """None where nobody can say."""
        answer = self._program.run("status", "--json")
        if answer.code == 3:
            assert answer.out == ""
            return None
        status = answer.json()
        assert answer.code == (0 if status["healthy"] else 1)
        return status

    def of(self, duty: str) -> Any:
        status = self.status()
        return next(each for each in status["processes"] if each["name"] == duty) if status else {"state": "unknown"}

    def await_up(self) -> dict[str, int]:
        """Until all are, and the two that have no beats to be late with are healthy; their process ids."""
        eventually(
            "all are up", lambda: (now := self.status()) is not None and all(map(_is_up, now["processes"])), within=60
        )
        return {each["name"]: each["pid"] for each in self.status()["processes"]}

    def await_restart(self, duty: str) -> None:
        eventually(f"{duty} is back", lambda: self.of(duty).get("restarts") == 1)

    def gone_by(self, token: str) -> set[str]:
        """The digests of the settings and policies that the processes go by."""
        return {each["measures"].get("configuration") for each in self.get("/v1/status", token)["processes"]}

    def get(self, path: str, token: str) -> Any:
        asked = Request(self.url + path, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - loopback
        with urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310 - loopback
            return json.load(answer)


@pytest.fixture
def port(setpoint: Setpoint) -> int:
    port = free_port()
    setpoint.configure(mode="enforce", server={"listen": f"127.0.0.1:{port}"})
    return port


@pytest.fixture
def start(setpoint: Setpoint, port: int) -> Iterator[Callable[[], Processes]]:
    started: list[Processes] = []

    def begin() -> Processes:
        started.append(Processes(setpoint, f"all-{len(started)}", port))
        return started[-1]

    yield begin
    for each in started:
        each.process.kill()
        each.process.wait(timeout=PATIENCE)


def test_from_the_first_start_to_the_last_stop(setpoint: Setpoint, shop: Aws, start: Callable[[], Processes]) -> None:
    running = start()
    pids = running.await_up()
    (token,) = TOKEN.findall(running.errors())
    status = running.get("/v1/status", token)
    assert [each["pid"] for each in status["processes"]] == [pids[duty] for duty in DUTIES]
    with pytest.raises(HTTPError, match="401"):
        running.get("/v1/status", "sp_wrong")

    open_the_bucket(shop)
    eventually("the bucket is private again", lambda: bucket_is_private(shop))
    assert token not in setpoint.ledger.read_bytes().decode("latin-1")

    began = time.monotonic()
    assert running.stop() == 0
    assert time.monotonic() - began < 10
    assert not any(_is_alive(pid) for pid in pids.values())
    assert running.status() is None
    assert not Path(f"{setpoint.ledger}.run").exists()

    again = start()
    again.await_up()
    assert TOKEN.findall(again.errors()) == []


def test_each_process_that_is_killed_comes_back(setpoint: Setpoint, shop: Aws, start: Callable[[], Processes]) -> None:
    running = start()
    pids = running.await_up()
    for duty in DUTIES:
        os.kill(pids[duty], signal.SIGKILL)
        running.await_restart(duty)
    after = running.await_up()
    assert not set(after.values()) & set(pids.values())
    assert {running.of(duty)["last_error"] for duty in DUTIES} == {"killed by signal 9 (Killed)"}
    running.await_beats(1)
    assert running.stop() == 0
    assert setpoint.run("audit", "verify").code == 0


def test_what_was_edited_is_gone_by_once_it_is_read_again_and_no_call_is_lost(
    setpoint: Setpoint, shop: Aws, start: Callable[[], Processes], port: int
) -> None:
    running = start()
    pids = running.await_up()
    (token,) = TOKEN.findall(running.errors())
    (before,) = running.gone_by(token)
    assert running.get("/readyz", token)["configuration"] == before
    settings = setpoint.folder / "setpoint.yaml"
    good = settings.read_text(encoding="utf-8")

    settings.write_text(f"{good}\nservice: {{}}\n", encoding="utf-8")
    eventually("the edit is told", lambda: running.get("/readyz", token)["configuration_changed"])
    running.process.send_signal(signal.SIGHUP)
    eventually("it is refused", lambda: "unknown key 'service'" in running.get("/v1/status", token)["refused"])
    assert [each["pid"] for each in running.get("/v1/status", token)["processes"]] == [pids[duty] for duty in DUTIES]

    settings.write_text(f"{good}\nenvironment: production\n", encoding="utf-8")
    with calling(running, token) as failed:
        running.process.send_signal(signal.SIGHUP)
        eventually("all go by it", lambda: len(now := running.gone_by(token)) == 1 and now != {before}, within=60)
    assert failed == []
    assert not set(running.await_up().values()) & set(pids.values())
    status = running.status()
    assert (status["refused"], [each["restarts"] for each in status["processes"]]) == ("", [0, 0, 0])
    assert running.stop() == 0


@contextmanager
def calling(running: Processes, token: str) -> Iterator[list[str]]:
    """Calls of server and ingest while the block lasts, on connections that are kept and on new ones; what failed."""
    failed: list[str] = []
    ended = threading.Event()
    headers = {"Authorization": f"Bearer {token}"}

    def call() -> None:
        with httpx.Client(base_url=running.url, headers=headers, timeout=PATIENCE) as kept:
            for number in itertools.count():
                if ended.is_set():
                    return
                event = {"specversion": "1.0", "type": "t", "source": "/tests", "id": str(number)}
                content_type = {"Content-Type": "application/cloudevents+json"}
                try:
                    answers = [
                        kept.get("/v1/findings"),
                        kept.post("/v1/ingest", content=json.dumps(event), headers=content_type),
                    ]
                    failed.extend(each.text for each in answers if not each.is_success)
                    running.get("/v1/findings", token)
                except (httpx.TransportError, OSError) as error:
                    failed.append(repr(error))
                ended.wait(0.05)

    with ThreadPoolExecutor(1) as pool:
        ended_well = pool.submit(call)
        try:
            yield failed
        finally:
            ended.set()
            ended_well.result(PATIENCE)


def test_whoever_comes_after_a_supervisor_that_was_killed_starts_at_once(
    setpoint: Setpoint, shop: Aws, start: Callable[[], Processes]
) -> None:
    first = start()
    pids = first.await_up()
    first.process.kill()
    first.process.wait(timeout=PATIENCE)
    second = start()
    eventually("all are gone", lambda: not any(_is_alive(pid) for pid in pids.values()), within=3)
    second.await_up()
    assert second.stop() == 0


def test_a_port_that_is_taken_is_named(setpoint: Setpoint, shop: Aws, port: int) -> None:
    with create_server(("127.0.0.1", port)):
        answer = setpoint.run("up")
    assert answer.code == 2
    assert str(port) in answer.complaint()
    assert setpoint.run("status").code == 3


def test_one_server_a_ledger(setpoint: Setpoint, shop: Aws, start: Callable[[], Processes]) -> None:
    first = start()
    first.await_up()
    second = setpoint.run("up")
    assert second.code == 2
    assert f":{first.process.pid} works on 'default'" in second.complaint()
    assert "stop it, or wait until" in second.complaint()


def _is_up(process: Any) -> bool:
    return bool(process["state"] == "up" and (process["healthy"] or process["name"] == "loop"))


def _is_alive(pid: int) -> bool:
    """A zombie is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
