"""What is wanted of an agent, in the answer to its report; read here as the agent itself reads it."""

from __future__ import annotations

import hmac
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.serving import Caller, ingesting, issue, parts_on

from setpoint.model.access import AccessScope, TokenRequest
from setpoint.model.inside import AgentSwitch, Wanted
from setpoint.server.app import create_app
from setpoint.store.ledger.ledger import SqlLedger

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BOOT = "9f3c2a61d0b84e57"
REPORT = {"schema": 1, "service": "shop", "instance": "web/7", "boot": BOOT, "sequence": 1}
RECEIPT = {"appended": 1, "duplicates": 0, "last_offset": 1}
AGENT = Path(__file__).parents[3] / "agent" / "src"


class Ingest:
    """Says of each report whom it is from, as the real one does."""

    def __init__(self) -> None:
        self.status = 200
        self.app = Starlette(routes=[Route("/agent/reports", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> JSONResponse:
        await request.body()
        return JSONResponse(RECEIPT, self.status, headers={"X-Setpoint-Agent": f"agent:shop/web%2F7 {BOOT}"})


@pytest.fixture
def ingest() -> Ingest:
    return Ingest()


@pytest.fixture
def served(ledger: SqlLedger, tmp_path: Path, ingest: Ingest) -> Iterator[tuple[Any, Callable[[str], Caller]]]:
    callers: list[Caller] = []
    with ingesting(tmp_path / "ingest", ingest.app):
        parts = parts_on(ledger, tmp_path, ingest=tmp_path / "ingest")
        app = create_app(parts)

        def make(token: str) -> Caller:
            callers.append(Caller(app, token))
            return callers[-1]

        yield parts, make
        for each in callers:
            each.close()
        parts.authenticator.close()


def agent_token(parts: Any) -> tuple[str, bytes]:
    request = TokenRequest("agent", frozenset({AccessScope.INGEST}), "shop", None, is_agent=True)
    issued = parts.tokens.issue(request, "test", datetime.now(UTC))
    assert issued.policy_key is not None
    return issued.text, issued.policy_key


def switch(ledger: SqlLedger, wanted: Wanted, instance: str = "") -> AgentSwitch:
    return ledger.visitor().switch_agents(AgentSwitch("shop", instance, wanted, "me", "a test", NOW))


def test_an_agent_is_told_nothing_until_somebody_wants_something(served: Any) -> None:
    parts, caller = served
    answer = caller(agent_token(parts)[0]).post("/v1/agent/reports", REPORT)
    assert answer.json() == RECEIPT
    assert "x-setpoint-agent" not in answer.headers


def test_it_is_told_under_its_own_key_and_for_its_boot(served: Any, ledger: SqlLedger) -> None:
    parts, caller = served
    text, key = agent_token(parts)
    agent, issued = caller(text), switch(ledger, Wanted.OFF)
    told = agent.post("/v1/agent/reports", REPORT).json()
    at = issued.issued_at.isoformat()
    assert told["instructions"] == {"agent": "off", "issued": at, "for": BOOT}
    assert told["signature"] == hmac.new(key, f"v1\n{BOOT}\n{at}\noff".encode(), "sha256").hexdigest()
    assert {name: told[name] for name in RECEIPT} == RECEIPT
    switch(ledger, Wanted.ON, "web/7")
    assert agent.post("/v1/agent/reports", REPORT).json()["instructions"]["agent"] == "on"


@pytest.mark.skipif(not AGENT.is_dir(), reason="the agent's own code is not here")
def test_the_agent_follows_what_is_told(served: Any, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(AGENT))
    instructions = __import__("setpoint_agent.reporting.instructions", fromlist=["Instructions"]).Instructions
    parts, caller = served
    text, key = agent_token(parts)
    own, another = instructions(key, BOOT), instructions(key, "another-boot")
    agent = caller(text)
    switch(ledger, Wanted.OFF)
    told = agent.post("/v1/agent/reports", REPORT).json()
    assert [own.read(told), own.read(told), another.read(told), another.refused] == ["off", None, None, 1]
    assert own.read(told | {"signature": "0" * 64}) is None
    switch(ledger, Wanted.ON)
    assert own.read(agent.post("/v1/agent/reports", REPORT).json()) == "on"
    assert own.read(told) is None
    assert own.refused == 2
    for name in [each for each in sys.modules if each.partition(".")[0] == "setpoint_agent"]:
        monkeypatch.delitem(sys.modules, name)


def test_who_has_no_key_is_told_nothing(served: Any, ledger: SqlLedger) -> None:
    parts, caller = served
    switch(ledger, Wanted.OFF)
    answer = caller(issue(parts.tokens, AccessScope.INGEST)).post("/v1/agent/reports", REPORT)
    assert answer.json() == RECEIPT


def test_a_report_is_taken_even_where_it_cannot_be_told_what_is_wanted(
    served: Any, ledger: SqlLedger, tmp_path: Path
) -> None:
    parts, caller = served
    text, _ = agent_token(parts)
    switch(ledger, Wanted.OFF)
    (tmp_path / "master.key").unlink()
    assert caller(text).post("/v1/agent/reports", REPORT).json() == RECEIPT


def test_a_refusal_stays_one(served: Any, ledger: SqlLedger, ingest: Ingest) -> None:
    parts, caller = served
    switch(ledger, Wanted.OFF)
    ingest.status = 429
    answer = caller(agent_token(parts)[0]).post("/v1/agent/reports", REPORT)
    assert (answer.status_code, "instructions" in answer.json()) == (429, False)


def test_switching_is_for_who_may_operate_that_service(served: Any, ledger: SqlLedger) -> None:
    parts, caller = served
    body = {"service": "shop", "agent": "off", "reason": "a load test"}
    own = caller(issue(parts.tokens, AccessScope.OPERATE, service="shop"))
    answer = own.post("/v1/agents/switch", body)
    assert (answer.status_code, answer.json()["actor"]) == (201, "token:operate-shop")
    assert own.post("/v1/agents/switch", body | {"service": "payments"}).status_code == 403
    reader = caller(issue(parts.tokens, AccessScope.READ))
    assert reader.post("/v1/agents/switch", body).status_code == 403
    assert [row.action for row in ledger.audit()].count("agents switched off") == 1
