from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, redirect
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender

from setpoint.model.dast import KnownFrom, Operation, Surface
from setpoint.scan.dast.surface.discovery import discovered, with_pages
from setpoint.scan.dast.surface.lookup import find_documents, with_others

Serve = Callable[[Any], str]


def document(*paths: str) -> dict[str, Any]:
    ok = {"get": {"responses": {"200": {"description": "ok"}}}}
    return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": dict.fromkeys(paths, ok)}


def api(**documents: Any) -> Flask:
    app = Flask("api")
    for name, told in documents.items():
        app.add_url_rule("/" + name.replace("__", "/").replace("_", "."), name, lambda told=told: told)
    return app


def allowed(_operation: Operation) -> str:
    return ""


def quiet(_line: str) -> None:
    """Nobody waits."""


def test_a_document_at_a_usual_address_is_found(serve: Serve) -> None:
    base = serve(api(api__openapi_json=document("/a")))
    found = find_documents(base, PlainSender(base), allowed, quiet)
    assert found is not None
    assert [each.key for each in found.operations] == ["GET /a"]
    assert any("api/openapi.json" in each for each in found.remarks)


def test_a_page_that_answers_everything_is_no_document(serve: Serve) -> None:
    app = Flask("spa")
    app.add_url_rule("/<path:asked>", "any", lambda asked: f"<html><div id=app>{asked}</div></html>")
    base = serve(app)
    assert find_documents(base, PlainSender(base), allowed, quiet) is None


def test_addresses_are_guessed_only_where_guesses_may_be_sent(serve: Serve) -> None:
    base = serve(api(openapi_json=document("/a")))
    sender = PlainSender(base)
    assert (
        find_documents(base, sender, lambda each: "a guess" if KnownFrom.GUESS in each.known_from else "", quiet)
        is None
    )
    assert sender.exchanges == []


def test_another_document_that_robots_mention_is_read_as_a_guess(serve: Serve) -> None:
    robots = Response("User-agent: *\nDisallow: /private/openapi-internal.json\nDisallow: /x")
    app = api(private__openapi_json=document("/a", "/jobs"))
    app.add_url_rule("/robots.txt", "robots", lambda: robots)
    app.add_url_rule("/private/openapi-internal.json", "internal", lambda: document("/a", "/jobs"))
    base = serve(app)
    known = Surface(base, (Operation("GET", "/a", known_from=frozenset({KnownFrom.DOCUMENT})),))
    found = with_others(known, PlainSender(base), allowed, quiet)
    assert {each.key: each.known_from for each in found.operations} == {
        "GET /a": {KnownFrom.DOCUMENT}, "GET /jobs": {KnownFrom.GUESS},
    }  # fmt: skip


def test_a_site_with_a_document_is_both_read_and_crawled(serve: Serve) -> None:
    app = api(openapi_json=document("/api/a"))
    app.add_url_rule("/", "home", lambda: '<html><a href="/help?topic=x">help</a></html>')
    app.add_url_rule("/help", "help", lambda: "<p>help</p>")
    base = serve(app)
    found = discovered(base, PlainSender(base), HeaderAccounts(), allowed, quiet)
    assert {each.key for each in found.operations} == {"GET /api/a", "GET /", "GET /help"}


def test_a_document_that_a_page_names_is_found_though_the_page_has_moved(serve: Serve) -> None:
    app = api(static__openapi_json=document("/a"))
    app.add_url_rule("/api/docs", "moved", lambda: redirect("/api/docs/", 308))
    app.add_url_rule("/api/docs/", "docs", lambda: "<script>ui({url: '/static/openapi.json'})</script>")
    base = serve(app)
    found = with_others(Surface(base, ()), PlainSender(base), allowed, quiet)
    assert "GET /a" in [each.key for each in found.operations]


def test_pages_are_known_beside_a_given_document(serve: Serve) -> None:
    app = api(static__openapi_json=document("/orders/{id}", "/orders"))
    app.add_url_rule("/", "home", lambda: '<a href="/news">News</a><a href="/static/openapi.json">API</a>')
    app.add_url_rule("/news", "news", lambda: "<p>News</p>")
    base = serve(app)
    given = Surface(base, (Operation("POST", "/orders", known_from=frozenset({KnownFrom.DOCUMENT})),))
    found = with_pages(given, PlainSender(base), HeaderAccounts(), allowed, quiet)
    keys = [each.key for each in found.operations]
    assert "POST /orders" in keys
    assert "GET /news" in keys
    assert not [each for each in keys if "{" in each or each == "GET /orders"]


def test_an_api_without_pages_is_left_at_its_document(serve: Serve) -> None:
    base = serve(api(index_json={}))
    given = Surface(base, ())
    assert with_pages(given, PlainSender(base), HeaderAccounts(), allowed, quiet) == given


def test_paths_that_a_second_document_only_names_are_asked_for(serve: Serve) -> None:
    second = {**document("/internal/jobs"), "paths": {"/internal/customers": {}, "/internal/gone": {}, "/x/{id}": {}}}
    app = api(internal__openapi_json=second)
    app.add_url_rule("/internal/customers", "customers", lambda: [{"name": "Ann"}, {"name": "Bob"}])
    base = serve(app)
    known = Surface(base, (Operation("GET", "/a", known_from=frozenset({KnownFrom.DOCUMENT})),))
    found = with_others(known, PlainSender(base), allowed, quiet)
    assert [each.key for each in found.operations] == ["GET /a", "GET /internal/customers"]
