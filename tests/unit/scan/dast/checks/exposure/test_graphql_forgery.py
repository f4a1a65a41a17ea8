"""Mutations that another site can make, where sessions are in cookies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.scan.dast.checks.exposure.graphql_shop import BY_COOKIE, BY_TOKEN, Shop

from setpoint.model.dast import Fault, Operation
from setpoint.scan.dast.checks.exposure.graphql_forgery import ForgedGraphQL

graphql = pytest.importorskip("graphql", reason="the target of this test is made with graphql-core")

Found = Callable[..., list[Fault]]


@pytest.mark.parametrize(
    ("faults", "accounts", "is_told"),
    [(["forms"], BY_COOKIE, True), (["forms"], BY_TOKEN, False), ([], BY_COOKIE, False)],
)
def test_what_a_form_can_send(found: Found, faults: list[str], accounts: Any, is_told: bool) -> None:
    told = found(ForgedGraphQL, Shop(graphql, *faults).app(), Operation("POST", "/graphql"), accounts=accounts)

    assert [(each.kind, each.cwe) for each in told] == [("graphql-cross-site-request-forgery", 352)] * is_told
