"""Values that the code puts where they may stand by chance, or behind a base; and pages whose escaping was in vain."""

from __future__ import annotations

import asyncio
import html
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Annotated
from urllib.parse import urljoin

import flask
import httpx
import pytest
import werkzeug.test
from fastapi import FastAPI, Query
from fastapi.responses import RedirectResponse
from flask import request
from markupsafe import Markup
from tests.conftest import Watch
from werkzeug.wrappers import Response

FAMILIES = (
    "sinks.sql",
    "sinks.regex",
    "sinks.headers",
    "sinks.redirects",
    "sinks.templates",
    "sinks.pages",
    "passages.escapers",
)
BASE = "https://service.example/"


def rows(statement: str) -> str:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE users_march (id)")
        return str(len(database.execute(statement).fetchall()))


def table_of_month() -> str:
    return rows(f"SELECT * FROM users_{request.args['month']} WHERE id > 0")


def count_of_rows() -> str:
    return rows("SELECT * FROM users_march LIMIT " + request.args["count"])


def converted_count() -> str:
    return rows(f"SELECT * FROM users_march LIMIT {int(request.args['count'])}")


def table_of_the_code() -> str:
    assert request.args["month"]
    return rows("SELECT * FROM users_march")


def words() -> str:
    return str(bool(re.search(r"\s+".join(request.args["words"].split()), "a text")))


def escaped_words() -> str:
    return str(bool(re.search(r"\s+".join(map(re.escape, request.args["words"].split())), "a text")))


def joined_address() -> Response:
    return flask.redirect(urljoin(BASE, request.args["month"]))


def joined_below() -> Response:
    return flask.redirect(urljoin(BASE, "months/" + request.args["month"]))


def dropped_escape() -> str:
    title = request.args["words"]
    html.escape(title)
    return f"<h1>{title}</h1>"


def unused_escape() -> flask.Response:
    title = request.args["words"]
    safe = html.escape(title)
    return flask.Response("<h1>" + title + "</h1>" if safe else "")


def used_escape() -> str:
    title = html.escape(request.args["words"])
    return f"<h1>{title}</h1>"


def markup() -> str:
    return Markup("<h1>{}</h1>").format(request.args["words"])


def refreshed() -> str:
    return f'<meta http-equiv="refresh" content="0; url={html.escape(request.args["month"])}"><p>Wait.</p>'


def refreshed_within() -> str:
    return f'<meta http-equiv="refresh" content="0; url=/months/{html.escape(request.args["month"])}"><p>Wait.</p>'


VIEWS: list[tuple[Callable[[], object], list[int]]] = [
    (table_of_month, [89]),
    (count_of_rows, [89]),
    (converted_count, []),
    (table_of_the_code, []),
    (words, [1333]),
    (escaped_words, []),
    (joined_address, [601]),
    (joined_below, []),
    (dropped_escape, [79]),
    (unused_escape, [79]),
    (used_escape, []),
    (markup, []),
    (refreshed, [601]),
    (refreshed_within, []),
]


@pytest.mark.parametrize(("view", "told"), VIEWS, ids=[each.__name__ for each, _ in VIEWS])
def test_views(watching: Watch, view: Callable[[], object], told: list[int]) -> None:
    kept = watching(*FAMILIES)
    application = flask.Flask(__name__)
    application.add_url_rule("/", view_func=view)  # type: ignore[arg-type]  # of several types, on purpose
    sent = {"month": "".join(["mar", "ch"]), "count": str(5 + 2), "words": "".join(["blue ", "chair"])}
    answer = werkzeug.test.Client(application).get("/", query_string=sent)
    assert answer.status_code in {200, 302}
    answer.close()
    assert [each.kind.cwe for each in kept] == told


service = FastAPI()


@service.get("/declared", response_class=RedirectResponse)
async def declared(target: Annotated[str, Query()]) -> str:
    return target


@service.get("/below", response_class=RedirectResponse)
async def below(target: Annotated[str, Query()]) -> str:
    return f"/pages/{target}"


@pytest.mark.parametrize(("route", "told"), [("/declared", [601]), ("/below", [])])
def test_redirects_that_a_view_of_fastapi_declares(watching: Watch, route: str, told: list[int]) -> None:
    kept = watching(*FAMILIES)

    async def ask() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://service") as client:
            return (await client.get(route, params={"target": "".join(["bl", "ue"])})).status_code

    assert asyncio.run(ask()) == 307
    assert [each.kind.cwe for each in kept] == told
