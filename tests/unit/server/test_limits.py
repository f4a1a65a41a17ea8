from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serving import GENEROUS, Caller, parts_on

from setpoint.model.access import AccessScope
from setpoint.server.limits import REMEMBERED, Rates
from setpoint.settings.server import Limits
from setpoint.store.ledger.ledger import SqlLedger


@given(
    rate=st.floats(0.1, 100),
    burst=st.integers(1, 20),
    pauses=st.lists(st.floats(0, 2), max_size=60),
)
def test_no_caller_gets_more_than_its_rate(rate: float, burst: int, pauses: list[float]) -> None:
    now = 1000.0
    rates = Rates(rate, burst, now=lambda: now)
    allowed = 0
    for pause in pauses:
        now += pause
        wait = rates.wait("me")
        assert wait >= 0
        allowed += wait == 0
    assert allowed <= burst + sum(pauses) * rate + 1e-6


def test_what_it_is_told_to_wait_is_enough() -> None:
    now = 0.0
    rates = Rates(2.0, 3, now=lambda: now)
    assert [rates.wait("me") for _ in range(3)] == [0, 0, 0]
    now += rates.wait("me")
    assert rates.wait("me") == 0
    assert rates.wait("you") == 0


def test_remembers_no_more_callers_than_it_may() -> None:
    rates = Rates(1.0, 1, now=lambda: 0.0)
    for number in range(REMEMBERED + 10):
        rates.wait(str(number))
    assert rates.wait(str(REMEMBERED)) > 0
    assert rates.wait("0") == 0


@pytest.fixture
def limited(ledger: SqlLedger, tmp_path: Path, calling: Callable[..., Caller]) -> Callable[[Limits], Caller]:
    return lambda limits: calling(parts_on(ledger, tmp_path, limits=limits), AccessScope.ADMIN)


def test_a_caller_in_a_hurry_is_told_when_to_come_again(limited: Callable[[Limits], Caller]) -> None:
    caller = limited(replace(GENEROUS, rate=0.5, burst=2))
    assert [caller.get("/v1/services").status_code for _ in range(3)] == [200, 200, 429]
    refused = caller.get("/v1/services")
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 2
    assert 0 < refused.json()["delay"] <= 2
    assert caller.get("/healthz").status_code == 200


def test_what_is_refused_counts_too(ledger: SqlLedger, tmp_path: Path, calling: Callable[..., Caller]) -> None:
    caller = calling(parts_on(ledger, tmp_path, limits=replace(GENEROUS, rate=0.5, burst=2)), AccessScope.GATE)
    assert [caller.get("/v1/services").status_code for _ in range(3)] == [403, 403, 429]


def test_a_large_body_is_refused(limited: Callable[[Limits], Caller]) -> None:
    caller = limited(replace(GENEROUS, body_bytes=2_000))
    told = caller.post("/v1/gate", {"service": "x" * 5_000, "version": "1"})
    assert told.status_code == 413
    assert told.headers["connection"] == "close"
    assert told.json()["what"] == "the body has more than 2,000 bytes"
    assert told.json()["type"] == "urn:setpoint:problem:content-too-large"


def test_a_large_body_that_hides_its_size_is_refused(limited: Callable[[Limits], Caller]) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b" " * 1_000

    caller = limited(replace(GENEROUS, body_bytes=2_000))
    headers = {"Content-Type": "application/json"}
    assert caller.request("POST", "/v1/gate", content=pieces(), headers=headers).status_code == 413


def test_more_may_be_ingested_at_once(limited: Callable[[Limits], Caller]) -> None:
    caller = limited(replace(GENEROUS, body_bytes=2_000, ingest_bytes=10_000))
    headers = {"Content-Type": "application/x-ndjson"}
    assert caller.request("POST", "/v1/ingest", content=b"x" * 5_000, headers=headers).status_code == 503
    assert caller.request("POST", "/v1/ingest", content=b"x" * 15_000, headers=headers).status_code == 413


def test_a_body_that_does_not_come_is_not_waited_for(limited: Callable[[Limits], Caller]) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    caller = limited(replace(GENEROUS, seconds=0.1))
    told = caller.request("POST", "/v1/gate", content=pieces(), headers={"Content-Type": "application/json"})
    assert told.status_code == 408
    assert told.json()["what"] == "the body did not come within 0.1 seconds"
