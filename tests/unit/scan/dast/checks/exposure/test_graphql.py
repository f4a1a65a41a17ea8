"""GraphQL by its reference library, as open as it is and as closed as it should be."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, jsonify, request

from setpoint.model.dast import Fault, Operation
from setpoint.scan.dast.checks.exposure.graphql import OpenGraphQL

graphql = pytest.importorskip("graphql", reason="the target of this test is made with graphql-core")

SCHEMA = """
type Query { me: Person!  person(id: ID!): Person  orders(first: Int): [Order!]! }
type Person { id: ID!  name: String  boss: Person  orders: [Order!]! }
type Order { id: ID!  owner: Person }
"""

BY_ID = """
type Query { person(id: ID!, full: Boolean!): Person }
type Person { id: ID!  boss: Person }
"""

FLAT = "type Query { news: [Story!]! }  type Story { id: ID!  title: String }"


def depth(node: Any) -> int:
    below = [depth(each) for each in node.selection_set.selections] if getattr(node, "selection_set", None) else [0]
    return 1 + max(below)


def service(
    path: str = "/graphql",
    *,
    schema: str = SCHEMA,
    introspection: bool = True,
    deepest: int = 0,
    session: bool = False,
    known: str = "1",
) -> Flask:
    app = Flask("graphql")
    built = graphql.build_schema(schema)
    alice: dict[str, Any] = {"id": 1, "name": "alice", "orders": [{"id": 1}]}
    alice |= {"boss": alice}
    alice["orders"][0]["owner"] = alice
    rules = [*graphql.specified_rules, *([] if introspection else [graphql.NoSchemaIntrospectionCustomRule])]

    def person(_info: Any, **asked: Any) -> Any:
        return alice if asked["id"] == known else None

    @app.post(path)
    def query() -> Any:
        if session and "session" not in request.cookies:
            return jsonify(error="log in"), 401
        if not isinstance(request.json, dict):
            return jsonify(errors=[{"message": "one query at a time"}]), 400
        document = graphql.parse(request.json["query"])
        errors = graphql.validate(built, document, rules)
        if deepest and depth(document.definitions[0]) > deepest:
            errors.append(graphql.GraphQLError("too deep"))
        if errors:
            return jsonify(errors=[{"message": each.message} for each in errors]), 400
        result = graphql.execute(built, document, {"me": alice, "person": person, "orders": [], "news": []})
        return jsonify(result.formatted)

    @app.post("/query")
    def other() -> Any:
        return jsonify(data={"rows": []})

    return app


def kinds(faults: list[Fault]) -> list[tuple[str, int, str]]:
    return [(fault.kind, fault.cwe, fault.path) for fault in faults]


def test_all_open(found: Any) -> None:
    faults = found(OpenGraphQL, service("/v1/graphql"), Operation("POST", "/v1/graphql"))
    assert kinds(faults) == [
        ("graphql-introspection", 200, "/v1/graphql"),
        ("graphql-unlimited-depth", 770, "/v1/graphql"),
    ]
    assert "50 aliases" in faults[1].difference
    assert "10 queries" not in faults[1].difference


def test_where_nobody_told_of_it(found: Any) -> None:
    faults = found(OpenGraphQL, service("/api/graphql"), Operation("GET", "/"))
    assert {fault.path for fault in faults} == {"/api/graphql"}


def test_as_an_account(found: Any, by_cookie: Any) -> None:
    faults = found(OpenGraphQL, service(session=True), accounts=by_cookie)
    assert {fault.caller for fault in faults} == {"alice"}


@pytest.mark.parametrize("deepest", [5, 12, 19])
def test_a_bound_on_depth(found: Any, deepest: int) -> None:
    assert [fault.kind for fault in found(OpenGraphQL, service(deepest=deepest + 1))] == ["graphql-introspection"]


def test_what_is_looked_up_by_an_id(found: Any) -> None:
    told = [fault.kind for fault in found(OpenGraphQL, service(schema=BY_ID))]
    assert told == ["graphql-introspection", "graphql-unlimited-depth"]
    for closed in (service(schema=BY_ID, deepest=11), service(schema=BY_ID, known="7")):
        assert [fault.kind for fault in found(OpenGraphQL, closed)] == ["graphql-introspection"]


def test_nothing_to_go_around_in(found: Any) -> None:
    assert [fault.kind for fault in found(OpenGraphQL, service(schema=FLAT))] == ["graphql-introspection"]


def test_closed(found: Any) -> None:
    assert not found(OpenGraphQL, service(introspection=False))
    assert not found(OpenGraphQL, Flask("none"))
