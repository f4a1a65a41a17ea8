"""What people do through the API: orders, waivers, gates; once, and only to what they saw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.serving import AT, Caller, bucket, conclusion

from setpoint.model.access import AccessScope
from setpoint.model.order import OrderKind
from setpoint.model.remediation import RemediationState
from setpoint.store.ledger.ledger import SqlLedger

Call = Callable[..., Caller]
REASON = {"reason": "looked at it"}
KEY = {"Idempotency-Key": "one"}


def waiver_request(**fields: Any) -> dict[str, Any]:
    until = (datetime.now(UTC) + timedelta(days=10)).isoformat()
    return {"urn": "*-logs", "reason": "known", "owner": "me", "expires_at": until} | fields


def test_an_approval_is_written_down_with_who_gave_it(operator: Caller, ledger: SqlLedger) -> None:
    answer = operator.post("/v1/remediations/1/approve", REASON)
    assert answer.status_code == 202
    (order,) = ledger.open_orders()
    assert (order.kind, order.remediation, order.actor, order.reason) == (
        OrderKind.APPROVE,
        1,
        "token:t0",
        "looked at it",
    )
    assert operator.get("/v1/orders").json()["open"][0]["id"] == order.id


@pytest.mark.parametrize("what", ["approve", "reject"])
def test_an_order_waits_only_once(operator: Caller, ledger: SqlLedger, what: str) -> None:
    assert operator.post(f"/v1/remediations/1/{what}", REASON).status_code == 202
    assert operator.post("/v1/remediations/1/approve", REASON).status_code == 409
    assert len(ledger.open_orders()) == 1


def test_what_is_not_verified_is_not_undone(operator: Caller) -> None:
    answer = operator.post("/v1/remediations/1/undo", REASON)
    assert answer.status_code == 409
    assert answer.json()["remedy"] == "only one that is verified can be given this order"


def test_a_bound_operator_orders_about_its_own(call: Call, ledger: SqlLedger) -> None:
    bound = call(AccessScope.OPERATE, service="shop")
    assert bound.post("/v1/remediations/1/approve", REASON).status_code == 404
    assert bound.post("/v1/remediations/2/approve", REASON).status_code == 202
    assert bound.post("/v1/orders/pause", REASON).status_code == 403
    assert [each.remediation for each in ledger.open_orders()] == [2]


def test_what_went_to_another_service_is_no_more_ones_own(call: Call, ledger: SqlLedger) -> None:
    bound, anybody = call(AccessScope.OPERATE, service="shop"), call(AccessScope.OPERATE)
    ledger.acquire("default", AT, ttl=60)[1].record([conclusion("shop-data", "payments")], AT)
    refused = bound.post("/v1/remediations/2/approve", REASON)
    assert (refused.status_code, ledger.open_orders()) == (409, [])
    assert "payments" not in refused.text
    assert anybody.post("/v1/remediations/2/approve", REASON).status_code == 202


def test_a_repeated_order_is_given_once(operator: Caller, ledger: SqlLedger) -> None:
    first = operator.post("/v1/remediations/1/approve", REASON, headers=KEY)
    again = operator.post("/v1/remediations/1/approve", REASON, headers=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert len(ledger.open_orders()) == 1


def test_a_key_is_for_one_call(operator: Caller, ledger: SqlLedger) -> None:
    operator.post("/v1/remediations/1/approve", REASON, headers=KEY)
    for path, body in (
        ("/v1/remediations/1/approve", {"reason": "another"}),
        ("/v1/remediations/2/approve", REASON),
    ):
        answer = operator.post(path, body, headers=KEY)
        assert (answer.status_code, answer.json()["where"]) == (422, "Idempotency-Key")
    assert len(ledger.open_orders()) == 1


def test_a_key_is_its_callers_own(call: Call, ledger: SqlLedger) -> None:
    for caller, number in ((call(AccessScope.OPERATE), 1), (call(AccessScope.OPERATE), 2)):
        assert caller.post(f"/v1/remediations/{number}/approve", REASON, headers=KEY).status_code == 202
    assert len(ledger.open_orders()) == 2


def test_what_was_refused_may_be_tried_again_under_its_key(operator: Caller) -> None:
    assert operator.post("/v1/orders/resume", REASON, headers=KEY).status_code == 409
    operator.post("/v1/orders/pause", REASON)
    assert operator.post("/v1/orders/resume", REASON, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "with space", "ümlaut".encode(), "x" * 129])
def test_a_key_that_is_none(operator: Caller, key: Any) -> None:
    answer = operator.post("/v1/orders/pause", REASON, headers={"Idempotency-Key": key})
    assert answer.status_code == 422


def test_an_order_is_about_what_was_seen(operator: Caller, ledger: SqlLedger) -> None:
    seen = operator.get("/v1/remediations/1").headers["etag"]
    _, writer = ledger.acquire("default", datetime.now(UTC), ttl=60)
    (remediation,) = ledger.remediations(urn=bucket("payments-data"))
    writer.advance(remediation, RemediationState.ESCALATED, "nobody approved it", datetime.now(UTC))
    answer = operator.post("/v1/remediations/1/approve", REASON, headers={"If-Match": seen})
    assert answer.status_code == 412
    assert not ledger.open_orders()


def test_an_order_about_what_is_still_so(operator: Caller) -> None:
    seen = operator.get("/v1/remediations/1").headers["etag"]
    answer = operator.post("/v1/remediations/1/approve", REASON, headers={"If-Match": seen})
    assert answer.status_code == 202


def test_pausing_and_resuming(operator: Caller, ledger: SqlLedger) -> None:
    assert operator.post("/v1/orders/pause", REASON).status_code == 201
    assert operator.get("/v1/orders").json()["pause"]["actor"] == "token:t0"
    assert operator.post("/v1/orders/resume", REASON).status_code == 201
    assert ledger.pause_in_force() is None


def test_a_waiver_from_its_beginning_to_its_end(operator: Caller, ledger: SqlLedger) -> None:
    added = operator.post("/v1/waivers", waiver_request())
    assert added.status_code == 201
    identity = added.json()["id"]
    shown = operator.get(f"/v1/waivers/{identity}")
    assert shown.json() == added.json()
    stale = operator.delete(f"/v1/waivers/{identity}", headers={"If-Match": '"another"'})
    assert stale.status_code == 412
    ended = operator.delete(f"/v1/waivers/{identity}", headers={"If-Match": shown.headers["etag"]})
    assert ended.status_code == 200
    assert operator.delete(f"/v1/waivers/{identity}").status_code == 409
    assert identity not in {each["id"] for each in operator.all_items("/v1/waivers")}
    assert identity in {each["id"] for each in operator.all_items("/v1/waivers?include_expired=true&limit=1")}
    assert ledger.waivers()[-1].actor == "token:t0"


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_waiver_that_does_not_fit_the_time(operator: Caller, ledger: SqlLedger, days: int) -> None:
    until = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    assert operator.post("/v1/waivers", waiver_request(expires_at=until)).status_code == 409
    assert len(ledger.waivers()) == 1


def test_the_gate_decides_on_behalf_of_who_asks(call: Call) -> None:
    caller = call(AccessScope.GATE)
    answer = caller.post("/v1/gate", {"service": "shop", "version": "2.0", "stage": "build"}, headers=KEY)
    assert answer.status_code == 200
    told = answer.json()["decision"]
    assert (told["subject"], told["stage"], told["verdict"]) == ("release:shop@2.0", "build", "refuse")
    again = caller.post("/v1/gate", {"service": "shop", "version": "2.0", "stage": "build"}, headers=KEY)
    assert (again.content, again.headers["idempotency-replayed"]) == (answer.content, "true")
    assert caller.post("/v1/gate", {"service": "shop", "version": "2.1"}, headers=KEY).status_code == 422
    assert caller.post("/v1/gate", {"service": "nobody", "version": "1"}).status_code == 404


def test_the_gate_supposes(call: Call) -> None:
    asked = {"service": "shop", "version": "2.0", "what_if": {"without": ["encryption/bucket"], "later": 60}}
    answer = call(AccessScope.GATE).post("/v1/gate", asked).json()
    assert answer["as_it_is"]["verdict"] == "refuse"
    unknown = asked | {"what_if": {"without": ["no/such"]}}
    assert call(AccessScope.GATE).post("/v1/gate", unknown).status_code == 404


def test_a_bound_gate_is_for_its_own_service(call: Call) -> None:
    caller = call(AccessScope.GATE, service="shop")
    assert caller.post("/v1/gate", {"service": "payments", "version": "1"}).status_code == 403
    assert caller.post("/v1/gate", {"service": "shop", "version": "1"}).status_code == 200
