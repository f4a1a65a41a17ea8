"""What is weak by the call alone, in views of Flask, Django and FastAPI: with their routes, and once for each."""

from __future__ import annotations

import asyncio
import hashlib
import random
from typing import Any

import django
import flask
import httpx
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from fastapi import FastAPI, Response
from tests.conftest import Watch

from setpoint_agent.evidence import Evidence

FAMILIES = ("sinks.hashing", "sinks.randomness", "sinks.cookies", "sinks.headers", "passages.escapers")
BARE = {614, 1004, 1275}


def key_of(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def met(evidence: list[Evidence]) -> set[tuple[str, int]]:
    """Of requests; what an application's settings say is of none."""
    return {(each.route, each.kind.cwe) for each in evidence if each.path}


def test_flask(watching: Watch) -> None:
    evidence = watching(*FAMILIES)
    application = flask.Flask(__name__)

    @application.get("/key/<name>")
    def key(name: str) -> str:
        return key_of(name)

    @application.get("/code")
    def code() -> str:
        return "".join(random.choice("0123456789") for _ in range(6))

    @application.get("/cookie")
    def cookie() -> flask.Response:
        response = flask.make_response("fine")
        response.set_cookie("colour", "blue", httponly=True, samesite="Lax")
        return response

    @application.get("/header")
    def header() -> flask.Response:
        response = flask.Response("fine")
        response.headers.add("Set-Cookie", "colour=blue; HttpOnly; SameSite=Lax")
        return response

    @application.get("/headers")
    def headers() -> Any:
        return "fine", 200, {"Set-Cookie": "colour=blue; Secure"}

    client = application.test_client()
    for each in ("/key/blue", "/key/green", "/code", "/cookie", "/header", "/headers"):
        assert client.get(each).status_code == 200
    assert met(evidence) == {
        ("/key/<name>", 328),
        ("/code", 330),
        ("/cookie", 614),
        ("/header", 614),
        ("/headers", 1004),
        ("/headers", 1275),
    }
    assert [each.path for each in evidence if each.kind.cwe == 328] == ["/key/blue", "/key/green"]
    first = next(each for each in evidence if each.path)
    assert [frame.function for frame in first.frames] == ["test_flask.<locals>.key", "key_of"]


def django_key(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(key_of(name))


def django_cookie(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("fine")
    response.set_cookie("colour", "blue", secure=True)
    response.set_signed_cookie("size", "9", salt="sizes", secure=True, httponly=True)
    response.delete_cookie("old")
    return response


def django_header(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("fine")
    response["Set-Cookie"] = "colour=blue; Secure; HttpOnly"
    return response


def django_session(request: HttpRequest) -> HttpResponse:
    request.session["colour"] = "blue"
    return HttpResponse("fine")


urlpatterns = [
    path("key/<str:name>", django_key),
    path("cookie", django_cookie),
    path("header", django_header),
    path("session", django_session),
]


def test_django(watching: Watch) -> None:
    evidence = watching(*FAMILIES)
    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="kept elsewhere")
        django.setup()
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
        answers = [client.get(each) for each in ("/key/blue", "/cookie", "/header", "/session")]
    assert [each.status_code for each in answers] == [200] * 4
    assert "sessionid" in answers[3].cookies
    assert met(evidence) == {
        ("/key/<str:name>", 328),
        ("/cookie", 1004),
        ("/cookie", 1275),
        ("/header", 1275),
    }


def test_fastapi(watching: Watch) -> None:
    evidence = watching(*FAMILIES)
    application = FastAPI()

    @application.get("/key/{name}")
    def key(name: str) -> str:
        return key_of(name)

    @application.get("/code")
    async def code() -> int:
        return random.randint(0, 999_999)

    @application.get("/cookie")
    async def cookie(response: Response) -> str:
        response.set_cookie("colour", "blue")
        return "fine"

    @application.get("/header")
    async def header() -> Response:
        return Response("fine", headers={"set-cookie": "colour=blue"})

    async def get(*paths: str) -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://shop") as client:
            return [(await client.get(each)).status_code for each in paths]

    assert asyncio.run(get("/key/blue", "/code", "/cookie", "/header")) == [200] * 4
    assert met(evidence) == {
        ("/key/{name}", 328),
        ("/code", 330),
        ("/cookie", 614),
        ("/cookie", 1004),
        *(("/header", number) for number in BARE),
    }
