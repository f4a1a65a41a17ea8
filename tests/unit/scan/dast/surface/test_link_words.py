"""What links say that they do is known before they are followed; titles and links back say nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from lxml import html
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender
from tests.unit.scan.dast.notes_site import COOKIES

from setpoint.model.dast import Profile
from setpoint.scan.dast.safety import Safety
from setpoint.scan.dast.surface.crawl import crawl
from setpoint.scan.dast.surface.link_words import LinkWords
from setpoint.scan.dast.surface.sighted import Sighting, operation_of

BASE = "http://shop.example"


def objection(link: str, path: str, query: str = "", profile: Profile = Profile.SAFE) -> str:
    words = LinkWords(BASE)
    list(words.read(html.fromstring(f"<body>{link}</body>"), f"{BASE}/notes"))
    return Safety(profile)(operation_of(words.labelled(Sighting("GET", path, query))))


@pytest.mark.parametrize(
    ("link", "path", "query"),
    [
        ('<a href="/begin">Start over</a>', "/begin", ""),
        ('<a href="/begin">\n <b>Rollback</b> DVGA</a>', "/begin", ""),
        ('<a href="/x" title="Delete all my data"><i></i></a>', "/x", ""),
        ('<a href="/x" aria-label="Remove"><svg></svg></a>', "/x", ""),
        ('<a href="/x"><img src="/bin.png" alt="Delete"></a>', "/x", ""),
        ('<a href="/x" data-confirm="Are you sure?">Go</a>', "/x", ""),
        ("""<a href="/x" onclick="return confirm('Really?')">Go</a>""", "/x", ""),
        ('<a href="/x">Home</a><a href="/x">Reset database</a>', "/x", ""),
        ('<a href="/bye">Log out</a>', "/bye", ""),
        ('<a href="/notes/7">Delete this note</a>', "/notes/7", ""),
        ('<a href="/item?id=7">Delete item</a>', "/item", "id=7"),
        ('<a href="/x">Werkseinstellungen</a>', "/x", ""),
        ('<a href="/x">Alles löschen</a><a href="/x">Lösche alles</a>', "/x", ""),
    ],
)
def test_an_order_is_not_followed(link: str, path: str, query: str) -> None:
    assert objection(link, path, query)


@pytest.mark.parametrize(
    ("link", "path", "query"),
    [
        ('<a href="/orders">Cancel</a>', "/orders", ""),
        ('<a href="/products">Clear all</a>', "/products", ""),
        ('<a href="/products">Reset filters</a>', "/products", ""),
        ('<a href="/prices">Upgrade now</a>', "/prices", ""),
        ('<a href="/films/7">Kill Bill</a>', "/films/7", ""),
        ('<a href="/film?id=7">Kill Bill</a>', "/film", "id=7"),
        ('<a href="/legal">Refund policy</a>', "/legal", ""),
        ('<a href="/blog">How we delete what you no longer need</a>', "/blog", ""),
        ('<a href="/resume">Restore your session</a>', "/resume", ""),
        ('<a href="#" onclick="return confirm(\'Delete it?\')">Delete</a>', "/notes", ""),
        ('<a href="/out" data-confirm="You are leaving this site">Out</a>', "/out", ""),
        ('<a href="/lang/de">Deutsch</a>', "/lang/de", ""),
        ('<a href="http://elsewhere.example/x">Delete</a>', "/x", ""),
    ],
)
def test_what_only_leads_somewhere_is_followed(link: str, path: str, query: str) -> None:
    assert objection(link, path, query) == ""


def test_the_active_profile_does_not_put_everything_back_either() -> None:
    assert objection('<a href="/begin">Rollback the demo</a>', "/begin", profile=Profile.ACTIVE)


@pytest.mark.parametrize("profile", [Profile.PASSIVE, Profile.SAFE])
def test_a_crawl_leaves_the_database_as_it_is(serve: Callable[[Any], str], profile: Profile) -> None:
    app, resets = Flask("site"), list[str]()
    front = """<!doctype html><a href="/begin">Rollback the demo</a><a href="/notes">Notes</a>
        <a href="/notes/7" data-method="delete">Delete</a>"""
    app.add_url_rule("/", "front", lambda: front)
    app.add_url_rule("/notes", "notes", lambda: '<a href="/notes/7">First</a>')
    app.add_url_rule("/notes/<note>", "note", lambda note: f"<h1>{note}</h1>")

    @app.get("/begin")
    def begin() -> str:
        resets.append("all")
        return "done"

    base = serve(app)
    surface = crawl(base, PlainSender(base), HeaderAccounts(), Safety(profile), lambda _line: None)
    found = {each.key: each.summary for each in surface.operations}
    assert resets == []
    assert found["GET /begin"] == "Rollback the demo"
    assert found["DELETE /notes/{id}"] == "Delete"
    assert found["GET /notes/{id}"] == ""


@pytest.mark.parametrize(
    ("told", "is_net"),
    [
        ("Database populated.", True),
        ('{"message": "All data was reset"}', True),
        ("<h1>Done</h1><p>The database has been re-initialised</p>", True),
        ("<h1>Has the database been reset?</h1>", False),
        ("<h1>How the database is restored</h1>" + "<p>In five steps, each of which takes a while.</p>" * 10, False),
        ("<h1>Orders</h1>", False),
        ('{"application": "shop", "deleted": false, "restored": null}', False),
    ],
)
def test_what_says_that_it_put_everything_back_is_asked_once(
    serve: Callable[[Any], str], told: str, is_net: bool
) -> None:
    app, asked = Flask("site"), list[str]()
    app.add_url_rule("/", "front", lambda: '<!doctype html><a href="/innocent">Go</a>')

    @app.get("/innocent")
    def innocent() -> str:
        asked.append("once")
        return told

    base, safety = serve(app), Safety(Profile.SAFE)
    accounts = HeaderAccounts(COOKIES)
    surface = crawl(base, PlainSender(base), accounts, safety, lambda _line: None)
    known = next(each for each in surface.operations if each.path == "/innocent")
    assert bool(safety(known)) == is_net
    assert len(asked) == (1 if is_net else 1 + len(accounts.callers))
    assert ("GET /innocent changed state, as its answer says: it is not asked again" in surface.remarks) == is_net
