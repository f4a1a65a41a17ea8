"""Checks that stand in front of all views: Flask's guards and Django's middleware, for some paths or for all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import django
import django.conf
import flask
import pytest
import werkzeug.test
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.test import RequestFactory, override_settings
from django.urls import path
from tests.conftest import Watch

COLUMNS = {"name", "price"}


def ordered_by(column: str) -> str:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE t (name, price)")
        return str(database.execute(f"SELECT * FROM t ORDER BY {column}").fetchall())


def price() -> dict[str, str]:
    return {"column": "".join(["pri", "ce"])}


# --- Flask -----------------------------------------------------------------------------------------------------------


def refuse_on_paths() -> None:
    if flask.request.path.startswith("/guarded"):  # noqa: SIM102 - nested, as it is tried
        if flask.request.args.get("column") not in COLUMNS:
            flask.abort(400)
    if flask.request.path == "/same" and flask.request.args.get("column") not in COLUMNS:
        flask.abort(400)


def refuse() -> tuple[str, int] | None:
    column = flask.request.args.get("column")
    if column and column not in COLUMNS:
        return "unknown", 400
    return None


def view() -> str:
    return ordered_by(flask.request.args["column"])


def flask_application() -> flask.Flask:
    application = flask.Flask(__name__)
    application.before_request(refuse_on_paths)
    guarded, open_to_all = flask.Blueprint("guarded", __name__), flask.Blueprint("open", __name__)
    guarded.before_request(refuse)
    guarded.add_url_rule("/blueprint", view_func=view)
    open_to_all.add_url_rule("/open", view_func=view)
    application.register_blueprint(guarded)
    application.register_blueprint(open_to_all)
    for route in ("guarded", "same", "other"):
        application.add_url_rule(f"/{route}", route, view)
    return application


@pytest.mark.parametrize(
    ("route", "told"), [("guarded", []), ("same", []), ("blueprint", []), ("open", [89]), ("other", [89])]
)
def test_what_flask_calls_before_a_view(watching: Watch, route: str, told: list[int]) -> None:
    kept = watching("sinks.sql")
    answer = werkzeug.test.Client(flask_application()).get(f"/{route}", query_string=price())
    assert answer.status_code == 200
    answer.close()
    assert [each.kind.cwe for each in kept] == told


# --- Django ----------------------------------------------------------------------------------------------------------

if not django.conf.settings.configured:
    django.conf.settings.configure(SECRET_KEY="not a secret", ALLOWED_HOSTS=["*"])
    django.setup()


class Guard:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/guarded"):  # noqa: SIM102 - nested, as it is tried
            if request.GET.get("column") not in COLUMNS:
                return HttpResponseBadRequest()
        return self._get_response(request)


def django_view(request: Any) -> HttpResponse:
    return HttpResponse(ordered_by(request.GET["column"]), content_type="text/plain")


urlpatterns = [path("guarded", django_view), path("other", django_view)]


@pytest.mark.parametrize(("route", "told"), [("guarded", []), ("other", [89])])
def test_what_middleware_of_django_refuses(watching: Watch, route: str, told: list[int]) -> None:
    kept = watching("sinks.sql")
    environ = RequestFactory().get(f"/{route}", price()).environ
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[f"{__name__}.Guard"], ALLOWED_HOSTS=["*"]):
        answer = WSGIHandler()(environ, lambda *_: None)
        assert answer.status_code == 200
        answer.close()
    assert [each.kind.cwe for each in kept] == told
