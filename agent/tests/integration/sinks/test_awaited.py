"""Headers and cookies count as they are sent: what is deleted, set anew or made safe before that is nobody's fault."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import django
import flask
import httpx
import pytest
import werkzeug.test
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import FileResponse, HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import FileResponse as StarletteFileResponse
from tests.conftest import Watch

FAMILIES = ("sinks.headers", "sinks.cookies", "passages.escapers")
HEADER = {"header-injection"}
COOKIE = {"insecure-cookie", "cookie-without-httponly", "cookie-without-samesite"}
WHOLE: dict[str, Any] = {"secure": True, "httponly": True, "samesite": "Lax"}

Found = set[str]

if not settings.configured:
    settings.configure(
        SECRET_KEY="not a secret",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    )
    django.setup()


def with_header(value: str) -> flask.Response:
    response = flask.Response("fine")
    response.headers["X-Shown"] = value
    return response


def sent(value: str) -> flask.Response:
    return with_header(value)


def deleted(value: str) -> flask.Response:
    response = with_header(value)
    del response.headers["X-Shown"]
    return response


def set_anew(value: str) -> flask.Response:
    response = with_header(value)
    response.headers["X-Shown"] = "fixed"
    return response


def of_another_response(value: str) -> flask.Response:
    with_header(value)
    return flask.Response("fine")


def entity_tag(value: str) -> flask.Response:
    return flask.Response("fine", headers={"ETag": f'"{value}"'})


def cookie_set_anew(value: str) -> flask.Response:
    response = flask.Response("fine")
    response.set_cookie("colour", value)
    response.headers.remove("Set-Cookie")
    response.set_cookie("colour", value, **WHOLE)
    return response


def cookie_and_another(value: str) -> flask.Response:
    response = flask.Response("fine")
    response.set_cookie("colour", value)
    response.set_cookie("size", "9", **WHOLE)
    return response


FLASK: dict[Callable[[str], flask.Response], Found] = {
    sent: HEADER,
    deleted: set(),
    set_anew: set(),
    of_another_response: set(),
    entity_tag: HEADER,
    cookie_set_anew: set(),
    cookie_and_another: COOKIE,
}


@pytest.mark.parametrize("view", FLASK, ids=lambda each: each.__name__)
def test_flask(watching: Watch, blue: str, view: Callable[[str], flask.Response]) -> None:
    evidence = watching(*FAMILIES)
    application = flask.Flask(__name__)
    application.add_url_rule("/", view_func=lambda: view(flask.request.args["q"]))
    assert application.test_client().get("/", query_string={"q": blue}).status_code == 200
    assert {each.kind.name for each in evidence} == FLASK[view]


async def injected(q: str, response: Response) -> dict[str, str]:
    response.headers["X-Shown"] = q
    return {}


async def injected_in_vain(q: str, response: Response) -> Response:
    response.headers["X-Shown"] = q
    return Response("fine")


async def raised(q: str) -> None:
    raise HTTPException(200, headers={"X-Shown": q})


async def not_raised(q: str) -> None:
    HTTPException(200, headers={"X-Shown": q})


async def file_offered(q: str) -> StarletteFileResponse:
    return StarletteFileResponse(__file__, filename=q)


async def file_described(q: str) -> StarletteFileResponse:
    return StarletteFileResponse(__file__, headers={"X-Shown": q})


FASTAPI: dict[Callable[..., Any], Found] = {
    injected: HEADER,
    injected_in_vain: set(),
    raised: HEADER,
    not_raised: set(),
    file_offered: set(),
    file_described: HEADER,
}


@pytest.mark.parametrize("view", FASTAPI, ids=lambda each: each.__name__)
def test_fastapi(watching: Watch, blue: str, view: Callable[..., Any]) -> None:
    evidence = watching(*FAMILIES)
    application = FastAPI()
    application.add_api_route("/", view, response_model=None)

    async def get() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://shop") as client:
            return (await client.get("/", params={"q": blue})).status_code

    assert asyncio.run(get()) == 200
    assert {each.kind.name for each in evidence} == FASTAPI[view]


def shown(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("fine")
    response["X-Shown"] = request.GET["q"]
    return response


def shown_not(request: HttpRequest) -> HttpResponse:
    response = shown(request)
    del response["X-Shown"]
    return response


def offered(request: HttpRequest) -> FileResponse:
    return FileResponse(iter([b"fine"]), as_attachment=True, filename=request.GET["q"])


def bare(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("fine")
    response.set_cookie("colour", "9")
    return response


def made_safe(request: HttpRequest) -> HttpResponse:
    response = bare(request)
    response.cookies["colour"].update(WHOLE)
    return response


def made_secure(request: HttpRequest) -> HttpResponse:
    response = bare(request)
    response.cookies["colour"]["secure"] = True
    return response


DJANGO: dict[Callable[[HttpRequest], Any], Found] = {
    shown: HEADER,
    shown_not: set(),
    offered: set(),
    bare: COOKIE,
    made_safe: set(),
    made_secure: COOKIE - {"insecure-cookie"},
}
urlpatterns = [path(each.__name__, each) for each in DJANGO]


@pytest.mark.parametrize("view", DJANGO, ids=lambda each: each.__name__)
def test_django(watching: Watch, blue: str, view: Callable[[HttpRequest], Any]) -> None:
    evidence = watching(*FAMILIES)
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        client = werkzeug.test.Client(WSGIHandler())
        assert client.get(f"/{view.__name__}", query_string={"q": blue}).status_code == 200
    assert {each.kind.name for each in evidence} == DJANGO[view]
