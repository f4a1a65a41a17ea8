"""What applications of the other frameworks, and of none, answer."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote
from wsgiref.util import setup_testing_defaults

import aiohttp.web
import bottle
import falcon
import falcon.testing
import httpx
import litestar
import pytest
import tornado.httpserver
import tornado.netutil
import tornado.web
from tests.conftest import Watch

FAMILIES = ("passages.escapers", "sinks.headers", "sinks.templates", "sinks.pages")
FOUND = {"page": "cross-site-scripting", "redirect": "open-redirect", "header": "header-injection", "escaped": None}
Ask = Callable[[str, str], None]
"""(what, input)."""


def through_wsgi(application: Callable[..., Any]) -> Ask:
    def ask(what: str, text: str) -> None:
        environ: dict[str, Any] = {"PATH_INFO": f"/{what}", "QUERY_STRING": f"q={quote(text)}"}
        setup_testing_defaults(environ)
        body = application(environ, lambda *_: lambda _: None)
        for _ in body:
            pass
        if hasattr(body, "close"):
            body.close()

    return ask


def of_bottle() -> Ask:
    made = bottle.Bottle()

    @made.get("/<what>")  # type: ignore[untyped-decorator]  # bottle has no types
    def answer(what: str) -> Any:
        text = bottle.request.query.getunicode("q")
        if what == "redirect":
            bottle.redirect(text)
        if what == "header":
            bottle.response.set_header("X-Shown", text)
            return {"fine": True}
        return f"<p>{html.escape(text) if what == 'escaped' else text}</p>"

    return through_wsgi(made.wsgi)


def of_falcon() -> Ask:
    class Answer:
        def on_get(self, req: Any, resp: Any, what: str) -> None:
            text = req.get_param("q")
            if what == "redirect":
                raise falcon.HTTPFound(text)
            if what == "header":
                resp.set_header("X-Shown", text)
                return
            resp.content_type = "text/html"
            resp.text = f"<p>{html.escape(text) if what == 'escaped' else text}</p>"

    made = falcon.App()
    made.add_route("/{what}", Answer())
    return through_wsgi(made)


def of_none() -> Ask:
    from setpoint_agent.sources.wsgi import watched

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        what, text = environ["PATH_INFO"][1:], parse_qs(environ["QUERY_STRING"])["q"][0]
        if what == "redirect":
            start_response("302 Found", [("Location", text)])
            return []
        if what == "header":
            start_response("200 OK", [("Content-Type", "text/plain"), ("X-Shown", text)])
            return [b"fine"]
        start_response("200 OK", [("Content-Type", "text/html")])
        return [f"<p>{html.escape(text) if what == 'escaped' else text}</p>".encode()]

    return through_wsgi(watched(answer))


def of_litestar() -> Ask:
    @litestar.get("/{what:str}")
    async def answer(request: litestar.Request[Any, Any, Any]) -> litestar.Response[Any]:
        what, text = request.path_params["what"], request.query_params["q"]
        if what == "redirect":
            return litestar.response.Redirect(text)
        if what == "header":
            return litestar.Response({}, headers={"X-Shown": text})
        return litestar.Response(f"<p>{html.escape(text) if what == 'escaped' else text}</p>", media_type="text/html")

    def ask(what: str, text: str) -> None:
        async def get() -> None:
            application: Any = litestar.Litestar([answer])
            transport = httpx.ASGITransport(application)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop.example.com") as client:
                await client.get(f"/{what}", params={"q": text})

        asyncio.run(get())

    return ask


def of_aiohttp() -> Ask:
    async def answer(request: aiohttp.web.Request) -> aiohttp.web.StreamResponse:
        what, text = request.match_info["what"], request.query["q"]
        if what == "redirect":
            raise aiohttp.web.HTTPFound(text)
        if what == "header":
            return aiohttp.web.json_response({}, headers={"X-Shown": text})
        shown = html.escape(text) if what == "escaped" else text
        return aiohttp.web.Response(text=f"<p>{shown}</p>", content_type="text/html")

    def ask(what: str, text: str) -> None:
        async def get() -> None:
            application = aiohttp.web.Application()
            application.router.add_get("/{what}", answer)
            runner = aiohttp.web.AppRunner(application)
            await runner.setup()
            await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
            async with httpx.AsyncClient() as client:
                await client.get(f"http://127.0.0.1:{runner.addresses[0][1]}/{what}", params={"q": text})
            await runner.cleanup()

        asyncio.run(get())

    return ask


def of_tornado() -> Ask:
    class Answer(tornado.web.RequestHandler):
        def get(self, what: str) -> None:
            text = self.get_query_argument("q")
            if what == "redirect":
                self.redirect(text)
            elif what == "header":
                self.set_header("X-Shown", text)
                self.write({})
            else:
                self.write(f"<p>{html.escape(text) if what == 'escaped' else text}</p>")

    def ask(what: str, text: str) -> None:
        async def get() -> None:
            server = tornado.httpserver.HTTPServer(tornado.web.Application([(r"/(\w+)", Answer)]))
            (listener,) = tornado.netutil.bind_sockets(0, "127.0.0.1")
            server.add_socket(listener)
            async with httpx.AsyncClient() as client:
                await client.get(f"http://127.0.0.1:{listener.getsockname()[1]}/{what}", params={"q": text})
            server.stop()
            await server.close_all_connections()

        asyncio.run(get())

    return ask


MAKERS = (of_bottle, of_falcon, of_none, of_litestar, of_aiohttp, of_tornado)


@pytest.fixture(params=MAKERS, ids=lambda each: each.__name__)
def ask(request: pytest.FixtureRequest) -> Ask:
    made: Ask = request.param()
    return made


@pytest.mark.parametrize("what", FOUND)
def test_answers(watching: Watch, ask: Ask, what: str, smith: str, blue: str) -> None:
    evidence = watching(*FAMILIES)
    for text in (smith, blue):
        evidence.clear()
        ask(what, text)
        assert [each.kind.name for each in evidence] == ([FOUND[what]] if FOUND[what] else [])
        assert all(each.frames[-1].function.endswith(("answer", "get", "on_get")) for each in evidence)
