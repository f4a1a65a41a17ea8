from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response, abort
from tests.unit.scan.dast.conftest import PlainSender

from setpoint.model.dast import KnownFrom, Operation, Surface
from setpoint.scan.dast.surface.siblings import (
    MOST_RESOURCES,
    is_sibling,
    siblings_to_try,
    with_siblings,
    without_absent,
)

Serve = Callable[[Any], str]
ORDERS = [{"id": 1, "item": "lamp"}]


def known(base: str, *paths: str) -> Surface:
    documented = frozenset({KnownFrom.DOCUMENT})
    return Surface(base, tuple(Operation("GET", each, known_from=documented) for each in paths))


def found(base: str, *paths: str) -> list[str]:
    surface = known(base, *paths)
    grown = with_siblings(surface, PlainSender(base), lambda _operation: "", lambda _line: None)
    return [each.path for each in grown.operations if is_sibling(each)]


@pytest.mark.parametrize(
    ("documented", "hidden"),
    [
        ("/orders/{id}", "/internal/orders"),
        ("/orders", "/orders/export"),
        ("/api/v1/orders", "/api/internal/orders"),
        ("/api/v1/orders", "/api/v1/admin/orders"),
        ("/users/v1", "/users/v1/_debug"),
        ("/orders", "/debug/users"),
    ],
)
def test_what_stands_beside_a_resource(serve: Serve, documented: str, hidden: str) -> None:
    app = Flask("api")
    app.add_url_rule(hidden, "hidden", lambda: ORDERS)
    assert found(serve(app), documented) == [hidden]


def test_what_asks_for_credentials_is_there(serve: Serve) -> None:
    app = Flask("api")
    app.add_url_rule("/admin/orders", "hidden", lambda: abort(403))
    assert found(serve(app), "/orders") == ["/admin/orders"]


@pytest.mark.parametrize("status", [200, 401, 403, 404, 422, 500])
def test_a_service_that_answers_every_name_alike(serve: Serve, status: int) -> None:
    app = Flask("api")

    @app.route("/<path:asked>")
    def any_name(asked: str) -> Response:
        content = json.dumps({"error": "no such thing", "asked": asked})
        return Response(content, status, content_type="application/json")

    assert not found(serve(app), "/orders/{id}", "/shops")


def test_a_word_that_is_taken_for_a_value_is_no_route(serve: Serve) -> None:
    app = Flask("api")

    @app.route("/accounts/<name>")
    def account(name: str) -> Response:
        content = json.dumps({"account": name, "rows": len(name) * ["-"]})
        return Response(content, 200 if name.isalpha() else 400, content_type="application/json")

    assert not found(serve(app), "/accounts/{name}")


def test_pages_are_no_data(serve: Serve) -> None:
    app = Flask("site")
    app.add_url_rule("/orders/all", "all", lambda: "<h1>All orders</h1>")
    assert not found(serve(app), "/orders")


def test_requests_are_bounded(serve: Serve) -> None:
    base = serve(Flask("api"))
    sender = PlainSender(base)
    with_siblings(known(base, *(f"/a/b/c{number}" for number in range(50))), sender, lambda _o: "", lambda _l: None)
    assert len(sender.exchanges) <= MOST_RESOURCES * 13 + 36


def test_nothing_is_sent_where_guesses_are_not_wanted(serve: Serve) -> None:
    base = serve(Flask("api"))
    sender = PlainSender(base)
    surface = known(base, "/orders")
    assert with_siblings(surface, sender, lambda _operation: "no", lambda _line: None) == surface
    assert not sender.exchanges


@pytest.mark.parametrize("hidden", ["/internal/customers", "/admin/stats", "/api/v1/debug/config"])
def test_usual_names_of_the_inside(serve: Serve, hidden: str) -> None:
    app = Flask("api")
    app.add_url_rule(hidden, "hidden", lambda: {"total": 3})
    assert found(serve(app), "/api/v1/films") == [hidden]


def test_requests_for_usual_names_do_not_grow() -> None:
    def tried(count: int) -> int:
        surface = known("http://x", *(f"/r{number}" for number in range(count)))
        return len(list(siblings_to_try(surface, lambda _operation: "")))

    assert tried(2) - tried(1) == tried(3) - tried(2) <= 13
    assert tried(MOST_RESOURCES) == tried(100)


def test_paths_of_a_document_without_operations_are_kept_where_they_are_there(serve: Serve) -> None:
    app = Flask("api")
    app.add_url_rule("/internal/customers", "a", lambda: [{"name": "Ann"}])
    app.add_url_rule("/internal/keys", "b", lambda: abort(401))
    base = serve(app)
    guess = frozenset({KnownFrom.GUESS})
    paths = ("/internal/customers", "/internal/keys", "/internal/gone")
    surface = Surface(
        base, (*known(base, "/a").operations, *(Operation("GET", each, known_from=guess) for each in paths))
    )
    left = without_absent(surface, PlainSender(base), lambda _operation: "")
    assert [each.path for each in left.operations] == ["/a", "/internal/customers", "/internal/keys"]
    refused = without_absent(surface, PlainSender(base), lambda _operation: "no guesses")
    assert [each.path for each in refused.operations] == ["/a"]
