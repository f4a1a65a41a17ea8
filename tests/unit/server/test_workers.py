"""Long work in processes of their own: what comes of it, however one ends, and that none outlives its caller."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from starlette.requests import Request
from starlette.types import Message
from tests.serving import issue, parts_on, running

from setpoint.errors import CouldNotTellError, InputError
from setpoint.model.access import AccessScope
from setpoint.server import workers as module
from setpoint.server.app import create_app
from setpoint.server.problems import RefusedError
from setpoint.server.worker import Work
from setpoint.server.workers import Workers
from setpoint.settings.server import ServerSettings
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.wire.replay import ReplayRequest

Make = Callable[[str], Workers]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Workers that run these lines of Python; `call` is what they are told."""

    def of(lines: str) -> Workers:
        script = tmp_path / "worker.py"
        heading = "import json, os, sys, time\ncall = json.loads(sys.stdin.buffer.readline())\n"
        script.write_text(heading + lines, encoding="utf-8")
        return Workers(tmp_path / "setpoint.yaml", (sys.executable, "-S", str(script)))

    return of


def patient() -> Request:
    """Of a caller who waits for the answer, however long it takes."""

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    return Request({"type": "http"}, receive)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_gets_the_call_and_gives_its_document_back(make: Make, tmp_path: Path) -> None:
    asked = asyncio.run(make("print(json.dumps(call))").ask(patient(), Work.REPLAY, ReplayRequest(policy="s3/*")))
    call = orjson.loads(asked)
    assert (call["work"], call["config"]) == ("replay", str(tmp_path / "setpoint.yaml"))
    assert call["question"]["policy"] == "s3/*"


def test_an_answer_comes_whole_however_long(make: Make) -> None:
    assert len(asyncio.run(make("sys.stdout.write('x' * 3_000_000)").ask(patient(), Work.EXAMINE))) == 3_000_000


def test_an_error_is_the_one_that_it_ended_on(make: Make) -> None:
    worker = make(
        "print(json.dumps({'kind': 'InputError', 'what': 'no', 'where': 'f:1', 'remedy': 'do'}))\nsys.exit(2)"
    )
    with pytest.raises(InputError, match="f:1: no; do"):
        asyncio.run(worker.ask(patient(), Work.EXAMINE))


@pytest.mark.parametrize("end", ["os._exit(1)", "os.kill(os.getpid(), 9)", "raise ValueError('x')"])
def test_one_that_ends_before_it_is_done_could_not_tell(
    make: Make, end: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CouldNotTellError, match="ended before it was done"):
        asyncio.run(make(f"sys.stdout.write('half')\n{end}").ask(patient(), Work.EXAMINE))
    capfd.readouterr()


def test_one_that_does_not_even_read_is_not_waited_for(tmp_path: Path) -> None:
    question = ReplayRequest.model_validate({"files": [{"name": "a/b.yaml", "content": "x" * 1_000_000}]})
    worker = Workers(tmp_path, (sys.executable, "-S", "-c", "raise SystemExit(9)"))
    with pytest.raises(CouldNotTellError, match="ended before it was done"):
        asyncio.run(worker.ask(patient(), Work.REPLAY, question))


def test_one_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    worker = Workers(tmp_path, (str(tmp_path / "nowhere"),))
    with pytest.raises(CouldNotTellError, match="cannot be started"):
        asyncio.run(worker.ask(patient(), Work.EXAMINE))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """Every process that was started, however soon it was ended."""
    processes: list[Process] = []
    start = asyncio.create_subprocess_exec

    async def starting(*command: Any, **options: Any) -> Process:
        processes.append(await start(*command, **options))
        return processes[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", starting)
    return processes


@pytest.mark.parametrize(
    ("limit", "value", "told"), [("WITHIN", 0.5, "longer than 0.5 seconds"), ("LARGEST", 10, "more than 10 bytes")]
)
def test_too_much_is_ended(
    make: Make, started: list[Process], limit: str, value: float, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, limit, value)
    worker = make("sys.stdout.write('x' * 99)\nsys.stdout.flush()\ntime.sleep(60)")
    with pytest.raises(CouldNotTellError, match=told):
        asyncio.run(worker.ask(patient(), Work.EXAMINE))
    assert [each.returncode for each in started] == [-signal.SIGKILL]


def test_who_hangs_up_ends_the_work_and_frees_its_place(
    make: Make, started: list[Process], ledger: SqlLedger, tmp_path: Path
) -> None:
    """Through a real listener: the caller's own time for an answer is shorter than the work's."""
    parts = parts_on(ledger, tmp_path, workers=make("time.sleep(60)"))
    token = issue(parts.tokens, AccessScope.READ)
    with (
        running(create_app(parts), ServerSettings(port=0)) as url,
        httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client,
    ):
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/policies/replay", json={}, timeout=1.0)
        deadline = time.monotonic() + 20
        while not started or started[-1].returncode is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/policies/replay", json={}, timeout=1.0)
    parts.authenticator.close()
    assert [each.returncode for each in started] == [-signal.SIGKILL] * 2


def test_one_of_a_kind_at_a_time_and_none_outlives_its_caller(make: Make, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    worker = make(
        f"if call['work'] == 'examine':\n    open('{pid}', 'w').write(str(os.getpid()))\n    time.sleep(60)\nprint(1)"
    )

    async def scenario() -> None:
        first = asyncio.create_task(worker.ask(patient(), Work.EXAMINE))
        deadline = time.monotonic() + 20
        while not (pid.exists() and pid.read_text()):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
        with pytest.raises(RefusedError) as refused:
            await worker.ask(patient(), Work.EXAMINE)
        assert (refused.value.status, refused.value.delay) == (429, module.COME_AGAIN)
        assert await worker.ask(patient(), Work.REPLAY, ReplayRequest()) == b"1\n"
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert not is_alive(int(pid.read_text()))
        assert await worker.ask(patient(), Work.REPLAY, ReplayRequest()) == b"1\n"

    asyncio.run(scenario())
