"""GraphQL arguments that reach a database or a shell, as they are or as values alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.unit.scan.dast.checks.exposure.graphql_shop import BY_TOKEN, Shop

from setpoint.model.dast import Fault, Operation
from setpoint.scan.dast.checks.injection.graphql_injection import GraphQLInjection

graphql = pytest.importorskip("graphql", reason="the target of this test is made with graphql-core")

Found = Callable[..., list[Fault]]
QUERIES = Operation("POST", "/graphql")


@pytest.mark.parametrize(
    ("fault", "kind", "cwe", "part"),
    [
        ("sql", "sql-injection", 89, "body:/products/named"),
        ("command", "command-injection", 78, "body:/ping/host"),
    ],
)
def test_an_argument_that_is_run(found: Found, fault: str, kind: str, cwe: int, part: str) -> None:
    (told,) = found(GraphQLInjection, Shop(graphql, fault).app(), QUERIES, accounts=BY_TOKEN)

    assert (told.kind, told.cwe, told.method, told.path, told.part) == (kind, cwe, "POST", "/graphql", part)
    assert all(each.sent.url.endswith("/graphql") for each in told.proof)


def test_bound_values_show_nothing(found: Found) -> None:
    shop = Shop(graphql)
    assert found(GraphQLInjection, shop.app(), QUERIES, accounts=BY_TOKEN) == []
