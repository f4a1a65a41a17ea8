from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender

from setpoint.model.dast import Answer
from setpoint.scan.dast.surface.crawl import crawl
from setpoint.scan.dast.surface.scripts import Call, calls_in
from setpoint.scan.dast.surface.source_maps import MAX_MAPS, map_of, sources_in

OWN = 'fetch("/api/staff"); fetch("/api/gone"); fetch(`/api/staff/${id}/notes`); post("/api/staff", {name})'
MAP = {"version": 3, "sources": ["src/a.js", "../node_modules/x/b.js"], "sourcesContent": [OWN, 'fetch("/library")']}


def script(text: str, **headers: str) -> Answer:
    return Answer(200, (("content-type", "text/javascript"), *headers.items()), text.encode())


def answered(document: Any) -> Answer:
    return Answer(200, (), json.dumps(document).encode())


def site(scripts: int = 1) -> Flask:
    app = Flask("site")
    tags = "".join(f'<script src="/app{number}.js"></script>' for number in range(scripts))
    app.add_url_rule("/", "home", lambda: f"<h1>Shop</h1>{tags}")
    app.add_url_rule("/api/staff", "staff", lambda: "<h1>Staff</h1>")

    @app.route("/app<int:number>.js")
    def bundle(number: int) -> Response:
        return Response(f"a()\n//# sourceMappingURL=app{number}.js.map\n", content_type="text/javascript")

    app.add_url_rule("/app<int:number>.js.map", "map", lambda number: {**MAP, "file": f"app{number}.js"})
    return app


def test_addresses_in_the_sources_of_a_script(serve: Callable[[Any], str]) -> None:
    base = serve(site())
    surface = crawl(base, PlainSender(base), HeaderAccounts(), lambda _operation: "", lambda _line: None)
    assert {each.key for each in surface.operations} == {
        "GET /", "GET /api/staff", "GET /api/staff/{id}/notes", "POST /api/staff",
    }  # fmt: skip


def test_maps_are_bounded(serve: Callable[[Any], str]) -> None:
    base = serve(site(MAX_MAPS + 5))
    sender = PlainSender(base)
    crawl(base, sender, HeaderAccounts(), lambda _operation: "", lambda _line: None)
    assert sum(each.sent.url.endswith(".map") for each in sender.exchanges) == MAX_MAPS


@pytest.mark.parametrize(
    ("answer", "address"),
    [
        (script("a()\n//# sourceMappingURL=a.js.map"), "a.js.map"),
        (script("a()\n/*# sourceMappingURL=/maps/a.map */"), "/maps/a.map"),
        (script("a()", sourcemap="/m"), "/m"),
        (script("a()\n//# sourceMappingURL=data:application/json;base64,e30="), ""),
        (script('say("sourceMappingURL=a.map")'), ""),
    ],
)
def test_where_a_map_is(answer: Answer, address: str) -> None:
    assert map_of(answer) == address


@pytest.mark.parametrize("document", [{}, [], {"sourcesContent": "x"}, {"sourcesContent": [None, 3]}, 7])
def test_what_is_no_map(document: Any) -> None:
    assert list(sources_in(answered(document))) == []


def test_bases_of_addresses_that_are_known_and_that_are_not() -> None:
    text = """
        const base = window.location.origin + "/api"; const other = `${location.origin}/v2`;
        fetch(`${base}/orders/${id}`); fetch(other + "/films"); fetch(`${config.url}/lamps/${lamp.id}`);
        get("/api/" + name);
    """
    assert list(calls_in(text)) == [
        Call("GET", "/api/orders/{id}"),
        Call("GET", "/v2/films"),
        Call("GET", "/lamps/{id}"),
        Call("GET", "/api/{id}"),
    ]
