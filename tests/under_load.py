"""`setpoint up` with everybody calling it: senders that repeat until they are acknowledged, and gates with keys.

Used by the tests that kill its processes, short and long.
"""

from __future__ import annotations

import gzip
import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE, Popen, run
from typing import Any, Final

import httpx
import orjson
from tests.e2e.program import PATIENCE, Setpoint, eventually

from setpoint.errors import CouldNotTellError
from setpoint.model.health import Duty, ProcessState, ProcessStatus, Status
from setpoint.status import read_status
from setpoint.store.journal.journal import open_journal
from setpoint.store.journal.limits import JournalLimits
from setpoint.store.ledger.opening import open_ledger

EVENTS: Final = 50
"""In one batch."""
PAUSE: Final = 0.03
"""Seconds between two calls of one caller: the rest of the machine has work to do too."""
SUPERVISOR: Final = "supervisor"
LAKE: Final = "lake"
EVERYBODY: Final = (*Duty, LAKE)
"""That the supervisor starts, or that ingest does."""

LINES: Final = {"Content-Type": "application/x-ndjson"}
UP_WITHIN: Final = 60.0

SOURCE: Final = "/sender/"
SERVICE: Final = "shop"
RELEASE: Final = f"release:{SERVICE}@"


def _now() -> datetime:
    return datetime.now(UTC)


class Processes:
    """All of them, over all their lives."""

    def __init__(self, program: Setpoint, *duties: Duty, now: Callable[[], datetime] = _now) -> None:
        """Of these duties; of all where none is named. `now` is by their clock."""
        self._program = program
        self._now = now
        self._only = [part for duty in duties for part in ("--only", duty)]
        self._supervisors = 0
        self._process = self._start()

    def _start(self) -> Popen[bytes]:
        self._supervisors += 1
        with (self._program.folder / f"up-{self._supervisors}.err").open("wb") as errors:
            return Popen(
                self._program.command("up", "--json", *self._only),
                cwd=self._program.folder,
                env=self._program.environment,
                stdout=errors,
                stderr=errors,
            )

    def errors(self) -> str:
        """What the newest supervisor, and its processes, said."""
        return (self._program.folder / f"up-{self._supervisors}.err").read_text(encoding="utf-8")

    def status(self) -> Status | None:
        try:
            return read_status(self._program.ledger, self._now())
        except CouldNotTellError:
            return None

    def await_up(self) -> Mapping[Duty, int]:
        """Until all are, and well; their process ids."""
        return self._await(_is_up)

    def await_started(self) -> Mapping[Duty, int]:
        """As `await_up`, however they are."""
        return self._await(_is_started)

    def _await(self, condition: Callable[[ProcessStatus], bool]) -> Mapping[Duty, int]:
        eventually("all are up", lambda: self._are(condition), within=UP_WITHIN)
        status = self.status()
        assert status
        return {each.duty: each.pid for each in status.processes if each.pid}

    def _are(self, condition: Callable[[ProcessStatus], bool]) -> bool:
        assert self._process.poll() is None, self.errors()
        status = self.status()
        return status is not None and all(map(condition, status.processes))

    def kill(self, whom: str) -> None:
        """As the system does when memory runs out. After a supervisor another one is started."""
        if whom == SUPERVISOR:
            self._process.kill()
            self._process.wait(timeout=PATIENCE)
            self._process = self._start()
        elif whom == LAKE:
            os.kill(self._lake(), signal.SIGKILL)
        else:
            os.kill(self.await_started()[Duty(whom)], signal.SIGKILL)

    def _lake(self) -> int:
        """The process of ingest that has the lake, once there is one."""
        found: list[str] = []

        def look() -> list[str]:
            asked = ["pgrep", "-P", str(self.await_started()[Duty.INGEST])]  # which may be another one by now
            found.extend(run(asked, stdout=PIPE, check=False, text=True).stdout.split())
            return found

        eventually("there is a lake", look)
        return int(found[0])

    def stop(self) -> int:
        self._process.terminate()
        return self._process.wait(timeout=PATIENCE)

    def end(self) -> None:
        self._process.kill()
        self._process.wait(timeout=PATIENCE)


def _is_started(process: ProcessStatus) -> bool:
    return process.state is ProcessState.UP and process.pid is not None and _is_alive(process.pid)


def _is_up(process: ProcessStatus) -> bool:
    # Of the loop's beats some are late on a busy machine.
    return _is_started(process) and (process.healthy or process.duty is Duty.LOOP)


