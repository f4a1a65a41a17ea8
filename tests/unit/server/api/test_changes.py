"""Server-sent events: what changes, from where somebody was, for as long as their token is good."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from tests.serving import AT, conclusion, issue, parts_on, running

from setpoint.errors import LedgerError
from setpoint.model.access import AccessScope
from setpoint.server.api import changes
from setpoint.server.app import create_app
from setpoint.server.parts import ServerParts
from setpoint.store.interface import BeatRow
from setpoint.store.ledger.ledger import SqlLedger


@dataclass(frozen=True)
class Event:
    name: str
    id: int | None
    data: Any


@dataclass
class Follower:
    """Reads events in a thread."""

    url: str
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ended = False
        self._begun = threading.Event()
        self._events: list[Event] = []
        self._grew = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        assert self._begun.wait(10)

    def first(self, count: int) -> list[Event]:
        with self._grew:
            assert self._grew.wait_for(lambda: len(self._events) >= count, timeout=10), self._events
            return self._events[:count]

    def expect_end(self) -> None:
        self._thread.join(10)
        assert self.ended

    def _read(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"} | self.headers
        with httpx.stream("GET", f"{self.url}/v1/changes", headers=headers, timeout=20) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            told: dict[str, str] = {}
            for line in answer.iter_lines():
                self._begun.set()
                name, _, value = line.partition(": ")
                if line:
                    told[name] = value
                    continue
                if "event" in told:
                    identity = int(told["id"]) if "id" in told else None
                    with self._grew:
                        self._events.append(Event(told["event"], identity, orjson.loads(told["data"])))
                        self._grew.notify_all()
                told = {}
        self.ended = True


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "LOOK_EVERY", 0.02)


@pytest.fixture
def served(ledger: SqlLedger, tmp_path: Path) -> Iterator[tuple[str, ServerParts, threading.Event]]:
    stopping = threading.Event()
    parts = parts_on(ledger, tmp_path, stopping=stopping.is_set)
    with running(create_app(parts)) as url:
        yield url, parts, stopping
        stopping.set()


def test_tells_what_changes_from_now_on(served: tuple[str, ServerParts, threading.Event], ledger: SqlLedger) -> None:
    url, parts, stopping = served
    follower = Follower(url, issue(parts.tokens, AccessScope.READ))
    _, writer = ledger.acquire("default", datetime.now(UTC), ttl=60)
    writer.record([conclusion("new", "shop")], AT)
    writer.put_beat(BeatRow(0, AT, AT, 1, 1, 1, 0, 0, ()))
    told = follower.first(3)
    assert {each.name for each in told} == {"finding", "decision", "beat"}
    assert {each.data["action"] for each in told if each.id} == {"finding opened", "decision recorded"}
    assert next(each.data["resources"] for each in told if each.name == "beat") == 1
    assert all(each.data["sequence"] == each.id for each in told if each.id)
    stopping.set()
    follower.expect_end()


def test_goes_on_where_somebody_was_cut_off(
    served: tuple[str, ServerParts, threading.Event], ledger: SqlLedger
) -> None:
    url, parts, _ = served
    rows = [each.sequence for each in ledger.audit() if changes._kind(each)]
    token = issue(parts.tokens, AccessScope.READ)
    whole = Follower(url, token, {"Last-Event-ID": "0"}).first(len(rows))
    assert [each.id for each in whole] == rows
    rest = Follower(url, token, {"Last-Event-ID": str(rows[2])}).first(len(rows) - 3)
    assert rest == whole[3:]


def test_a_token_that_is_revoked_hears_no_more(served: tuple[str, ServerParts, threading.Event]) -> None:
    url, parts, _ = served
    follower = Follower(url, issue(parts.tokens, AccessScope.READ, name="follower"))
    parts.tokens.revoke("follower", "test", datetime.now(UTC))
    follower.expect_end()


def test_no_more_than_so_many_follow(
    served: tuple[str, ServerParts, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST_STREAMS", 1)
    url, parts, stopping = served
    token = issue(parts.tokens, AccessScope.READ)
    follower = Follower(url, token)
    refused = httpx.get(f"{url}/v1/changes", headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 429
    assert "retry-after" in refused.headers
    stopping.set()
    follower.expect_end()


def test_one_caller_leaves_room_for_others(
    served: tuple[str, ServerParts, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST_OF_ONE", 2)
    url, parts, stopping = served
    token = issue(parts.tokens, AccessScope.READ, name="greedy")
    followers = [Follower(url, token) for _ in range(2)]
    refused = httpx.get(f"{url}/v1/changes", headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 429
    assert "token:greedy follows changes 2 times already" in refused.text
    followers.append(Follower(url, issue(parts.tokens, AccessScope.READ, name="modest")))
    parts.tokens.revoke("greedy", "test", datetime.now(UTC))
    for each in followers[:2]:
        each.expect_end()
    again = Follower(url, issue(parts.tokens, AccessScope.READ, name="greedy"))
    stopping.set()
    for each in (*followers[2:], again):
        each.expect_end()


def test_no_more_follow_where_many_come_at_once(
    served: tuple[str, ServerParts, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST_STREAMS", 3)
    url, parts, stopping = served
    headers, begun = {"Authorization": f"Bearer {issue(parts.tokens, AccessScope.READ)}"}, Counter[int]()

    async def follow(client: httpx.AsyncClient) -> None:
        async with client.stream("GET", f"{url}/v1/changes", headers=headers) as answer:
            begun[answer.status_code] += 1
            if begun.total() == 20:
                stopping.set()
            await answer.aread()

    async def many() -> None:
        async with httpx.AsyncClient(timeout=20) as client:
            await asyncio.gather(*(follow(client) for _ in range(20)))

    asyncio.run(many())
    assert begun == {200: 3, 429: 17}


def test_a_stream_that_cannot_go_on_ends_whole(ledger: SqlLedger, tmp_path: Path) -> None:
    class Failing:
        beats = ledger.pages().beats
        last_audit_row = ledger.pages().last_audit_row

        def audit(self, **_named: Any) -> Any:
            raise LedgerError("the ledger is damaged")

    parts, failing = parts_on(ledger, tmp_path), Failing()
    pages: Any = failing
    with running(create_app(replace(parts, pages=pages))) as url:
        Follower(url, issue(parts.tokens, AccessScope.READ)).expect_end()
