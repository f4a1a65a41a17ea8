"""Requests of aiohttp's server, which speaks neither WSGI nor ASGI."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterator
from time import perf_counter
from typing import Any, Final

from setpoint_agent.handovers import ENTRIES, first_link, links
from setpoint_agent.operations.counts import operations
from setpoint_agent.patching.interface import Patch
from setpoint_agent.quiet import quietly
from setpoint_agent.request import FORM, FORM_NAME, WEBSOCKET, Request, Value, current
from setpoint_agent.sources.answers import tell, tell_head
from setpoint_agent.sources.frameworks import add_parameters, code_behind
from setpoint_agent.sources.opening import PROBE_HEADER, probe_of, wanted
from setpoint_agent.sources.parts import of_body, of_headers, of_pairs, of_query


def _watched(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """`Application._handle(request)`: everything between the parsed head and the response."""

    @functools.wraps(original)
    async def handle(application: Any, given: Any) -> Any:
        request = _opened(given) if wanted() else None
        if request is None:
            return await original(application, given)
        token, status = current.set(request), 0
        linked = links.set(first_link())
        try:
            response = await original(application, given)
            status = _looked_at(request, response) or 0
            return response
        except BaseException as error:
            status = int(getattr(error, "status", 0) or 0)  # aiohttp raises its redirects and refusals
            raise
        finally:
            current.reset(token)
            links.reset(linked)
            operations.finish(request, status)

    ENTRIES.add(handle.__code__)  # type: ignore[attr-defined]  # `wraps` gives back the function itself
    return handle


def _resolved(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(original)
    async def resolve(router: Any, given: Any) -> Any:
        found = await original(router, given)
        _note_route(found)
        return found

    return resolve


def _body_read(original: Callable[..., Awaitable[bytes]]) -> Callable[..., Awaitable[bytes]]:
    @functools.wraps(original)
    async def read(given: Any) -> bytes:
        body = await original(given)
        _note_body(body, given.headers.get("Content-Type", ""))
        return body

    return read


def _form_read(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(original)
    async def post(given: Any) -> Any:
        form = await original(given)
        _note_form(form)
        return form

    return post


def _message_read(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(original)
    async def receive(socket: Any, *arguments: Any, **keywords: Any) -> Any:
        message = await original(socket, *arguments, **keywords)
        _note_message(message)
        return message

    return receive


@quietly
def _opened(given: Any) -> Request:
    request = Request(given.method, given.path, "aiohttp")
    request.probe = probe_of(given.headers.get(PROBE_HEADER, ""))
    request.add_source(lambda: _values(given))
    request.began = perf_counter()
    return request


def _values(given: Any) -> Iterator[Value]:
    yield from of_query(given.rel_url.raw_query_string)
    yield from of_headers(given.headers.items())


@quietly
def _note_route(found: Any) -> None:
    request = current.get()
    if request is None:
        return
    resource = getattr(found.route, "resource", None)
    request.route = getattr(resource, "canonical", None)
    request.handler = code_behind(found.handler, request.method)
    add_parameters(request, dict(found))


@quietly
def _note_body(body: bytes, content_type: str) -> None:
    request = current.get()
    if request is not None and body:
        request.add_source(lambda: of_body(body, content_type))


@quietly
def _note_form(form: Any) -> None:
    request = current.get()
    if request is not None:
        request.add_source(lambda: of_pairs(form.items(), FORM, FORM_NAME))


@quietly
def _note_message(message: Any) -> None:
    request = current.get()
    if request is not None and isinstance(message.data, str):
        request.add_source(lambda: [Value(WEBSOCKET, "", message.data)])


@quietly
def _looked_at(request: Request, response: Any) -> int:
    answer = tell_head(request, int(response.status), list(response.headers.items()))
    body = getattr(response, "body", None)
    answer.add(body if isinstance(body, bytes) else b"")
    tell(request, answer)
    return answer.status


PATCHES: Final = (
    Patch("aiohttp.web_app", "Application._handle", _watched),
    Patch("aiohttp.web_urldispatcher", "UrlDispatcher.resolve", _resolved),
    Patch("aiohttp.web_request", "BaseRequest.read", _body_read),
    Patch("aiohttp.web_request", "BaseRequest.post", _form_read),
    Patch("aiohttp.web_ws", "WebSocketResponse.receive", _message_read),
)
