from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response, abort, request
from markupsafe import escape
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender

from setpoint.model.dast import Operation
from setpoint.scan.dast.surface.crawl import crawl
from setpoint.scan.dast.surface.segments import MAX_FOLDERS

Serve = Callable[[Any], str]
NAV = "<a href='/'>Home</a> <a href='/basket'>Basket</a>"


def site(links: str) -> Flask:
    app = Flask("site")
    app.add_url_rule("/", "home", lambda: f"<h1>Shop</h1>{links}")
    return app


def paths(app: Flask, serve: Serve) -> tuple[dict[str, Operation], int]:
    base = serve(app)
    sender = PlainSender(base)
    surface = crawl(base, sender, HeaderAccounts(), lambda _operation: "", lambda _line: None)
    return {each.path: each for each in surface.operations if each.method == "GET"}, len(sender.exchanges)


@pytest.mark.parametrize(
    ("path", "template"),
    [("/tags/lamps", "/tags/{id}"), ("/shops/7/tags/garden-lamps", "/shops/{id}/tags/{tag_id}"), ("/ann", "/{id}")],
)
def test_a_word_that_something_is_looked_up_by(serve: Serve, path: str, template: str) -> None:
    app = site(f'<a href="{path}">one</a>')
    folder, _, _ = path.rpartition("/")

    @app.route(f"{folder}/<word>")
    def tagged(word: str) -> str:
        title = word.replace("-", " ").title()
        return f"<title>{title} - Shop</title>{NAV}<h1>Tag: {title}</h1><p>{3 if word in path else 'no'} things</p>"

    found, _ = paths(app, serve)
    assert template in found
    assert path not in found
    assert found[template].parts[-1].example == path.rpartition("/")[2]


def test_a_function_beside_a_value_stays(serve: Serve) -> None:
    app = site('<a href="/notes/new">new</a><a href="/notes/milk">milk</a>')
    app.add_url_rule("/notes/new", "new", lambda: "<h1>Write a note</h1><form method=post><input name=t></form>")
    app.add_url_rule("/notes/<word>", "note", lambda word: f"<h1>Note {escape(word)}</h1>")
    found, _ = paths(app, serve)
    assert {"/notes/new", "/notes/{id}"} <= set(found)
    assert "/notes/milk" not in found


def test_a_function_alone_in_a_folder_of_values_has_a_value_beside_it(serve: Serve) -> None:
    app = site('<a href="/users/login">log in</a>')
    app.add_url_rule("/users/login", "login", lambda: "<h1>Log in</h1><form method=post><input name=p></form>")
    app.add_url_rule("/users/<word>", "user", lambda word: f"<h1>About {escape(word)}</h1>")
    found, _ = paths(app, serve)
    assert {"/users/login", "/users/{id}"} <= set(found)


def test_json_that_shows_the_word(serve: Serve) -> None:
    app = site('<a href="/api/tags/lamps">data</a>')
    app.add_url_rule("/api/tags/<word>", "tag", lambda word: {"tag": word, "items": []})
    assert "/api/tags/{id}" in paths(app, serve)[0]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("status", [200, 404])
def test_a_site_that_apologises_for_any_address(serve: Serve, status: int, whole: bool) -> None:
    app = site('<a href="/tags/lamps">one</a>')
    app.add_url_rule("/tags/lamps", "lamps", lambda: "<h1>lamps</h1>")

    @app.route("/<path:asked>")
    def apology(asked: str) -> Response:
        named = f"/{asked}" if whole else asked.rpartition("/")[2]
        return Response(f"{NAV}<p>There is no {escape(named)} here</p>", status)

    found, _ = paths(app, serve)
    assert "/tags/lamps" in found
    assert not [each for each in found if "{" in each]


def test_pages_that_do_not_show_the_word(serve: Serve) -> None:
    app = site('<a href="/help/orders">one</a><a href="/old/lamps">two</a>')
    app.add_url_rule("/help/<word>", "help", lambda word: NAV if word else abort(404))
    app.add_url_rule("/old/lamps", "lamps", lambda: f"<h1>{request.path}</h1>")
    assert not [each for each in paths(app, serve)[0] if "{" in each]


def test_as_many_requests_as_there_are_folders_and_no_more_than_so_many(serve: Serve) -> None:
    def asked(folders: int) -> int:
        app = site("".join(f'<a href="/area{name}/word">x</a>' for name in range(folders)))
        app.add_url_rule("/<area>/word", "word", lambda area: f"<h1>{area}</h1>")
        return paths(app, serve)[1]

    assert asked(20) - asked(10) == 2 * 10
    assert asked(MAX_FOLDERS + 20) - asked(MAX_FOLDERS + 10) == 10
