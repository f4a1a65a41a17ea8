"""What the whole API keeps: problems, ids, ETags, parameters, bodies."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from httpx import AsyncClient
from tests.serving import Caller, issue, no_status, parts_on, running

from setpoint.errors import Error, LedgerError, TemporaryError
from setpoint.model.access import AccessScope
from setpoint.server.api import health
from setpoint.server.app import create_app
from setpoint.server.parts import ANSWERING_THREADS, ServerParts
from setpoint.store.interface import AuditCheck
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.wire.problem import ProblemDocument

Call = Callable[..., Caller]
Calling = Callable[..., Caller]


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/services/", 404),
        ("PUT", "/v1/services", 405),
        ("GET", "/v1/services/nobody", 404),
        ("GET", "/v1/services?limit=0", 422),
        ("GET", "/v1/services?limit=501", 422),
        ("GET", "/v1/services?limt=1", 422),
        ("GET", "/v1/services?limit=1&limit=2", 422),
        ("GET", "/v1/services?cursor=!", 422),
        ("GET", "/v1/services?cursor=abc", 404),
        ("GET", "/v1/findings?severity=worst", 422),
        ("GET", "/v1/remediations/0", 422),
        ("GET", "/v1/remediations/9223372036854775808", 422),
        ("GET", "/v1/remediations/9223372036854775807", 404),
        ("GET", "/v1/waivers/w999999999999999999999999", 404),
        ("GET", "/v1/policy?id=no/such", 404),
    ],
)
def test_every_error_is_a_problem(reader: Caller, method: str, address: str, status: int) -> None:
    answer = reader.request(method, address)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = ProblemDocument.model_validate_json(answer.text)
    assert told.status == status
    assert told.request == answer.headers["x-request-id"]
    assert told.what
    assert told.type.startswith("urn:setpoint:problem:")


def test_a_method_that_is_not_there_is_told_with_those_that_are(reader: Caller) -> None:
    assert reader.request("PUT", "/v1/waivers").headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("error", "status", "delay"),
    [
        (LedgerError("the ledger is damaged", where="/var/lib/ledger.sqlite"), 503, None),
        (TemporaryError("somebody writes", delay=2.5), 503, 2.5),
    ],
)
def test_a_ledger_out_of_order_is_told(
    calling: Calling, parts: ServerParts, error: Error, status: int, delay: float | None
) -> None:
    class Broken:
        def beats(self, *_arguments: Any, **_named: Any) -> Any:
            raise error

    pages: Any = Broken()
    answer = calling(replace(parts, pages=pages), AccessScope.READ).get("/v1/beats")
    assert answer.status_code == status
    assert answer.headers.get("retry-after") == ("3" if delay else None)
    told = ProblemDocument.model_validate_json(answer.text).model()
    assert told.what == error.what
    assert "/var/lib" not in answer.text, "where it is kept is nobody's outside"
    assert getattr(told, "delay", None) == delay


def test_a_mistake_of_the_program_is_told_without_its_trace(calling: Calling, parts: ServerParts) -> None:
    class Broken:
        def beats(self, *_arguments: Any, **_named: Any) -> Any:
            raise ZeroDivisionError("a secret detail")

    pages: Any = Broken()
    answer = calling(replace(parts, pages=pages), AccessScope.READ).get("/v1/beats")
    assert answer.status_code == 500
    assert answer.json()["exit_code"] == 3
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-request-id"] == answer.json()["request"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_could_not_tell_stays_so(calling: Calling, parts: ServerParts) -> None:
    answer = calling(replace(parts, status=no_status), AccessScope.READ).get("/v1/status")
    assert (answer.status_code, answer.json()["exit_code"]) == (503, 3)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"service": "shop", "version": NaN}', 400),
        (b'{"service": "\xff", "version": "1"}', 400),
        (b"[" * 5_000 + b"]" * 5_000, 400),
        (b"[" * 40 + b"]" * 40, 422),
        (b"null", 422),
        (b'{"service": "shop"}', 422),
        (b'{"service": "shop", "version": 1}', 422),
        (b'{"service": "shop", "version": "1", "surprise": 1}', 422),
        (b'{"service": "shop", "version": " "}', 422),
    ],
)
def test_a_body_that_is_wrong_in_itself(call: Call, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    answer = call(AccessScope.GATE).request("POST", "/v1/gate", content=body, headers=headers)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_another_kind(call: Call, kind: str) -> None:
    answer = call(AccessScope.GATE).request("POST", "/v1/gate", content=b"{}", headers={"Content-Type": kind})
    assert answer.status_code == 415


def test_who_calls_is_asked_before_the_body_is_read(call: Call) -> None:
    headers = {"Content-Type": "application/json"}
    assert call().request("POST", "/v1/gate", content=b"{", headers=headers).status_code == 401


def test_what_has_not_changed_is_not_sent_again(reader: Caller) -> None:
    first = reader.get("/v1/findings")
    again = reader.get("/v1/findings", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = reader.get("/v1/findings", headers={"If-None-Match": '"other", W/"another"'})
    assert (other.status_code, other.content) == (200, first.content)
    assert reader.get("/v1/findings", headers={"If-None-Match": "*"}).status_code == 304


def test_a_call_keeps_the_id_that_it_came_with(reader: Caller) -> None:
    assert reader.get("/healthz", headers={"X-Request-Id": "build-17"}).headers["x-request-id"] == "build-17"
    made = reader.get("/healthz", headers={"X-Request-Id": "what\tis {this}"}).headers["x-request-id"]
    assert made.isalnum()


def test_two_authorisations_are_none(calling: Calling, parts: ServerParts) -> None:
    token, caller = issue(parts.tokens, AccessScope.READ), calling(parts)
    headers = [("Authorization", f"Bearer {token}"), ("Authorization", "Bearer other")]
    assert caller.request("GET", "/v1/services", headers=headers).status_code == 401


def test_metrics_need_a_token_unless_they_are_open(calling: Calling, ledger: SqlLedger, tmp_path: Path) -> None:
    assert calling(parts_on(ledger, tmp_path)).get("/metrics").status_code == 401
    answer = calling(parts_on(ledger, tmp_path, open_metrics=True)).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


def test_counts_calls_by_their_route_and_refusals_by_their_reason(reader: Caller) -> None:
    reader.get("/v1/services/payments")
    reader.get("/v1/services/shop")
    reader.get("/made/up")
    reader.get("/v1/tokens")
    told = reader.get("/metrics").text
    counted = 'setpoint_http_requests_total{method="GET",route="/v1/services/{name}",status="200"} 2.0'
    assert counted in told
    assert "made" not in told
    assert 'setpoint_refusals_total{reason="scope"} 1.0' in told


def test_the_reference_needs_nothing_from_elsewhere(call: Call) -> None:
    page = call().get("/docs")
    assert page.status_code == 200
    assert "POST /v1/gate" in page.text
    assert "<script" not in page.text
    assert "http" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_route_that_asks_nobody_is_not_served(parts: ServerParts, monkeypatch: pytest.MonkeyPatch) -> None:
    router = APIRouter()
    router.add_api_route("/leak", lambda: {"a": 1})
    monkeypatch.setattr(health, "router", router)
    with pytest.raises(TypeError, match="GET /leak does not say which scope it needs"):
        create_app(parts)


def test_who_verifies_the_audit_log_keeps_nobody_else_waiting(ledger: SqlLedger, tmp_path: Path) -> None:
    verified = threading.Event()

    class Long:
        def check_audit(self) -> AuditCheck:
            assert verified.wait(20)
            return AuditCheck(0, ())

    reading: Any = Long()
    parts = replace(parts_on(ledger, tmp_path), ledger=reading)
    headers = {"Authorization": f"Bearer {issue(parts.tokens, AccessScope.READ)}"}

    async def ask(url: str) -> list[int]:
        async with AsyncClient(base_url=url, headers=headers, timeout=20) as client:
            waiting = [asyncio.create_task(client.get("/v1/audit/verify")) for _ in range(2 * ANSWERING_THREADS)]
            try:
                async with asyncio.timeout(10):
                    while parts.metrics.registry.get_sample_value("setpoint_http_requests_in_flight") != len(waiting):
                        await asyncio.sleep(0.01)
                beats = await client.get("/v1/beats", timeout=5)
            finally:
                verified.set()
            return [beats.status_code, *(each.status_code for each in await asyncio.gather(*waiting))]

    with running(create_app(parts)) as url:
        assert set(asyncio.run(ask(url))) == {200}
