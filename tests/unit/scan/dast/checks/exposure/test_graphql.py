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
    suggestions: bool = True,
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
        try:
            document = graphql.parse(request.json["query"])
        except graphql.GraphQLSyntaxError as error:
            return jsonify(errors=[{"message": error.message}]), 400
        errors = graphql.validate(built, document, rules)
        if deepest and depth(document.definitions[0]) > deepest:
            errors.append(graphql.GraphQLError("too deep"))
        if errors:
            told = [each.message if suggestions else each.message.partition(" Did you")[0] for each in errors]
            return jsonify(errors=[{"message": each, "locations": []} for each in told]), 400
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
    assert not found(OpenGraphQL, service(introspection=False, suggestions=False))
    assert not found(OpenGraphQL, Flask("none"))


def test_names_that_are_told_where_the_schema_is_kept_back(found: Any) -> None:
    assert kinds(found(OpenGraphQL, service(introspection=False))) == [("graphql-field-suggestions", 200, "/graphql")]


def naively_closed() -> Flask:
    """Refuses what looks like the usual introspection."""
    app, inner = Flask("naive"), service(schema=FLAT).test_client()

    @app.post("/graphql")
    def query() -> Any:
        if "__schema{" in request.json["query"].replace(" ", ""):
            return jsonify(errors=[{"message": "no introspection", "locations": []}]), 400
        answer = inner.post("/graphql", json=request.json)
        return answer.data, answer.status_code, {"content-type": "application/json"}

    return app


def test_an_introspection_in_other_letters(found: Any) -> None:
    (fault,) = found(OpenGraphQL, naively_closed())
    assert fault.kind == "graphql-introspection"
    assert "with white space" in fault.difference


def test_a_schema_that_is_told_type_by_type(found: Any) -> None:
    app, inner = Flask("by types"), service().test_client()

    @app.post("/graphql")
    def query() -> Any:
        if "__schema" in str(request.json):
            return jsonify(errors=[{"message": "no introspection", "locations": []}]), 400
        answer = inner.post("/graphql", json=request.json)
        return answer.data, answer.status_code, {"content-type": "application/json"}

    faults = found(OpenGraphQL, app)
    assert [fault.kind for fault in faults] == ["graphql-introspection", "graphql-unlimited-depth"]
    assert "by __type" in faults[0].difference


GROWING = """
type Query { posts(first: Int): [Post!]! }
type Post { id: ID!  author: Person! }
type Person { id: ID!  posts: [Post!]! }
"""


def growing(*, posts: int, deepest: int = 0) -> tuple[Flask, list[int]]:
    """Where each level multiplies what is answered; and the size of each answer."""
    app, sizes, built = Flask("growing"), list[int](), graphql.build_schema(GROWING)
    author: dict[str, Any] = {"id": 1}
    author["posts"] = [{"id": each, "author": author} for each in range(posts)]

    def some(_info: Any, first: int = 100) -> Any:
        return author["posts"][:first]

    @app.post("/graphql")
    def query() -> Any:
        if not isinstance(request.json, dict):
            return jsonify(errors=[{"message": "one query at a time"}]), 400
        document = graphql.parse(request.json["query"])
        if deepest and depth(document.definitions[0]) > deepest:
            return jsonify(errors=[{"message": "too deep"}]), 400
        answer = jsonify(graphql.graphql_sync(built, request.json["query"], {"posts": some}).formatted)
        sizes.append(len(answer.data))
        return answer

    return app, sizes


@pytest.mark.parametrize("posts", [2, 40])
def test_answers_that_grow_are_not_asked_for(found: Any, posts: int) -> None:
    app, sizes = growing(posts=posts)
    assert "graphql-unlimited-depth" in {fault.kind for fault in found(OpenGraphQL, app)}
    assert max(sizes) < 200_000
    assert "graphql-unlimited-depth" not in {
        fault.kind for fault in found(OpenGraphQL, growing(posts=posts, deepest=12)[0])
    }


CONSOLE = "<html><title>GraphiQL</title><script src=/graphiql.js></script></html>"


@pytest.mark.parametrize(("page", "is_told"), [(CONSOLE, True), ("<html>Not here, but see our graphs</html>", False)])
def test_a_page_for_developers(found: Any, page: str, is_told: bool) -> None:
    app = service(introspection=False, suggestions=False)
    app.add_url_rule("/graphiql", "console", lambda: page)
    assert kinds(found(OpenGraphQL, app)) == ([("graphql-console", 489, "/graphiql")] if is_told else [])


def logins(*, batches: bool = False, most: int = 0) -> Flask:
    """A login that tries each alias; `most`: how many it lets one request try."""
    app = Flask("logins")
    built = graphql.build_schema(
        "type Query { a: Int } type Mutation { login(name: String!, password: String!): String }"
    )

    def answer(given: Any) -> Any:
        tried: list[str] = []

        def login(_info: Any, name: str, password: str) -> Any:
            tried.append(name + password)
            late = most and len(tried) > most
            raise graphql.GraphQLError("too many attempts" if late else "wrong name or password")

        return graphql.graphql_sync(
            built, given["query"], {"login": login}, variable_values=given.get("variables")
        ).formatted

    @app.post("/graphql")
    def query() -> Any:
        if isinstance(request.json, list) and not batches:
            return jsonify(errors=[{"message": "one query at a time"}]), 400
        many = request.json if isinstance(request.json, list) else [request.json]
        answers = [answer(each) for each in many]
        return jsonify(answers if isinstance(request.json, list) else answers[0])

    return app


@pytest.mark.parametrize(
    ("app", "told"),
    [
        (lambda: logins(batches=True, most=3), {"graphql-introspection", "graphql-batching"}),
        (logins, {"graphql-introspection", "graphql-unlimited-logins"}),
        (lambda: logins(most=3), {"graphql-introspection"}),
    ],
)
def test_many_queries_and_many_logins_in_one_request(found: Any, app: Any, told: set[str]) -> None:
    assert {fault.kind for fault in found(OpenGraphQL, app())} == told


def test_errors_with_a_trace(found: Any) -> None:
    app = Flask("debugging")

    @app.post("/graphql")
    def query() -> Any:
        if request.json["query"] == "{__typename}":
            return jsonify(data={"__typename": "Query"})
        trace = ["Error: no", "    at Parser.parse (/srv/app/node_modules/graphql/parser.js:12:3)"]
        return jsonify(errors=[{"message": "no", "extensions": {"exception": {"stacktrace": trace}}}]), 400

    assert kinds(found(OpenGraphQL, app)) == [("graphql-debug-errors", 209, "/graphql")]
