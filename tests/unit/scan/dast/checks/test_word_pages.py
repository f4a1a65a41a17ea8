"""Words at the end of addresses: of a shop's categories, and of a site's functions."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from flask import Flask, abort

from setpoint.model.dast import KnownFrom, Operation
from setpoint.scan.dast.checks.injection.sql import SqlInjection
from setpoint.scan.dast.checks.word_pages import MOST_PARENTS, word_pages

CRAWLED = frozenset({KnownFrom.CRAWL})


def pages(*paths: str, **given: Any) -> list[Operation]:
    return [Operation("GET", each, known_from=CRAWLED, **given) for each in paths]


@pytest.mark.parametrize(
    "paths",
    [
        ("/about", "/contact"),
        ("/category/pots",),
        ("/static/app.js", "/static/site.css"),
        ("/things/{id}/notes", "/things/{id}/prices"),
        ("/category/pots", "/category/pans", "/category/{name}"),
        ("/account/delete", "/account/profile"),
    ],
)
def test_words_that_stand_for_no_value(paths: tuple[str, ...]) -> None:
    assert list(word_pages(pages(*paths))) == []


def test_what_a_document_tells_of_has_the_parts_that_it_says() -> None:
    operations = [Operation("GET", each, known_from=frozenset({KnownFrom.DOCUMENT})) for each in ("/a/b", "/a/c")]

    assert list(word_pages(operations)) == []


def test_pages_side_by_side_are_one_place() -> None:
    (found,) = word_pages(pages("/category/garden-tools/", "/category/pans/", "/about"))

    assert (found.path, [(each.name, each.example) for each in found.parts]) == (
        "/category/{id}/",
        [("id", "garden-tools")],
    )


def test_a_large_site_has_as_many_as_a_scan_has_time_for() -> None:
    operations = pages(*(f"/p{number}/{word}" for number in range(2 * MOST_PARENTS) for word in ("a", "b")))

    assert len(list(word_pages(operations))) == MOST_PARENTS


def shop(*, is_faulty: bool) -> Flask:
    app = Flask(__name__)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE items (name TEXT, kind TEXT)")
    database.executemany("INSERT INTO items VALUES (?, ?)", [("copper kettle", "kettles"), ("iron pot", "pots")])

    @app.get("/category/<kind>")
    def category(kind: str) -> Any:
        try:
            if is_faulty:
                found = database.execute(f"SELECT name FROM items WHERE kind = '{kind}'").fetchall()
            else:
                found = database.execute("SELECT name FROM items WHERE kind = ?", [kind]).fetchall()
        except sqlite3.Error:
            found = []
        return f"<h1>Our range</h1><p>{found[0][0]}</p>" if found else abort(404)

    return app


@pytest.mark.parametrize("is_faulty", [True, False])
def test_a_word_that_becomes_part_of_a_statement(serve: Any, workbench: Any, is_faulty: bool) -> None:
    bench = workbench(serve(shop(is_faulty=is_faulty)), *pages("/category/kettles", "/category/pots"))

    faults = list(SqlInjection().run(bench))

    assert [(each.path, each.part) for each in faults] == ([("/category/{id}", "path:id")] if is_faulty else [])
