"""`setpoint up` on disks and by clocks that are not well, with one who sends to it, or many."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
from tests.e2e.program import Setpoint, eventually
from tests.under_load import EVENTS, LINES, SOURCE, Processes, batch, in_the_journal, in_the_lake

from setpoint.model.health import Duty

BOUND: Final = 3.0
"""Seconds for a gate's answer, whatever becomes of ingest."""

LONGEST: Final = 20.0
"""Seconds for any answer: senders wait for thirty, and more."""

AGAIN: Final = 0.5
"""Seconds after which a sender comes again; it was told to wait for longer."""


class Life:
    """Some of the processes, or all, and a sender."""

    def __init__(self, setpoint: Setpoint, port: int, token: str, duties: tuple[Duty, ...]) -> None:
        self.setpoint = setpoint
        self.url = f"http://127.0.0.1:{port}"
        self.token = token
        self.processes = Processes(setpoint, *duties)
        self._client = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    @property
    def journal(self) -> Path:
        return Path(f"{self.setpoint.ledger}.journal")

    @property
    def lake(self) -> Path:
        return Path(f"{self.setpoint.ledger}.lake")

    def is_ready(self) -> bool:
        answer = self._client.get("/readyz")
        assert answer.status_code in {200, 503}, answer.text
        return answer.status_code == 200

    def send(self, number: int) -> httpx.Response:
        return self._client.post("/v1/ingest", content=batch(0, number), headers=LINES)

    def gate(self) -> float:
        """Seconds until its answer."""
        began = time.monotonic()
        assert self._client.post("/v1/gate", json={"service": "shop", "version": "1"}).status_code == 200
        return time.monotonic() - began

    def post(self, path: str, document: object, **headers: str) -> httpx.Response:
        return self._client.post(path, json=document, headers=headers)

    def await_lake(self, batches: int) -> None:
        wanted = (batches * EVENTS, batches * EVENTS)
        eventually(f"{batches} batches are in the lake", lambda: in_the_lake(self.url, self.token) == wanted)

    def problems(self) -> str:
        """As `setpoint status` tells them; empty where all is well."""
        told = self.setpoint.run("status", "--json")
        found = [problem for each in told.json()["processes"] for problem in each["problems"]]
        assert told.code == (0 if told.json()["healthy"] else 1)
        assert not (found and told.json()["healthy"])
        return "\n".join(found)

    def last_errors(self) -> str:
        """Why processes ended, as `setpoint status` tells it."""
        told = self.setpoint.run("status", "--json").json()
        return "\n".join(each["last_error"] for each in told["processes"])

    def stop(self) -> None:
        self._client.close()
        assert self.processes.stop() == 0

    def end(self) -> None:
        self._client.close()
        self.processes.end()


Start = Callable[..., Life]
"""Begins a life, or another one where one was; takes settings."""


@dataclass
class Load:
    """Many senders at once, each of which sends a batch again until it is acknowledged."""

    life: Life
    answers: list[tuple[int, float]] = field(default_factory=list)
    """(status, seconds) of each; status 0 stands for none."""
    taken: dict[int, int] = field(default_factory=dict)
    """Sender → how many of its batches were acknowledged, all up to that number."""
    _stopped: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def of(self, senders: int) -> Iterator[None]:
        """For as long as the block lasts."""
        with ThreadPoolExecutor(senders) as pool:
            sending = [pool.submit(self._send, sender) for sender in range(senders)]
            try:
                yield
            finally:
                self._stopped.set()
            for each in sending:
                each.result(timeout=2 * LONGEST)

    def statuses(self) -> set[int]:
        return {status for status, _ in self.answers}

    def check(self) -> None:
        """All that was acknowledged is in the journal, and nothing is twice. Once all processes have ended."""
        found = in_the_journal(self.life.setpoint)
        assert set(found.values()) <= {1}
        taken = {name for sender, batches in self.taken.items() for name in _names(sender, batches)}
        assert taken <= set(found)
        # What was sent last may be there without its sender having heard of it.
        assert set(found) <= {name for sender, batches in self.taken.items() for name in _names(sender, batches + 1)}

    def _send(self, sender: int) -> None:
        self.taken[sender] = 0
        headers = {"Authorization": f"Bearer {self.life.token}", **LINES}
        with httpx.Client(base_url=self.life.url, headers=headers, timeout=2 * LONGEST) as client:
            while not self._stopped.is_set():
                began, number = time.monotonic(), self.taken[sender]
                status = self._call(client, batch(sender, number))
                self.answers.append((status, time.monotonic() - began))
                if status == 200:
                    self.taken[sender] = number + 1
                else:
                    self._stopped.wait(AGAIN)

    def _call(self, client: httpx.Client, content: bytes) -> int:
        """The status; 0 where there is no answer."""
        try:
            answer = client.post("/v1/ingest", content=content)
        except httpx.TransportError:
            return 0
        assert answer.status_code == 200 or int(answer.headers["retry-after"]) >= 1, answer.text
        return answer.status_code


def _names(sender: int, batches: int) -> set[tuple[str, str]]:
    """(source, id) of every event in so many batches."""
    return {(f"{SOURCE}{sender}", f"{number}-{each}") for number in range(batches) for each in range(EVENTS)}
