"""Private pages under the names of files."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from tests.unit.scan.dast.checks.exposure.conftest import get

from setpoint.scan.dast.checks.exposure.cache_deception import DeceivedCaches


def service(*, takes_more: bool, is_kept: bool) -> Flask:
    app = Flask("account")

    @app.get("/account")
    @app.get("/account/<path:more>")
    def account(more: str = "") -> Any:
        if "session" not in request.cookies:
            return jsonify(error="log in"), 401
        if more and not takes_more:
            return "", 404
        answer = jsonify(name="alice", email="alice@shop.example")
        answer.headers["cache-control"] = "public, max-age=600" if more and is_kept else "no-store"
        return answer

    @app.get("/news")
    @app.get("/news/<path:more>")
    def news(more: str = "") -> Response:
        return Response("news", headers={"cache-control": "public, max-age=600"})

    return app


@pytest.mark.parametrize(("takes_more", "is_kept"), [(True, True), (True, False), (False, True)])
def test_a_private_page_as_a_file(found: Any, by_cookie: Any, takes_more: bool, is_kept: bool) -> None:
    app = service(takes_more=takes_more, is_kept=is_kept)
    faults = found(DeceivedCaches, app, get("/account"), get("/news"), accounts=by_cookie)
    assert [(fault.kind, fault.path, fault.cwe) for fault in faults] == (
        [("cache-deception", "/account", 524)] if takes_more and is_kept else []
    )
