"""Headers and cookies that are put into a response past its framework's own functions for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any

import bottle
import falcon
import flask
import httpx
import litestar
import pytest
import werkzeug.http
import werkzeug.test
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from tests.conftest import Watch

FAMILIES = ("sinks.headers", "sinks.cookies", "passages.escapers")
COLOURS = ("blue", "red")
BARE = "size=9; HttpOnly; SameSite=Lax"
WHOLE = f"{BARE}; Secure"

Found = set[str]


def werkzeug_options(value: str) -> flask.Response:
    response = flask.Response("fine", mimetype="text/plain")
    response.headers.add("Content-Disposition", "attachment", filename=value)
    return response


def werkzeug_type(value: str) -> flask.Response:
    response = flask.Response("fine")
    response.content_type = f"text/{value}"
    return response


def werkzeug_line(value: str) -> flask.Response:
    return flask.Response("fine", headers=[("Set-Cookie", f"colour={value}; Secure; HttpOnly; SameSite=Lax")])


def werkzeug_bare(value: str) -> flask.Response:
    response = flask.Response("fine")
    response.headers.update({"Set-Cookie": BARE})
    return response


def werkzeug_dumped(value: str) -> flask.Response:
    response = flask.Response("fine")
    line = werkzeug.http.dump_cookie("colour", value, secure=True, httponly=True, samesite="Lax")
    response.headers.add("Set-Cookie", line)
    return response


def werkzeug_cookie(value: str) -> flask.Response:
    response = flask.Response("fine")
    response.set_cookie("colour", value, secure=True, httponly=True, samesite="Lax")
    return response


def werkzeug_whole(value: str) -> flask.Response:
    return flask.Response("fine", headers={"Set-Cookie": WHOLE})


def made_by_hand(value: str) -> flask.Response:
    cookies = SimpleCookie()
    cookies["size"] = "9"
    cookies["size"].update({"secure": "yes", "httponly": "yes", "samesite": "Lax"})
    return flask.Response("fine", headers={"Set-Cookie": cookies["size"].OutputString()})


FLASK: dict[Callable[[str], flask.Response], Found] = {
    werkzeug_options: {"header-injection"},
    werkzeug_type: {"header-injection"},
    werkzeug_line: {"header-injection"},
    werkzeug_bare: {"insecure-cookie"},
    werkzeug_dumped: set(),
    werkzeug_cookie: set(),
    werkzeug_whole: set(),
    made_by_hand: set(),
}


@pytest.mark.parametrize("view", FLASK, ids=lambda each: each.__name__)
def test_flask(watching: Watch, blue: str, view: Callable[[str], flask.Response]) -> None:
    evidence = watching(*FAMILIES)
    application = flask.Flask(__name__)
    application.add_url_rule("/", view_func=lambda: view(flask.request.args["q"]))
    assert application.test_client().get("/", query_string={"q": blue}).status_code == 200
    assert {each.kind.name for each in evidence} == FLASK[view]


async def raw(q: str) -> Response:
    response = Response("fine")
    response.raw_headers.append((b"x-shown", q.encode()))
    return response


async def raw_of_headers(q: str) -> Response:
    response = Response("fine")
    response.headers.raw.append((b"x-shown", q.encode()))
    return response


async def merged(q: str) -> Response:
    response = Response("fine")
    response.headers.update({"X-Shown": f"for {q.strip()}"})
    return response


async def named(q: str, response: Response) -> None:
    response.headers[f"X-{q}"] = "1"


async def media_type(q: str) -> Response:
    return Response("fine", media_type=f"text/{q}")


async def streamed(q: str) -> Response:
    return StreamingResponse(iter(["fine"]), headers={"X-Shown": q})


async def raw_bare(q: str) -> Response:
    response = Response("fine")
    response.raw_headers.append((b"set-cookie", BARE.encode()))
    return response


async def raw_whole(q: str) -> Response:
    response = Response("fine")
    response.raw_headers.append((b"set-cookie", WHOLE.encode()))
    return response


async def raw_checked(q: str) -> Response:
    if q not in COLOURS:
        return Response(status_code=400)
    response = Response("fine")
    response.raw_headers.append((b"x-shown", q.encode()))
    return response


async def raw_constant(request: Request) -> Response:
    response = Response("fine")
    response.raw_headers.append((b"x-shown", b"blue"))
    return response


async def cookie(q: str, response: Response) -> None:
    response.set_cookie("colour", q, secure=True, httponly=True)


FASTAPI: dict[Callable[..., Any], Found] = {
    **{each: {"header-injection"} for each in (raw, raw_of_headers, merged, named, media_type, streamed)},
    raw_bare: {"insecure-cookie"},
    **{each: set() for each in (raw_whole, raw_checked, raw_constant, cookie)},
}


async def shown(request: litestar.Request[Any, Any, Any]) -> litestar.Response[str]:
    response = litestar.Response("fine")
    response.headers["X-Shown"] = request.query_params["q"]
    return response


async def shown_checked(request: litestar.Request[Any, Any, Any]) -> litestar.Response[str]:
    q = request.query_params["q"]
    colour = q if q in COLOURS else "red"
    response = litestar.Response("fine")
    response.headers["X-Shown"] = colour
    return response


def asked(application: Any, value: str) -> int:
    async def get() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://shop") as client:
            return (await client.get("/", params={"q": value})).status_code

    return asyncio.run(get())


@pytest.mark.parametrize("view", FASTAPI, ids=lambda each: each.__name__)
def test_fastapi(watching: Watch, blue: str, view: Callable[..., Any]) -> None:
    evidence = watching(*FAMILIES)
    application = FastAPI()
    application.add_api_route("/", view)
    assert asked(application, blue) == 200
    assert {each.kind.name for each in evidence} == FASTAPI[view]
    assert len(evidence) == len(FASTAPI[view])


@pytest.mark.parametrize(("view", "found"), [(shown, {"header-injection"}), (shown_checked, set())])
def test_litestar(watching: Watch, blue: str, view: Any, found: Found) -> None:
    evidence = watching(*FAMILIES)
    assert asked(litestar.Litestar([litestar.get("/")(view)]), blue) == 200
    assert {each.kind.name for each in evidence} == found


def appended() -> str:
    bottle.response.headers.append("X-Shown", bottle.request.query.q)
    return "fine"


def quoted() -> str:
    bottle.response.set_cookie("colour", bottle.request.query.q, secure=True, httponly=True, samesite="lax")
    return "fine"


class Offered:
    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.downloadable_as = request.get_param("q")


@pytest.mark.parametrize(
    ("view", "found"), [(appended, {"header-injection"}), (quoted, set()), (Offered, {"header-injection"})]
)
def test_wsgi(watching: Watch, blue: str, view: Any, found: Found) -> None:
    evidence = watching(*FAMILIES)
    application: Any = falcon.App() if view is Offered else bottle.Bottle()
    if view is Offered:
        application.add_route("/", Offered())
    else:
        application.route("/")(view)
    assert werkzeug.test.Client(application).get("/", query_string={"q": blue}).status_code == 200
    assert {each.kind.name for each in evidence} == found
