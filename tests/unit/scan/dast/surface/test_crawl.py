from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
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
