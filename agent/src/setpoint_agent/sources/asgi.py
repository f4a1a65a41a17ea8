"""Requests and WebSockets that come in through ASGI: an application's `__call__` is watched, of any framework."""

from __future__ import annotations

import functools
import time
from collections.abc import Awaitable, Callable, Iterator
from types import ModuleType
from typing import Any, Final

from setpoint_agent.patching.interface import Patch, Preparation
from setpoint_agent.quiet import quietly
from setpoint_agent.request import WEBSOCKET, Request, Value, current
from setpoint_agent.sources.answers import Answer, tell
from setpoint_agent.sources.frameworks import own_code
from setpoint_agent.sources.opening import PROBE_HEADER, finish, probe_of, wanted
from setpoint_agent.sources.parts import MOST_BODY, of_body, of_header, of_json_text, of_query
from setpoint_agent.stack import ENTRIES

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_PROBE: Final = PROBE_HEADER.encode()


def watched(application: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """An application that is a function, with a request opened around each of its calls."""
    own = own_code(application)

    @functools.wraps(application)
    async def call(scope: Message, receive: Receive, send: Send) -> Any:
        visit = _visit(scope, receive, send, own) if wanted() else None
        if visit is None:
            return await application(scope, receive, send)
        return await visit.run(lambda: application(scope, visit.receive, visit.send))

    return call


def watched_method(application: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The same for a method. Its parameters are those of ASGI: servers call with none to find out a factory."""

    @functools.wraps(application)
    async def __call__(self: Any, scope: Message, receive: Receive, send: Send) -> Any:  # noqa: N807 - as it is named
        visit = _visit(scope, receive, send) if wanted() else None
        if visit is None:
            return await application(self, scope, receive, send)
        return await visit.run(lambda: application(self, scope, visit.receive, visit.send))

    return __call__


class Visit:
    """One request on its way through an application."""

    __slots__ = ("_answer", "_began", "_body", "_content_type", "_own", "_receive", "_send", "request")

    def __init__(self, request: Request, receive: Receive, send: Send, content_type: bytes, own: Any) -> None:
        self.request = request
        self._receive = receive
        self._send = send
        self._content_type = content_type
        self._own = own
        """The code that answers where no framework tells."""
        self._answer = Answer()
        self._body = b""
        self._began = time.perf_counter()

    async def run(self, call: Callable[[], Awaitable[Any]]) -> Any:
        token = current.set(self.request)
        failed = True
        try:
            result = await call()
            failed = False
            return result
        finally:
            if self.request.handler is None:
                self.request.handler = self._own
            tell(self.request, self._answer)
            current.reset(token)
            status = 0 if failed and not self._answer.status else self._answer.status
            finish(self.request, status, time.perf_counter() - self._began)

    async def receive(self) -> Message:
        message = await self._receive()
        self._note_received(message)
        return message

    async def send(self, message: Message) -> None:
        self._note_sent(message)
        await self._send(message)

    @quietly
    def _note_received(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.request":
            body = message.get("body", b"")
            if body or self._body:
                self._note_body(body, last=not message.get("more_body"))
        elif kind == "websocket.receive":
            text = message.get("text") or (message.get("bytes") or b"")[:MOST_BODY].decode("utf-8", "replace")
            self.request.add_source(lambda: _of_message(text))

    def _note_body(self, more: bytes, *, last: bool) -> None:
        if len(self._body) < MOST_BODY:
            self._body += more[: MOST_BODY - len(self._body)]
            if last or len(self._body) == MOST_BODY:
                body, content_type = self._body, self._content_type.decode("latin-1")
                self.request.add_source(lambda: of_body(body, content_type))

    @quietly
    def _note_sent(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.body":
            if self._answer.page:
                self._answer.add(bytes(message.get("body", b"")))
        elif kind == "http.response.start":
            headers = [(name.decode("latin-1"), text.decode("latin-1")) for name, text in message.get("headers", ())]
            self._answer.begin(int(message["status"]), headers)
        elif kind == "websocket.accept":
            self._answer.status = 101


ENTRIES.add(Visit.run.__code__)


@quietly
def _visit(scope: Message, receive: Receive, send: Send, own: Any = None) -> Visit | None:
    if scope["type"] not in {"http", "websocket"}:
        return None
    request = Request(scope.get("method", "WEBSOCKET"), scope["path"])
    request.add_source(lambda: _values(scope))
    headers = dict(scope.get("headers", ()))
    probe = headers.get(_PROBE)
    if probe is not None:
        request.probe = probe_of(probe.decode("latin-1"))
    return Visit(request, receive, send, headers.get(b"content-type", b""), own)


def _values(scope: Message) -> list[Value]:
    values = list(of_query(scope.get("query_string", b"").decode("latin-1")))
    for name, text in scope.get("headers", ()):
        values += of_header(name.decode("latin-1"), text.decode("latin-1"))
    return values


def _of_message(text: str) -> Iterator[Value]:
    if text.lstrip()[:1] in {"{", "["}:
        yield from of_json_text(text)
    yield Value(WEBSOCKET, "", text)


def _watch_uvicorn(module: ModuleType) -> None:
    """uvicorn keeps the application it loaded in its configuration; what is loaded is of any framework, or of none."""
    load = module.Config.load

    @functools.wraps(load)
    def loading(config: Any, *arguments: Any, **keywords: Any) -> Any:
        result = load(config, *arguments, **keywords)
        _watch_loaded(config)
        return result

    module.Config.load = loading


@quietly
def _watch_loaded(config: Any) -> None:
    if callable(getattr(config, "loaded_app", None)):
        config.loaded_app = watched(config.loaded_app.__call__)


PATCHES: Final = (
    Patch("starlette.applications", "Starlette.__call__", watched_method),
    Patch("fastapi.applications", "FastAPI.__call__", watched_method),
    Patch("django.core.handlers.asgi", "ASGIHandler.__call__", watched_method),
    Patch("litestar.app", "Litestar.__call__", watched_method),
    Patch("falcon.asgi.app", "App.__call__", watched_method),
    Preparation("uvicorn.config", _watch_uvicorn),
)
"""Frameworks by their own entry points; uvicorn for applications that are of none of them."""