def _is_alive(pid: int) -> bool:
    """A zombie is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Callers:
    """Each makes one call after the other, and each call again until it is answered with 200."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._stopped = threading.Event()
        self.statuses: Counter[int] = Counter()
        """Of all answers so far; 0 stands for none."""
        self.batches: dict[int, int] = {}
        """Sender → how many batches of its were acknowledged, all up to that number."""
        self.reports = 0
        self.gates: list[str] = []
        """The releases that were decided about, but for answers by the last known threshold, which nobody records."""

    def jobs(self, senders: int) -> Sequence[Callable[[], None]]:
        return [*(lambda number=each: self._send(number) for each in range(senders)), self._report, self._ask]

    def stop(self) -> None:
        """After the call in hand, which is still made until it is answered."""
        self._stopped.set()

    @property
    def events(self) -> int:
        return sum(self.batches.values()) * EVENTS + self.reports

    def _send(self, sender: int) -> None:
        self.batches[sender] = 0
        with self._client() as client:
            while not self._stopped.wait(PAUSE):
                number = self.batches[sender]
                body, headers = batch(sender, number), dict(LINES)
                if number % 2:
                    body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
                receipt = self._until_answered(client, "/v1/ingest", content=body, headers=headers)
                assert receipt["appended"] + receipt["duplicates"] == EVENTS
                self.batches[sender] = number + 1

    def _report(self) -> None:
        with self._client() as client:
            while not self._stopped.wait(PAUSE):
                report = {
                    "schema": 1,
                    "service": SERVICE,
                    "instance": "i-1",
                    "boot": "0f9c1d2e-boot",
                    "sequence": self.reports + 1,
                    "counters": {"requests": 10 * (self.reports + 1)},
                }
                self._until_answered(client, "/v1/agent/reports", json=report)
                self.reports += 1

    def _ask(self) -> None:
        with self._client() as client:
            while not self._stopped.wait(PAUSE):
                version = f"1.{len(self.gates)}"
                body = {"service": SERVICE, "version": version, "stage": "deploy"}
                answer = self._until_answered(client, "/v1/gate", json=body, headers={"Idempotency-Key": version})
                if _was_recorded(answer):
                    self.gates.append(version)

    def _until_answered(self, client: httpx.Client, path: str, **request: Any) -> Any:
        while True:
            status, answer = 0, None
            with suppress(httpx.TransportError):
                answer = client.post(path, **request)
                status = answer.status_code
            self.statuses[status] += 1
            if answer is not None and status == 200:
                return answer.json()
            threading.Event().wait(PAUSE)

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self._url, headers=self._headers, timeout=PATIENCE)


def _was_recorded(answer: Any) -> bool:
    return not any("the ledger cannot be reached" in each["message"] for each in answer["decision"]["reasons"])


def batch(sender: int, number: int) -> bytes:
    events = (
        {"specversion": "1.0", "id": f"{number}-{each}", "source": f"{SOURCE}{sender}", "type": "test", "data": each}
        for each in range(EVENTS)
    )
    return b"".join(json.dumps(each).encode() + b"\n" for each in events)


@contextmanager
def calling(callers: Callers, senders: int) -> Iterator[None]:
    """All at once, for as long as the block lasts; afterwards each has its last answer."""
    jobs = callers.jobs(senders)
    with ThreadPoolExecutor(len(jobs)) as pool:
        running: list[Future[None]] = [pool.submit(job) for job in jobs]
        try:
            yield
        finally:
            callers.stop()
        for each in running:
            each.result(timeout=2 * PATIENCE)


def configure(program: Setpoint, port: int, **more: object) -> None:
    """On this port; nobody is kept waiting for asking often."""
    limits = {"rate": 100_000, "burst": 100_000, **dict(more.pop("limits", {}))}  # type: ignore[call-overload]
    program.configure(server={"listen": f"127.0.0.1:{port}", "limits": limits}, **more)


def issue(program: Setpoint, *scopes: str) -> str:
    """The text of a new token."""
    asked = [part for scope in scopes for part in ("--scope", scope)]
    issued = program.run("tokens", "issue", "-".join(scopes), *asked, "--json")
    assert issued.code == 0, issued.err
    token: str = issued.json()["token"]
    return token


def in_the_lake(url: str, token: str) -> tuple[int, int]:
    """How many events, and how many different ones."""
    sql = "SELECT count(*), count(DISTINCT source || ' ' || id) FROM signals"
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{url}/v1/signals/query", json={"sql": sql, "timeout": 60}, headers=headers, timeout=90)
    if answer.status_code != 200:
        return -1, answer.status_code
    ((count, different),) = answer.json()["rows"]
    return count, different


def in_the_journal(program: Setpoint) -> Counter[tuple[str, str]]:
    """(source, id) of every event, each as often as it is there."""
    found: Counter[tuple[str, str]] = Counter()
    with closing(open_journal(Path(f"{program.ledger}.journal"), JournalLimits())) as journal:
        after = 0
        while entries := journal.read(after, 10_000):
            assert entries[0].offset == after + 1
            after = entries[-1].offset
            events = (orjson.loads(each.line) for each in entries)
            found.update((each["source"], each["id"]) for each in events)
    return found


def expected(callers: Callers) -> Counter[tuple[str, str]]:
    """What was acknowledged, each once."""
    sent = {
        (f"{SOURCE}{sender}", f"{number}-{each}")
        for sender, batches in callers.batches.items()
        for number in range(batches)
        for each in range(EVENTS)
    }
    reported = {(f"agent:{SERVICE}/i-1", f"0f9c1d2e-boot:{number}") for number in range(1, callers.reports + 1)}
    return Counter(sent | reported)


def decided(program: Setpoint) -> Counter[str]:
    """The versions that a gate decided about, each as often as that was recorded."""
    with closing(open_ledger(str(program.ledger), read_only=True)) as ledger:
        pages, before = ledger.pages(), 2**63 - 1
        found: Counter[str] = Counter()
        while rows := pages.decisions(service=SERVICE, subject=None, stage=None, before=before, limit=500):
            before = rows[-1][0]
            releases = (each.subject for _, _, each in rows if each.subject.startswith(RELEASE))
            found.update(each.removeprefix(RELEASE) for each in releases)
    return found


def await_the_lake(callers: Callers, url: str, token: str) -> None:
    """Everything that was acknowledged is there, once."""
    wanted = (callers.events, callers.events)
    eventually("the lake has everything", lambda: in_the_lake(url, token) == wanted, within=2 * PATIENCE)
