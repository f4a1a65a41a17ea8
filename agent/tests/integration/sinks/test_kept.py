"""What is put into lists and dicts that a session holds already: in Flask, Django and FastAPI."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import django
import flask
import httpx
import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import clear_url_caches, path
from fastapi import FastAPI, Request
from starlette.middleware.sessions import SessionMiddleware
from tests.conftest import Watch

FAMILIES = ("sinks.session",)
COLOURS = ("blue", "red")
CODES = {"blue": "b", "red": "r"}

View = Callable[[Any, str], None]


def appended(session: Any, value: str) -> None:
    session.setdefault("cart", []).append(value)


def below(session: Any, value: str) -> None:
    session["person"] = {}
    session["person"]["colour"] = value


def name_below(session: Any, value: str) -> None:
    session["person"] = {}
    session["person"][value] = True


def by_another_name(session: Any, value: str) -> None:
    session["cart"] = []
    cart = session["cart"]
    cart.extend([{"colour": value}])


def merged(session: Any, value: str) -> None:
    session.update({"person": {"colours": [value]}})


def appended_checked(session: Any, value: str) -> None:
    if value in COLOURS:
        session.setdefault("cart", []).append(value)


def below_looked_up(session: Any, value: str) -> None:
    session["person"] = {}
    session["person"]["colour"] = CODES.get(value, "none")


def below_checked(session: Any, value: str) -> None:
    if value not in COLOURS:
        return
    session["person"] = {}
    session["person"]["colour"] = value


def constant(session: Any, value: str) -> None:
    session.setdefault("cart", []).append("blue")


def counted(session: Any, value: str) -> None:
    session.setdefault("cart", []).append(len(value))


def only_read(session: Any, value: str) -> None:
    session.setdefault("cart", [])
    {value: session["cart"]}.get(value)


FLAWED = (appended, below, name_below, by_another_name, merged)
SAFE = (appended_checked, below_looked_up, below_checked, constant, counted, only_read)


def by_flask(view: View, value: str) -> None:
    application = flask.Flask(__name__)
    application.secret_key = "kept elsewhere"

    @application.get("/")
    def handler() -> str:
        view(flask.session, flask.request.args["q"])
        return "fine"

    assert application.test_client().get("/", query_string={"q": value}).text == "fine"


def by_fastapi(view: View, value: str) -> None:
    application = FastAPI()
    application.add_middleware(SessionMiddleware, secret_key="kept elsewhere")

    @application.get("/")
    async def handler(request: Request, q: str) -> str:
        view(request.session, q)
        return "fine"

    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://shop") as client:
            return await client.get("/", params={"q": value})

    assert asyncio.run(get()).json() == "fine"


urlpatterns: list[Any] = []


def by_django(view: View, value: str) -> None:
    def handler(request: HttpRequest) -> HttpResponse:
        view(request.session, request.GET["q"])
        return HttpResponse("fine", content_type="text/plain")

    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="kept elsewhere")
        django.setup()
    urlpatterns[:] = [path("", handler)]
    clear_url_caches()
    with (
        override_settings(
            ROOT_URLCONF=__name__,
            SECRET_KEY="kept elsewhere",
            ALLOWED_HOSTS=["*"],
            MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
            SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        ),
        httpx.Client(transport=httpx.WSGITransport(WSGIHandler()), base_url="http://shop") as client,
    ):
        assert client.get("/", params={"q": value}).text == "fine"


FRAMEWORKS = [by_flask, by_fastapi, by_django]


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("view", FLAWED, ids=lambda each: each.__name__)
def test_flawed(watching: Watch, blue: str, view: View, framework: Callable[[View, str], None]) -> None:
    evidence = watching(*FAMILIES)
    framework(view, blue)
    assert {(each.kind.name, each.path) for each in evidence} == {("trust-boundary", "/")}


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("view", SAFE, ids=lambda each: each.__name__)
def test_safe(watching: Watch, blue: str, view: View, framework: Callable[[View, str], None]) -> None:
    evidence = watching(*FAMILIES)
    framework(view, blue)
    assert evidence == []
