"""What FastAPI, Starlette, and applications of no framework answer: pages, redirects, headers, sessions."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import parse_qs

import httpx
import jinja2
import pytest
from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from tests.conftest import Watch

FAMILIES = (
    "passages.escapers",
    "passages.validators",
    "sinks.headers",
    "sinks.templates",
    "sinks.pages",
    "sinks.session",
)
templates = jinja2.Environment(autoescape=True)


async def page_of_text(q: str) -> HTMLResponse:
    return HTMLResponse(f"<p>Hello {q}</p>")


def page_of_thread(q: str) -> HTMLResponse:
    return HTMLResponse("<p>Hello " + q + "</p>")


async def page_with_safe(q: str) -> HTMLResponse:
    return HTMLResponse(templates.from_string("<b>{{ q }}</b><p>Hello {{ q|safe }}</p>").render(q=q))


async def page_compressed(q: str) -> HTMLResponse:
    return HTMLResponse(f"<p>Hello {q}</p>" + "<hr>" * 500)


async def redirect_to(q: str) -> RedirectResponse:
    return RedirectResponse(q)


async def redirect_by_error(q: str) -> None:
    raise HTTPException(status_code=307, headers={"Location": q})


async def header_set(q: str, response: Response) -> dict[str, str]:
    response.headers["X-Shown"] = q
    return {}


async def header_given(q: str) -> JSONResponse:
    return JSONResponse({}, headers={"X-Shown": q})


async def session_set(q: str, request: Request) -> dict[str, str]:
    request.session["colour"] = q
    return {}


UNSAFE: dict[Callable[..., Any], str] = {
    page_of_text: "cross-site-scripting",
    page_of_thread: "cross-site-scripting",
    page_with_safe: "cross-site-scripting",
    page_compressed: "cross-site-scripting",
    redirect_to: "open-redirect",
    redirect_by_error: "open-redirect",
    header_set: "header-injection",
    header_given: "header-injection",
    session_set: "trust-boundary",
}


async def page_escaped(q: str) -> HTMLResponse:
    return HTMLResponse(f"<p>Dear {html.escape(q)}</p>")


async def page_of_template(q: str) -> HTMLResponse:
    return HTMLResponse(templates.from_string("<i>blue John Smith</i><p>{{ q }}</p>").render(q=q))


async def page_declared(q: Annotated[str, Query(pattern="^[A-Za-z ]+$")]) -> HTMLResponse:
    return HTMLResponse(f"<p>Dear {q}</p>")


async def page_checked(q: str) -> HTMLResponse:
    if not re.fullmatch(r"[A-Za-z ]+", q):
        raise HTTPException(400)
    return HTMLResponse(f"<p>Dear {q}</p>")


async def page_of_number(number: int) -> HTMLResponse:
    return HTMLResponse(f"<p>{number}</p>")


async def document(q: str) -> dict[str, str]:
    return {"shown": f"<p>{q}</p>"}


async def plain(q: str) -> PlainTextResponse:
    return PlainTextResponse(q)


async def redirect_with_query(q: str) -> RedirectResponse:
    return RedirectResponse(f"https://shop.example.com/search?q={q}")


async def redirect_to_route(q: str, request: Request) -> RedirectResponse:
    return RedirectResponse(str(request.url_for("plain").include_query_params(q=q)))


SAFE = (
    page_escaped,
    page_of_template,
    page_declared,
    page_checked,
    page_of_number,
    document,
    plain,
    redirect_with_query,
    redirect_to_route,
)


def application() -> FastAPI:
    made = FastAPI()
    made.add_middleware(SessionMiddleware, secret_key="not a secret")
    made.add_middleware(GZipMiddleware, minimum_size=1_000)
    views: list[Callable[..., Any]] = [*UNSAFE, *SAFE]
    for each in views:
        made.add_api_route(f"/{each.__name__}", each, response_model=None)
    return made


def ask(asked: Any, path: str, value: str) -> int:
    async def get() -> int:
        transport = httpx.ASGITransport(asked)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example.com") as client:
            return (await client.get(path, params={"q": value, "number": "4711"})).status_code

    return asyncio.run(get())


@pytest.mark.parametrize("view", UNSAFE, ids=lambda each: each.__name__)
@pytest.mark.parametrize("value", ["John Smith", "blue"])
def test_unsafe(watching: Watch, view: Callable[..., Any], value: str) -> None:
    evidence = watching(*FAMILIES)
    assert ask(application(), f"/{view.__name__}", value) in {200, 307}
    assert {each.kind.name for each in evidence} == {UNSAFE[view]}
    assert view.__name__ in {each.function for found in evidence for each in found.frames}


@pytest.mark.parametrize("view", SAFE, ids=lambda each: each.__name__)
@pytest.mark.parametrize("value", ["John Smith", "blue"])
def test_safe(watching: Watch, view: Callable[..., Any], value: str) -> None:
    evidence = watching(*FAMILIES)
    assert ask(application(), f"/{view.__name__}", value) in {200, 307}
    assert [each.kind.name for each in evidence] == []


async def bare(scope: Any, receive: Any, send: Any) -> None:
    shown = parse_qs(scope["query_string"].decode())["q"][0]
    headers = [(b"content-type", b"text/html"), (b"x-shown", shown.encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": f"<p>Hello {shown}</p>".encode()})


def test_an_application_of_no_framework(watching: Watch) -> None:
    from setpoint_agent.sources.asgi import watched

    evidence = watching(*FAMILIES)
    assert ask(watched(bare), "/", "blue") == 200
    assert {each.kind.name for each in evidence} == {"cross-site-scripting", "header-injection"}
    assert {found.frames[-1].function for found in evidence} == {"bare"}
