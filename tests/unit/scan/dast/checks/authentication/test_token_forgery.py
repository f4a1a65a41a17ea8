from __future__ import annotations

from collections.abc import Callable

import pytest

from setpoint.model.dast import Fault
from setpoint.scan.dast.checks.authentication.token_forgery import TokenForgery
from setpoint.scan.dast.interface import Check, Workbench

Found = Callable[[Check, Workbench], list[Fault]]


@pytest.mark.parametrize(
    ("flaw", "kind"),
    [
        ("any-token", "token-not-verified"),
        ("no-signature", "token-signature-not-verified"),
        ("optional-signature", "token-signature-not-verified"),
        ("alg-none", "token-algorithm-none"),
        ("own-key", "token-key-injection"),
        ("key-file", "token-key-injection"),
    ],
)
def test_forged_tokens_are_told(shop: Callable[..., Workbench], found: Found, flaw: str, kind: str) -> None:
    faults = found(TokenForgery(), shop(flaw, callers=1))
    assert {(each.kind, each.path) for each in faults} >= {(kind, "/me"), (kind, "/orders")}
    assert kind in {each.kind for each in faults}
    assert all(each.proof for each in faults)


def test_a_public_key_taken_for_a_secret_is_told(shop: Callable[..., Workbench], found: Found) -> None:
    faults = found(TokenForgery(), shop("confusion", algorithm="RS256"))
    assert {each.kind for each in faults} == {"token-algorithm-confusion"}


@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
def test_nothing_is_told_of_tokens_that_are_verified(
    shop: Callable[..., Workbench], found: Found, algorithm: str
) -> None:
    assert found(TokenForgery(), shop("soft-refusal", algorithm=algorithm)) == []


def test_a_session_that_is_not_signed_is_told(portal: Callable[..., Workbench], found: Found) -> None:
    assert {each.kind for each in found(TokenForgery(), portal("unsigned"))} == {"session-not-signed"}
    assert found(TokenForgery(), portal()) == []


def test_the_plan_sends_nothing(shop: Callable[..., Workbench]) -> None:
    bench = shop()
    planned = list(TokenForgery().plan(bench))
    assert [each.operation for each in planned] == ["GET /me", "GET /orders"]
    assert bench.sender.exchanges == []  # type: ignore[attr-defined]  # the tests' own sender
