"""All checks of the theme on one site and its repaired twin."""

from __future__ import annotations

import traceback
from typing import Any

from flask import Flask, Response, abort, jsonify, request
from tests.unit.scan.dast.checks.configuration.answering import ACCOUNTS
from werkzeug.exceptions import HTTPException

from setpoint.model.dast import KnownFrom, Operation, Part, PartPlace
from setpoint.scan.dast.checks.configuration.checks import CHECKS

PAGE = Part(PartPlace.QUERY, "page", {"type": "integer"}, example=1)
ORDER = Part(PartPlace.PATH, "order", {"type": "integer"}, example=1, is_required=True)


def operation(path: str, *parts: Part) -> Operation:
    return Operation("GET", path, parts, known_from=frozenset({KnownFrom.CRAWL}))


OPERATIONS = (
    operation("/"),
    operation("/login"),
    operation("/news", PAGE),
    operation("/orders/{order}", ORDER),
    operation("/download.php"),
)


def site(*, is_faulty: bool) -> Flask:
    app = Flask("site", static_folder=None)
    add_pages(app, is_faulty=is_faulty)
    add_the_rest(app, is_faulty=is_faulty)
    return app


def add_pages(app: Flask, *, is_faulty: bool) -> None:
    @app.get("/")
    def front() -> str:
        return '<!doctype html><h1>Shop</h1><a href="/news?page=1">News</a><script src="/static/app.js"></script>'

    @app.get("/login")
    def login() -> Response:
        answer = Response('<form method="post"><input name="user"><input name="password" type="password"></form>')
        answer.set_cookie("session", "a81b2c93", httponly=not is_faulty, samesite=None if is_faulty else "Lax")
        answer.set_cookie("theme", "dark")
        return answer

    @app.get("/news")
    def news() -> str:
        return f"<h1>News</h1>page {int(request.args['page'])}"

    @app.get("/orders/<int:order>")
    def orders(order: int) -> Response:
        if request.headers.get("authorization") != "Bearer anna":
            abort(401)
        answer = jsonify({"order": [0, 1][order], "owner": "anna"})
        answer.headers["Cache-Control"] = "public, max-age=60" if is_faulty else "no-store"
        return answer

    @app.get("/static/app.js")
    def script() -> Response:
        return Response("go()", content_type="text/javascript")

    @app.get("/download.php")
    def download() -> str:
        return "<h1>Downloads</h1><a href='/files/price-list.pdf'>Our prices</a>"


def add_the_rest(app: Flask, *, is_faulty: bool) -> None:
    @app.get("/<path:rest>")
    def others(rest: str) -> Response | tuple[str, int]:
        kept = {
            ".git/HEAD": "ref: refs/heads/main\n",
            ".env": "SECRET=hunter22\n",
            "download.php.bak": "<?php readfile($name);",
            "static/": "<title>Index of /static/</title><a href='../'>..</a><a href='app.js'>app.js</a>",
        }
        if is_faulty and rest in kept:
            return Response(kept[rest], content_type="text/html" if rest.endswith("/") else "text/plain")
        return f"<h1>Sorry</h1>There is no {rest}", 200  # a soft 404, in both

    @app.errorhandler(Exception)
    def error(problem: Exception) -> Response:
        if isinstance(problem, HTTPException):
            return Response(problem.name, problem.code)
        return Response(traceback.format_exc() if is_faulty else "Something went wrong", 500)

    @app.after_request
    def fields(answer: Response) -> Response:
        if is_faulty:
            answer.headers["X-Powered-By"] = "Shop/1.2.3"
        else:
            answer.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"
            answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


def faults_of(serve: Any, workbench: Any, *, is_faulty: bool) -> set[tuple[str, str]]:
    bench = workbench(serve(site(is_faulty=is_faulty)), *OPERATIONS, accounts=ACCOUNTS)
    faults = [fault for check in CHECKS for fault in check().run(bench)]
    assert len({each.key for each in faults}) == len(faults), "told twice"
    sent = {exchange.sent.method for exchange in bench.sender.exchanges}
    assert sent <= {"GET", "HEAD", "TRACE", "SETPOINT"}
    return {(each.kind, each.path) for each in faults}


def test_each_fault_is_found(serve: Any, workbench: Any) -> None:
    assert faults_of(serve, workbench, is_faulty=True) == {
        ("missing-nosniff", "*"),
        ("missing-content-security-policy", "*"),
        ("missing-frame-protection", "*"),
        ("cacheable-private-answer", "/orders/{order}"),
        ("cookie-without-httponly", "*"),
        ("cookie-without-samesite", "*"),
        ("version-disclosure", "*"),
        ("error-disclosure", "/news"),
        ("error-disclosure", "/orders/{order}"),
        ("exposed-version-control", "/.git/HEAD"),
        ("exposed-environment-file", "/.env"),
        ("exposed-backup", "/download.php.bak"),
        ("directory-listing", "/static/"),
    }


def test_the_repaired_twin_is_clean(serve: Any, workbench: Any) -> None:
    assert not faults_of(serve, workbench, is_faulty=False)


def test_names_differ() -> None:
    assert len({check().name for check in CHECKS}) == len(CHECKS)
