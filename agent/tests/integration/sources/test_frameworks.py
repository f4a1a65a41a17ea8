"""Every part of a request is seen under every framework, with the route's template and the handler."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import aiohttp.web
import bottle
import falcon
import flask
import flask.views
import pytest
import requests
import tornado.httpserver
import tornado.ioloop
import tornado.web
import uvicorn
from fastapi import APIRouter, FastAPI, Request
from litestar import Litestar, get
from litestar import Request as LitestarRequest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from tests.conftest import Watch

from setpoint_agent.operations.counts import operations
from setpoint_agent.request import current
from setpoint_agent.room import Room

Seen = dict[str, Any]

ROOM = Room(rows=100, octets=100_000)


def look(seen: Seen) -> None:
    """What an application's function finds of its request at the time that it would call something dangerous."""
    request = current.get()
    assert request is not None
    seen["values"] = {(each.part, each.name, each.text) for each in request.values()}
    seen["route"] = request.route
    seen["handler"] = request.handler.co_name if request.handler else None
    seen["framework"] = request.framework


@contextmanager
def wsgi(application: Callable[..., Any]) -> Iterator[str]:
    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def asgi(application: Any) -> Iterator[str]:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # before the server runs: no client is refused
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()


def flask_application(seen: Seen) -> Any:
    application = flask.Flask(__name__)

    @application.post("/items/<name>")
    def item(name: str) -> str:
        flask.request.get_data()
        look(seen)
        return "fine"

    class Thing(flask.views.MethodView):
        def get(self, key: int) -> str:
            look(seen)
            return "fine"

    application.add_url_rule("/things/<int:key>", view_func=Thing.as_view("thing"))
    return application


def falcon_application(seen: Seen) -> Any:
    class Item:
        def on_post(self, req: Any, resp: Any, name: str) -> None:
            req.bounded_stream.read()
            look(seen)
            resp.text = "fine"

    application = falcon.App()
    application.add_route("/items/{name}", Item())
    return application


def bottle_application(seen: Seen) -> Any:
    application = bottle.Bottle()

    @application.post("/items/<name>")  # type: ignore[untyped-decorator]  # bottle has no types
    def item(name: str) -> str:
        bottle.request.body.read()
        look(seen)
        return "fine"

    return application


def starlette_application(seen: Seen) -> Any:
    async def item(request: Any) -> PlainTextResponse:
        await request.body()
        look(seen)
        return PlainTextResponse("fine")

    return Starlette(routes=[Mount("/shop", routes=[Route("/items/{name}", item, methods=["POST"])])])


def fastapi_application(seen: Seen) -> Any:
    router = APIRouter(prefix="/shop")

    @router.post("/items/{name}")
    async def item(name: str, request: Request) -> str:
        await request.body()
        look(seen)
        return "fine"

    application = FastAPI()
    application.include_router(router)
    return application


def litestar_application(seen: Seen) -> Any:
    from litestar import post
    from litestar.params import FromPath

    @post("/items/{name:str}")
    async def item(name: FromPath[str], request: LitestarRequest[Any, Any, Any]) -> str:
        await request.body()
        look(seen)
        return "fine"

    @get("/")
    async def home() -> str:
        return "fine"

    return Litestar([item, home])


ROUTES = {
    "flask": ("/items/<name>", wsgi, flask_application),
    "falcon": ("/items/{name}", wsgi, falcon_application),
    "bottle": ("/items/<name>", wsgi, bottle_application),
    "starlette": ("/shop/items/{name}", asgi, starlette_application),
    "fastapi": ("/shop/items/{name}", asgi, fastapi_application),
    "litestar": ("/items/{name}", asgi, litestar_application),
}


@pytest.mark.parametrize("framework", ROUTES)
def test_each_part_is_seen(watching: Watch, framework: str) -> None:
    watching()
    template, serve, make = ROUTES[framework]
    seen: Seen = {}
    prefix = "/shop" if "shop" in template else ""
    with serve(make(seen)) as address:
        answer = requests.post(
            f"{address}{prefix}/items/blue-chair?colour=light%20blue&colour=green",
            data={"size": "large", "note": "à la carte"},
            headers={"X-Tenant": "north", "Referer": "https://shop.example/cart"},
            cookies={"basket": "a%20b"},
            timeout=10,
        )
    assert answer.status_code in {200, 201}
    assert {
        ("query", "colour", "light blue"),
        ("query", "colour", "green"),
        ("query-name", "colour", "colour"),
        ("raw-query", "", "colour=light%20blue&colour=green"),
        ("form", "size", "large"),
        ("form", "note", "à la carte"),
        ("form-name", "size", "size"),
        ("header", "x-tenant", "north"),
        ("header", "referer", "https://shop.example/cart"),
        ("cookie", "basket", "a%20b"),
        ("cookie", "basket", "a b"),
        ("cookie-name", "basket", "basket"),
        ("path-parameter", "name", "blue-chair"),
    } <= seen["values"]
    assert any(part == "header-name" and text.lower() == "x-tenant" for part, _, text in seen["values"])
    assert seen["route"].replace(":str", "") == template
    assert seen["handler"] in {"item", "on_post"}
    assert seen["framework"] == framework


