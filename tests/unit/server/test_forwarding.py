"""What goes to ingest and comes back, over a real unix socket."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.serving import Caller, ingesting, issue, parts_on

from setpoint.model.access import AccessScope
from setpoint.server.app import create_app
from setpoint.store.ledger.ledger import SqlLedger

LINES = {"Content-Type": "application/x-ndjson"}


class Ingest:
    """Remembers what came, and answers as it is told to."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.body = b""
        self.answer: Response = JSONResponse({"appended": 1, "duplicates": 0, "last_offset": 1})
        paths = ("/ingest", "/agent/reports", "/query", "/export", "/health")
        self.app = Starlette(routes=[Route(each, self._take, methods=["GET", "POST"]) for each in paths])

    async def _take(self, request: Request) -> Response:
        self.headers, self.body = dict(request.headers), await request.body()
        return self.answer


@pytest.fixture
def ingest() -> Ingest:
    return Ingest()


@pytest.fixture
def socket(ingest: Ingest, tmp_path: Path) -> Iterator[Path]:
    with ingesting(tmp_path / "ingest", ingest.app):
        yield tmp_path / "ingest"


@pytest.fixture
def sender(ledger: SqlLedger, tmp_path: Path, socket: Path) -> Iterator[Callable[..., Caller]]:
    parts, callers = parts_on(ledger, tmp_path, ingest=socket), list[Caller]()
    app = create_app(parts)

    def make(scope: AccessScope = AccessScope.INGEST, service: str | None = None) -> Caller:
        callers.append(Caller(app, issue(parts.tokens, scope, service=service, name=f"t{len(callers)}")))
        return callers[-1]

    yield make
    for each in callers:
        each.close()


def test_a_body_goes_through_as_it_is(sender: Callable[..., Caller], ingest: Ingest) -> None:
    body = gzip.compress(b'{"id": "1"}\n' * 1000)
    headers = LINES | {"Content-Encoding": "gzip", "ce-id": "7", "Cookie": "mine", "X-Request-Id": "r1"}
    answer = sender().request("POST", "/v1/ingest", content=body, headers=headers)
    assert answer.json() == {"appended": 1, "duplicates": 0, "last_offset": 1}
    assert ingest.body == body
    assert ingest.headers["content-encoding"] == "gzip"
    assert ingest.headers["content-type"] == "application/x-ndjson"
    assert ingest.headers["ce-id"] == "7"
    assert ingest.headers["x-request-id"] == "r1"
    assert not {"authorization", "cookie", "x-setpoint-service"} & set(ingest.headers)


def test_whose_it_is_goes_with_it_and_nobody_can_say_otherwise(sender: Callable[..., Caller], ingest: Ingest) -> None:
    headers = LINES | {"X-Setpoint-Service": "payments", "X-Setpoint-Principal": "token:root"}
    sender(service="café/1").request("POST", "/v1/ingest", content=b"{}", headers=headers)
    assert ingest.headers["x-setpoint-service"] == "caf%C3%A9%2F1"
    assert ingest.headers["x-setpoint-principal"] == "token:t0"
    sender().request("POST", "/v1/ingest", content=b"{}", headers=headers)
    assert "x-setpoint-service" not in ingest.headers


def test_a_body_of_unknown_length_goes_through(sender: Callable[..., Caller], ingest: Ingest) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    sender().request("POST", "/v1/agent/reports", content=pieces(), headers=LINES)
    assert len(ingest.body) == 100_000


@pytest.mark.parametrize("status", [400, 413, 415, 429, 503])
def test_a_refusal_comes_back_as_it_is(sender: Callable[..., Caller], ingest: Ingest, status: int) -> None:
    problem: dict[str, Any] = {"status": status, "what": "line 3: this is no event"}
    ingest.answer = JSONResponse(problem, status, headers={"Retry-After": "5"}, media_type="application/problem+json")
    answer = sender().request("POST", "/v1/ingest", content=b"{}", headers=LINES)
    assert (answer.status_code, answer.json()) == (status, problem)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "5"


def test_a_question_is_checked_before_it_is_asked(sender: Callable[..., Caller], ingest: Ingest) -> None:
    reader = sender(AccessScope.READ)
    assert reader.post("/v1/signals/query", {"sql": "SELECT 1", "limit": 0}).status_code == 422
    assert ingest.body == b""
    ingest.answer = JSONResponse({"columns": ["1"], "types": ["INTEGER"], "rows": [[1]], "cut": False})
    assert reader.post("/v1/signals/query", {"sql": "SELECT 1"}).json()["rows"] == [[1]]
    assert ingest.body == b'{"sql":"SELECT 1","limit":1000,"timeout":10.0}'
    # A whole number, however it is spelt.
    assert reader.post("/v1/signals/query", {"sql": "SELECT 1", "limit": 53.0}).status_code == 200
    assert ingest.body == b'{"sql":"SELECT 1","limit":53,"timeout":10.0}'


def test_an_export_comes_back_as_a_file(sender: Callable[..., Caller], ingest: Ingest) -> None:
    ingest.answer = Response(b"PAR1" * 100_000, media_type="application/vnd.apache.parquet")
    answer = sender(AccessScope.READ).post("/v1/signals/export", {"sql": "SELECT 1"})
    assert answer.content == b"PAR1" * 100_000
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"


def test_without_ingest_it_is_told_when_to_come_again(ledger: SqlLedger, tmp_path: Path) -> None:
    for place in (None, tmp_path / "nobody"):
        parts = parts_on(ledger, tmp_path, ingest=place)
        caller = Caller(create_app(parts), issue(parts.tokens, AccessScope.INGEST, name=f"t{place is None}"))
        answer = caller.request("POST", "/v1/ingest", content=b"{}", headers=LINES)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert caller.get("/readyz").status_code == 503
        caller.close()


def test_is_ready_while_ingest_answers(sender: Callable[..., Caller], ingest: Ingest) -> None:
    ready = sender().get("/readyz").json()
    assert ready == {"ledger": True, "ingest": True, "configuration": "", "configuration_changed": False}
    ingest.answer = JSONResponse({}, 503)
    assert sender().get("/readyz").status_code == 503
