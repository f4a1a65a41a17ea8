"""Who reads and writes what through GraphQL, on a shop made with the reference library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, abort, jsonify, request
from tests.unit.scan.dast.checks.exposure.graphql_shop import BY_COOKIE, BY_TOKEN, Shop

from setpoint.model.dast import Fault, Operation
from setpoint.scan.dast.checks.exposure.graphql_access import GraphQLAccess

graphql = pytest.importorskip("graphql", reason="the target of this test is made with graphql-core")

Found = Callable[..., list[Fault]]
QUERIES = Operation("POST", "/graphql")


@pytest.mark.parametrize("accounts", [BY_COOKIE, BY_TOKEN])
@pytest.mark.parametrize(
    ("fault", "kind", "part"),
    [
        ("reads", "object-level-authorisation", "body:/order/id"),
        ("writes", "object-level-authorisation", "body:/updateOrder/id"),
        ("lists", "missing-authentication", "body:/customers"),
        ("hashes", "excessive-data-exposure", "body:/customers/*/passwordHash"),
    ],
)
def test_a_fault_is_told_of_the_field_that_has_it(
    found: Found, accounts: Any, fault: str, kind: str, part: str
) -> None:
    shop = Shop(graphql, fault)
    told = found(GraphQLAccess, shop.app(), QUERIES, accounts=accounts)

    assert [(each.kind, each.method, each.path, each.part) for each in told] == [(kind, "POST", "/graphql", part)]
    assert all(each.sent.url.endswith("/graphql") and each.sent.method == "POST" for each in told[0].proof)
    assert all(each.answer is not None and b'"data"' in each.answer.body for each in told[0].proof)


def test_a_sound_shop_and_what_is_never_sent(found: Found) -> None:
    shop = Shop(graphql)

    assert found(GraphQLAccess, shop.app(), QUERIES, accounts=BY_TOKEN) == []
    assert not shop.was_reset
    assert {each["owner"]["name"] for each in shop.orders.values()} == {"alice", "bob"}


def test_what_is_made_and_stays_is_told_by_the_mutation(serve: Any, workbench: Any) -> None:
    shop, left = Shop(graphql), list[Callable[[], Any]]()
    bench = replace(workbench(serve(shop.app()), QUERIES, accounts=BY_TOKEN), leaves_behind=left.append)
    list(GraphQLAccess().run(bench))

    told = " ".join(line for each in left for line in each())
    assert "mutation createOrder of POST /graphql" in told
    assert "~fields" not in told


LOOKED_UP = """
type Query { order(id: Int!): Order  product(id: Int!): Product }
type Order { id: Int!  note: String  total: Float }
type Product { id: Int!  name: String  maker: String }
"""


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("reads", "object-level-authorisation"), ("open", "missing-authentication"), ("sound", "")],
)
def test_an_order_that_only_a_list_elsewhere_knows(found: Found, fault: str, kind: str) -> None:
    schema, app = graphql.build_schema(LOOKED_UP), Flask("shop")
    kept = {
        71: {"id": 71, "owner": "alice", "note": "ring at the back", "total": 41.5, "product_id": 5},
        72: {"id": 72, "owner": "bob", "note": "leave it at the gate", "total": 18.2, "product_id": 6},
    }

    def caller() -> str:
        return request.headers.get("authorization", "").removeprefix("Bearer ")

    @app.get("/orders")
    def orders() -> Any:
        if not caller():
            abort(401)
        return jsonify([each for each in kept.values() if each["owner"] == caller()])

    def order(_info: Any, **given: int) -> Any:
        order = kept.get(given["id"])
        is_shown = order and (order["owner"] == caller() or fault == "open" or (fault == "reads" and caller()))
        return order if is_shown else None

    def product(_info: Any, **given: int) -> Any:
        return {"id": given["id"], "name": f"kettle {given['id']}", "maker": f"maker {given['id']}"}

    @app.post("/graphql")
    def answered() -> Any:
        given = request.get_json()
        root = {"order": order, "product": product}
        result = graphql.graphql_sync(schema, given.get("query", ""), root, variable_values=given.get("variables"))
        return jsonify(result.formatted)

    told = found(GraphQLAccess, app, QUERIES, Operation("GET", "/orders"), accounts=BY_TOKEN)
    parts = {"reads": "body:/order/id", "open": "body:/order"}
    assert [(each.kind, each.path, each.part) for each in told] == ([(kind, "/graphql", parts[fault])] if kind else [])