@pytest.mark.parametrize("framework", ["flask", "fastapi"])
def test_documents_and_files_are_seen(watching: Watch, framework: str) -> None:
    watching()
    template, serve, make = ROUTES[framework]
    prefix = "/shop" if "shop" in template else ""
    seen: Seen = {}
    with serve(make(seen)) as address:
        requests.post(
            f"{address}{prefix}/items/a", json={"order": {"lines": [{"sku": "chair-7"}, {"count": 4711}]}}, timeout=10
        )
        assert {
            ("json", "order.lines[0].sku", "chair-7"),
            ("json", "order.lines[1].count", "4711"),
            ("json-name", "order.lines[0]", "sku"),
        } <= seen["values"]
        requests.post(
            f"{address}{prefix}/items/a",
            data={"title": "My holiday"},
            files={"photo": ("beach.jpg", io.BytesIO(b"sand and sea"), "image/jpeg")},
            timeout=10,
        )
    assert {
        ("form", "title", "My holiday"),
        ("file-name", "photo", "beach.jpg"),
        ("file", "photo", "sand and sea"),
    } <= seen["values"]


def test_wrong_input_is_left_to_the_application(watching: Watch) -> None:
    watching()
    seen: Seen = {}
    with wsgi(flask_application(seen)) as address:
        for body, kind in (
            (b"\xff\xfe%zz=%", "application/x-www-form-urlencoded"),
            (b'{"a":', "application/json"),
            (b"--x", "multipart/form-data"),
        ):
            answer = requests.post(f"{address}/items/x?%ff=%zz", data=body, headers={"Content-Type": kind}, timeout=10)
            assert answer.text == "fine"
        answer = requests.post(f"{address}/items/x", data=iter([b"a=1&", b"b=2"]), timeout=10)
        assert answer.status_code in {200, 400, 411}
        assert requests.post(f"{address}/items/x", data=b"y" * 1_000_000, timeout=10).text == "fine"


def test_a_view_of_a_class_is_told_by_its_method(watching: Watch) -> None:
    watching()
    seen: Seen = {}
    with wsgi(flask_application(seen)) as address:
        requests.get(f"{address}/things/4711", timeout=10)
    assert seen["handler"] == "get"
    assert ("path-parameter", "key", "4711") in seen["values"]


def test_a_stream_keeps_its_request(watching: Watch) -> None:
    watching()
    application = flask.Flask(__name__)
    during: list[str] = []

    @application.get("/stream/<name>")
    def stream(name: str) -> flask.Response:
        def lines() -> Iterator[str]:
            for number in range(3):
                request = current.get()
                during.append(request.path if request else "")
                yield f"{number}\n"

        return flask.Response(lines(), mimetype="text/plain")

    with wsgi(application) as address:
        assert requests.get(f"{address}/stream/news", timeout=10).text == "0\n1\n2\n"
    assert during == ["/stream/news"] * 3
    assert current.get() is None


def test_threads_work_within_the_request_that_started_them(watching: Watch) -> None:
    watching()
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(1)
    application = flask.Flask(__name__)
    paths: list[str | None] = []

    def note() -> None:
        request = current.get()
        paths.append(request.path if request else None)

    @application.get("/work")
    def work() -> str:
        thread = threading.Thread(target=note)
        thread.start()
        thread.join()
        pool.submit(note).result()
        return "fine"

    with wsgi(application) as address:
        requests.get(f"{address}/work", timeout=10)
    pool.submit(note).result()
    pool.shutdown()
    assert paths == ["/work", "/work", None]


def test_aiohttp(watching: Watch) -> None:
    watching()
    seen: Seen = {}

    async def item(request: aiohttp.web.Request) -> aiohttp.web.Response:
        await request.read()
        look(seen)
        return aiohttp.web.Response(text="fine")

    async def ask() -> None:
        application = aiohttp.web.Application()
        application.router.add_post("/items/{name}", item)
        runner = aiohttp.web.AppRunner(application)
        await runner.setup()
        site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"http://127.0.0.1:{port}/items/chair?q=blue", json={"a": "green"}) as answer,
        ):
            assert await answer.text() == "fine"
        await runner.cleanup()

    asyncio.run(ask())
    assert {("path-parameter", "name", "chair"), ("query", "q", "blue"), ("json", "a", "green")} <= seen["values"]
    assert seen["route"] == "/items/{name}"


def test_tornado(watching: Watch) -> None:
    watching()
    seen: Seen = {}

    class Item(tornado.web.RequestHandler):
        def post(self, name: str) -> None:
            look(seen)
            self.write("fine")

    async def ask() -> None:
        server = tornado.httpserver.HTTPServer(tornado.web.Application([(r"/items/(\w+)", Item)]))
        listener = tornado.netutil.bind_sockets(0, "127.0.0.1")
        server.add_sockets(listener)
        port = listener[0].getsockname()[1]
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"http://127.0.0.1:{port}/items/chair?q=blue", data={"a": "green"}) as answer,
        ):
            assert await answer.text() == "fine"
        server.stop()
        await server.close_all_connections()

    asyncio.run(ask())
    assert {("query", "q", "blue"), ("form", "a", "green")} <= seen["values"]
    assert any(part == "path-parameter" and text == "chair" for part, _, text in seen["values"])
    assert seen["route"] is not None


def test_what_a_route_does_is_counted(watching: Watch) -> None:
    watching()
    operations.begin_anew()
    seen: Seen = {}
    with wsgi(flask_application(seen)) as address:
        for number in range(3):
            requests.get(f"{address}/things/{number}", timeout=10)
        requests.get(f"{address}/nowhere/at/all", timeout=10)
    rows = {(row["route"], row["method"]): row for row in operations.take_changed(ROOM)}
    things = rows["/things/<int:key>", "GET"]
    assert things["calls"] == 3
    assert things["statuses"] == {"2xx": 3}
    assert sum(things["latency"]["counts"]) == 3
    assert rows["?", "GET"]["statuses"] == {"4xx": 1}
    assert operations.take_changed(ROOM) == []
    assert json.dumps(rows["?", "GET"])
