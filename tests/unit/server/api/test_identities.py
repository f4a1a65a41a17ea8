"""Identities by the API: who may see which, page by page; and the client reads what was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.serving import AT, Caller

from setpoint.model.access import AccessScope
from setpoint.model.identity import (
    AccountReading,
    Aspect,
    Granter,
    Permission,
    PermissionRow,
    PrincipalComparison,
    Verdict,
)
from setpoint.model.urn import GLOBAL, Urn
from setpoint.store.interface import ConcludedPrincipal, PrincipalKeys
from setpoint.store.ledger.ledger import SqlLedger

Call = Callable[..., Caller]
ACCOUNT = "123456789012"
READ = Permission(Aspect.MAY, ("s3:GetObject",), ("*",))


def principal(kind: str, name: str, service: str) -> ConcludedPrincipal:
    urn = Urn.aws("aws", ACCOUNT, GLOBAL, f"AWS::IAM::{kind}", name)
    row = PermissionRow(READ, Verdict.UNINTENDED, granted_by=(Granter("inline", 0),))
    arn = f"arn:aws:iam::{ACCOUNT}:{kind.lower()}/{name}"
    return ConcludedPrincipal(PrincipalComparison(urn, arn, service, "a.tf", rows=(row,)), PrincipalKeys("c", "j"))


@pytest.fixture(autouse=True)
def compared(ledger: SqlLedger) -> Iterator[None]:
    lease, writer = ledger.acquire("default", AT, ttl=60)
    several = [
        principal("Role", "ci", "payments"),
        principal("User", "ci", "shop"),
        principal("Role", "till", "shop"),
        principal("Role", "odd", ""),
    ]
    writer.record_principals(several, (), AT)
    writer.put_account_reading(AccountReading("aws", ACCOUNT, AT, ("a doubt",)), AT)
    yield
    ledger.release(lease)


def names(caller: Caller, **parameters: Any) -> list[str]:
    """Of all pages."""
    page = caller.get("/v1/identities", params={"limit": 2, **parameters}).json()
    found = list(page["items"])
    while page["next"]:
        page = caller.get(page["next"]).json()
        found += page["items"]
    return [each["principal"].rpartition(":")[2] for each in found]


def test_everybody_is_listed_page_by_page(call: Call) -> None:
    caller = call(AccessScope.READ)
    assert names(caller) == ["role/ci", "role/odd", "role/till", "user/ci"]
    assert names(caller, service="shop") == ["role/till", "user/ci"]


def test_a_bound_caller_sees_its_own_alone(call: Call) -> None:
    caller = call(AccessScope.READ, service="payments")
    assert names(caller) == ["role/ci"]
    assert caller.get("/v1/identities/one", params={"name": "ci"}).json()["service"] == "payments"
    for other in ("till", "odd", f"arn:aws:iam::{ACCOUNT}:user/ci", "nobody"):
        answer = caller.get("/v1/identities/one", params={"name": other})
        assert answer.status_code == 404
        assert "shop" not in answer.text


def test_a_name_that_several_have_is_refused_with_their_arns(call: Call) -> None:
    answer = call(AccessScope.READ).get("/v1/identities/one", params={"name": "ci"})
    assert answer.status_code == 422
    assert f"arn:aws:iam::{ACCOUNT}:user/ci" in answer.text


def test_without_a_record_of_calls_use_is_unknown(call: Call) -> None:
    (row,) = call(AccessScope.READ).get("/v1/identities/one", params={"name": "till"}).json()["permissions"]
    assert (row["verdict"], row["used"], row["use_unknown"]) == (
        "granted, not intended",
        [],
        "no record of calls is configured",
    )


def test_how_far_each_account_is_known_is_told(call: Call) -> None:
    (reading,) = call(AccessScope.READ, service="payments").get("/v1/identities/accounts").json()["accounts"]
    assert (reading["account"], reading["doubts"]) == (ACCOUNT, ["a doubt"])
