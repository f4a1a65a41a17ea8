"""What comes with a question to the gate: scans, emergencies, approvals; compressed, within bounds, from who may."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from httpx import Response
from tests.scanned import outside, ran_outside, scan, weakness
from tests.serving import Caller, FakeGate, parts_on

from setpoint.model.access import AccessScope
from setpoint.model.admitting import NOTHING, BreakGlassRequest, Bringing, BroughtError
from setpoint.model.decision import Decision
from setpoint.model.policy import Stage
from setpoint.model.service import Release
from setpoint.server.parts import ServerParts
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.wire.gate import GateRequest
from setpoint.wire.taken_scan import ScanRequest

Call = Callable[..., Caller]
Calling = Callable[..., Caller]
TOLD = scan(*(weakness(each) for each in range(1_000)))


class RememberingGate(FakeGate):
    """Keeps what releases bring."""

    brought: Bringing

    def decide(
        self,
        release: Release,
        stage: Stage,
        recorded: Callable[[Decision], None] = lambda _decision: None,
        *,
        bringing: Bringing = NOTHING,
    ) -> Decision:
        if bringing.break_glass is not None and bringing.break_glass.ticket == "bad":
            raise BroughtError("the ticket is bad", where="--break-glass")
        type(self).brought = bringing
        return super().decide(release, stage, recorded, bringing=bringing)


@pytest.fixture
def remembering(ledger: SqlLedger, tmp_path: Any) -> ServerParts:
    return parts_on(ledger, tmp_path, gatekeeper=RememberingGate)


def _question(bringing: Bringing) -> bytes:
    return GateRequest.of(Release("shop", "1"), Stage.DEPLOY, None, bringing).model_dump_json().encode()


def _post(caller: Caller, body: bytes, encoding: str = "") -> Response:
    headers = {"Content-Type": "application/json"} | ({"Content-Encoding": encoding} if encoding else {})
    return caller.request("POST", "/v1/gate", content=body, headers=headers)


def test_a_scan_arrives_as_it_was_told(calling: Calling, remembering: ServerParts) -> None:
    caller = calling(remembering, AccessScope.GATE)
    answer = _post(caller, gzip.compress(_question(Bringing(TOLD, 5.0))), "gzip")
    assert answer.status_code == 200
    assert RememberingGate.brought == Bringing(TOLD, 5.0)


@pytest.mark.parametrize(
    ("body", "encoding", "status", "told"),
    [
        (gzip.compress(b" " * (17 * 2**20)), "gzip", 413, "inflates to more than 16,777,216 bytes"),
        (gzip.compress(_question(Bringing()))[:-9], "gzip", 400, "not whole as gzip"),
        (gzip.compress(_question(Bringing())) + b"more", "gzip", 400, "not whole as gzip"),
        (b"diary", "gzip", 400, "this is not gzip"),
        (b"{}", "br", 415, "encoded as br"),
    ],
    ids=["too large", "cut", "with a tail", "no gzip", "another encoding"],
)
def test_what_is_not_packed_as_it_should_be_is_refused(
    call: Call, body: bytes, encoding: str, status: int, told: str
) -> None:
    answer = _post(call(AccessScope.GATE), body, encoding)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True)


def test_an_emergency_is_for_those_who_may_operate(calling: Calling, remembering: ServerParts) -> None:
    question = _question(Bringing(break_glass=BreakGlassRequest("INC-1", "down")))
    assert _post(calling(remembering, AccessScope.GATE), question).status_code == 403


def test_who_may_operate_says_so_and_why(calling: Calling, remembering: ServerParts) -> None:
    operator = calling(remembering, AccessScope.OPERATE)
    wanted = BreakGlassRequest("INC-1", "down")
    assert _post(operator, _question(Bringing(break_glass=wanted))).status_code == 200
    assert RememberingGate.brought.break_glass == wanted
    refused = _post(operator, _question(Bringing(break_glass=BreakGlassRequest("bad", "x"))))
    assert (refused.status_code, refused.json()["what"]) == (422, "the ticket is bad")


def test_an_approval_is_given_once(call: Call) -> None:
    operator, asked = call(AccessScope.OPERATE), {"service": "shop", "version": "1", "reason": "looked at it"}
    first, again = (operator.post("/v1/gate/approvals", asked, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, first.json()["actor"], first.json()["reason"]) == (200, "token:t0", "looked at it")
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    for change in ({"reason": " "}, {"service": ""}, {"version": " "}, {"share": 5}):
        assert operator.post("/v1/gate/approvals", asked | change).status_code == 422
    assert operator.post("/v1/gate/approvals", asked | {"service": "nobody"}).status_code == 404


def test_a_scan_of_what_runs_comes_without_a_question_and_is_taken_once(call: Call) -> None:
    told = ScanRequest.of("shop", "1", scan(outside(), runs=(ran_outside(),))).model_dump(mode="json")
    gate = call(AccessScope.GATE)
    first, again = (gate.post("/v1/scans", told, headers={"Idempotency-Key": "s"}) for _ in range(2))
    assert (first.status_code, first.json()["opened"]) == (200, [outside().fingerprint])
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert gate.post("/v1/scans", told | {"service": "nobody"}).status_code == 404
    assert call(AccessScope.READ).post("/v1/scans", told).status_code == 403


@pytest.mark.parametrize(
    ("scopes", "service", "status"),
    [((AccessScope.GATE,), None, 403), ((AccessScope.OPERATE,), "till", 403), ((AccessScope.OPERATE,), "shop", 200)],
)
def test_an_approval_is_for_those_who_may(
    call: Call, scopes: tuple[AccessScope, ...], service: str | None, status: int
) -> None:
    asked = {"service": "shop", "version": "1", "reason": "looked at it"}
    assert call(*scopes, service=service).post("/v1/gate/approvals", asked).status_code == status


def test_a_snippet_is_no_part_of_a_scan(call: Call) -> None:
    question = orjson.loads(_question(Bringing(scan(weakness()))))
    question["scan"]["weaknesses"][0]["snippet"] = "password = 1"
    answer = _post(call(AccessScope.GATE), orjson.dumps(question))
    assert answer.status_code == 422
    assert "there is no such field" in answer.json()["what"]
