"""Requests of Tornado's server, which speaks neither WSGI nor ASGI."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterator
from time import perf_counter
from typing import Any, Final

from setpoint_agent.handovers import ENTRIES, first_link, links
from setpoint_agent.operations.counts import operations
from setpoint_agent.patching.interface import Patch
from setpoint_agent.quiet import quietly
from setpoint_agent.request import FILE_NAME, FORM, FORM_NAME, WEBSOCKET, Request, Value, current
from setpoint_agent.sources.answers import tell, tell_head
from setpoint_agent.sources.frameworks import add_parameters, code_behind
from setpoint_agent.sources.opening import PROBE_HEADER, probe_of, wanted
from setpoint_agent.sources.parts import of_body, of_headers, of_pairs, of_query


def _watched(original: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """`RequestHandler._execute`: everything between the parsed request and the end of its handler."""

    @functools.wraps(original)
    async def execute(handler: Any, transforms: Any, *arguments: Any, **keywords: Any) -> None:
        request = _opened(handler, arguments, keywords) if wanted() else None
        if request is None:
            await original(handler, transforms, *arguments, **keywords)
            return
        token = current.set(request)
        linked = links.set(first_link())
        try:
            await original(handler, transforms, *arguments, **keywords)
        finally:
            current.reset(token)
            links.reset(linked)
            operations.finish(request, handler.get_status())

    ENTRIES.add(execute.__code__)  # type: ignore[attr-defined]  # `wraps` gives back the function itself
    return execute


def _flushed(original: Callable[..., Any]) -> Callable[..., Any]:
    """`RequestHandler.finish(chunk)`: what was written so far and the last of it are the answer."""

    @functools.wraps(original)
    def finishing(handler: Any, *arguments: Any, **keywords: Any) -> Any:
        request = current.get()
        if request is not None:
            _look_at(request, handler, arguments[0] if arguments else keywords.get("chunk"))
        return original(handler, *arguments, **keywords)

    return finishing


def _message_read(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def handling(protocol: Any, opcode: int, data: bytes) -> Any:
        _note_message(data)
        return original(protocol, opcode, data)

    return handling


@quietly
def _opened(handler: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Request:
    given = handler.request
    request = Request(given.method, given.path, "tornado")
    request.route = _template(handler)
    request.handler = code_behind(getattr(handler, given.method.lower(), None))
    request.probe = probe_of(given.headers.get(PROBE_HEADER, ""))
    request.add_source(lambda: _values(given))
    decoded = [(name, _text(value)) for name, value in [*enumerate(arguments), *keywords.items()] if value is not None]
    add_parameters(request, [(str(name), value) for name, value in decoded])
    request.began = perf_counter()
    return request


def _template(handler: Any) -> str | None:
    """The pattern of the rule that leads to this handler's class."""
    for rule in getattr(handler.application.wildcard_router, "rules", ()):
        if rule.target is type(handler):
            return str(rule.matcher.regex.pattern)
    return None


def _values(given: Any) -> Iterator[Value]:
    yield from of_query(given.query)
    yield from of_headers(given.headers.get_all())
    yield from of_body(given.body, given.headers.get("Content-Type", ""))
    yield from of_pairs(
        ((name, value) for name, values in given.body_arguments.items() for value in values), FORM, FORM_NAME
    )
    for files in given.files.values():
        yield from (Value(FILE_NAME, each["filename"], each["filename"]) for each in files)


@quietly
def _look_at(request: Request, handler: Any, chunk: Any) -> None:
    answer = tell_head(request, handler.get_status(), list(handler._headers.get_all()))
    for each in (*handler._write_buffer, chunk):
        answer.add(each.encode() if isinstance(each, str) else each if isinstance(each, bytes) else b"")
    tell(request, answer)


@quietly
def _note_message(data: bytes) -> None:
    request = current.get()
    if request is not None:
        request.add_source(lambda: [Value(WEBSOCKET, "", _text(data))])


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


PATCHES: Final = (
    Patch("tornado.web", "RequestHandler._execute", _watched),
    Patch("tornado.web", "RequestHandler.finish", _flushed),
    Patch("tornado.websocket", "WebSocketProtocol13._handle_message", _message_read),
)
