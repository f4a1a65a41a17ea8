"""The list of this theme."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from tests.unit.scan.dast.checks.exposure.conftest import get

from setpoint.model.dast import Profile
from setpoint.scan.dast.checks.exposure.checks import CHECKS


def test_names_are_its_own() -> None:
    names = [check().name for check in CHECKS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


def test_a_target_without_anything(found: Any, by_cookie: Any) -> None:
    app = Flask("plain")

    @app.get("/")
    def home() -> str:
        return "<html><a href='/'>home</a></html>"

    for check in CHECKS:
        assert not found(check, app, get("/"), get("/missing", "next", "limit"), accounts=by_cookie)
        assert not found(check, app, get("/"), accounts=by_cookie, profile=Profile.PASSIVE)


def test_no_more_is_sent_than_was_planned(serve: Any, workbench: Any, by_cookie: Any) -> None:
    app = Flask("plain")
    app.add_url_rule("/go", view_func=lambda: "here", endpoint="go")
    for check in CHECKS:
        bench = workbench(serve(app), get("/go", "next", "limit"), accounts=by_cookie)
        most = sum(planned.at_most for planned in check().plan(bench))
        list(check().run(bench))
        assert len(bench.sender.exchanges) <= most
