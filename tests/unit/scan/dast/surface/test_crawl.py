from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender
from tests.unit.scan.dast.notes_site import COOKIES, NotesSite, safe

from setpoint.model.dast import BodyForm, KnownFrom, Operation, PartPlace
from setpoint.scan.dast.surface.crawl import crawl

Serve = Callable[[Any], str]


@pytest.fixture
def site() -> NotesSite:
    return NotesSite()


def crawled(site: NotesSite, serve: Serve) -> dict[str, Operation]:
    base = serve(site.app)
    surface = crawl(base, PlainSender(base), HeaderAccounts(COOKIES), safe, lambda _line: None)
    return {operation.key: operation for operation in surface.operations}


def test_pages_forms_and_calls_of_scripts_become_operations(site: NotesSite, serve: Serve) -> None:
    site.notes[17] = {"owner": "ann", "title": "old", "text": "x"}
    found = crawled(site, serve)
    assert {
        "GET /", "GET /search", "GET /notes", "GET /notes/new", "POST /notes", "GET /notes/{id}",
        "GET /notes/{id}/edit", "POST /notes/{id}/edit", "GET /hidden", "GET /logout", "GET /api/items/{id}",
        "POST /api/items",
    } == set(found) - {"GET /login"}  # fmt: skip
    assert not site.logged_out


def test_a_query_of_links_and_of_a_form_are_parts_of_one_operation(site: NotesSite, serve: Serve) -> None:
    search = crawled(site, serve)["GET /search"]
    assert {part.name for part in search.parts} == {"q", "page", "sort"}
    assert {part.place for part in search.parts} == {PartPlace.QUERY}


def test_what_only_robots_told_of_is_a_guess_that_answered(site: NotesSite, serve: Serve) -> None:
    found = crawled(site, serve)
    assert found["GET /hidden"].known_from == {KnownFrom.GUESS}
    assert "GET /no" not in found
    assert "GET /missing" not in found


def test_a_form_keeps_its_page_its_fields_and_its_token(site: NotesSite, serve: Serve) -> None:
    site.notes[17] = {"owner": "ann", "title": "old", "text": "x"}
    found = crawled(site, serve)
    create, update = found["POST /notes"], found["POST /notes/{id}/edit"]
    assert (create.body, create.page) == (BodyForm.FORM, "/notes/new")
    assert {part.name: part.schema.get("format") for part in create.parts} == {
        "csrf_token": "form-token", "title": None, "text": None,
    }  # fmt: skip
    assert update.page == "/notes/{id}/edit"


def test_a_scripts_post_has_the_fields_that_it_sends(site: NotesSite, serve: Serve) -> None:
    post = crawled(site, serve)["POST /api/items"]
    assert (post.body, [part.name for part in post.parts]) == (BodyForm.JSON, ["/title", "/size"])


def test_comments_and_link_fields_are_followed_where_something_is_there(serve: Serve) -> None:
    app = Flask("site")
    front = """<!doctype html><!-- <a href="/old/orders">Orders</a> moved to /old-admin, see "/api/prices" and /gone -->
        <!-- http://elsewhere.example/x --><h1>Shop</h1>"""
    app.add_url_rule("/", "front", lambda: (front, {"link": '</archive?page=2>; rel="next", <http://x.example/>'}))
    for path in ("/old/orders", "/old-admin", "/api/prices", "/archive"):
        app.add_url_rule(path, path, lambda path=path: f"<h1>{path}</h1>")
    base = serve(app)
    surface = crawl(base, PlainSender(base), HeaderAccounts(), lambda _operation: "", lambda _line: None)
    assert {each.path: each.known_from for each in surface.operations} == {
        "/": {KnownFrom.CRAWL},
        "/archive": {KnownFrom.CRAWL},
        "/old/orders": {KnownFrom.GUESS},
        "/old-admin": {KnownFrom.GUESS},
        "/api/prices": {KnownFrom.GUESS},
    }


def test_comments_of_a_site_that_answers_every_address(serve: Serve) -> None:
    app = Flask("site")
    front = "<!doctype html><!-- was /old-admin --><h1>Shop</h1><p>Welcome</p>"
    app.add_url_rule("/", "front", lambda: front)
    app.add_url_rule("/<path:asked>", "any", lambda asked: front)  # noqa: ARG005
    base = serve(app)
    surface = crawl(base, PlainSender(base), HeaderAccounts(), lambda _operation: "", lambda _line: None)
    assert [each.path for each in surface.operations] == ["/"]
