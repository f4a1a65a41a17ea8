"""Requests and WebSockets that come in through ASGI: an application's `__call__` is watched, of any framework."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import partial
from time import perf_counter
from types import CodeType, MethodType, ModuleType
from typing import Any, Final

from setpoint_agent.handovers import ENTRIES
from setpoint_agent.operations.counts import operations
from setpoint_agent.patching.coroutines import as_coroutine_function
from setpoint_agent.patching.interface import Patch, Preparation
from setpoint_agent.quiet import quietly
from setpoint_agent.request import WEBSOCKET, Request, Value, current
from setpoint_agent.sources.answers import NONE, Answer, tell, tell_head
from setpoint_agent.sources.frameworks import is_watched, own_code
from setpoint_agent.sources.opening import PROBE_HEADER, probe_of
from setpoint_agent.sources.parts import MOST_BODY, of_body, of_header, of_json_text, of_query
from setpoint_agent.switch import switch

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_PROBE: Final = PROBE_HEADER.encode()
_OPENING: Final = frozenset({"http", "websocket"})
"""Types of scopes that are requests."""


def watched(application: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """An application that is a function, with a request opened around each of its calls."""
    own = own_code(application)

    def call(scope: Message, receive: Receive, send: Send) -> Awaitable[Any]:
        if not switch.on or current.get() is not None or scope.get("type") not in _OPENING:
            return application(scope, receive, send)
        visit = Visit(scope, receive, send)
        visit.own = own
        visit.coroutine = coroutine = visit.run(application)
        return coroutine

    return as_coroutine_function(call, application)


def watched_method(application: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The same for a method. Its parameters are those of ASGI: servers call with none to find out a factory."""

    def __call__(self: Any, scope: Message, receive: Receive, send: Send) -> Awaitable[Any]:  # noqa: N807 - its name
        if not switch.on or current.get() is not None or scope.get("type") not in _OPENING:
            return application(self, scope, receive, send)
        visit = Visit(scope, receive, send)
        visit.coroutine = coroutine = visit.run(MethodType(application, self))
        return coroutine

    return as_coroutine_function(__call__, application)


class Visit(Request):
    """One request on its way through an application: one object and few functions, as `wsgi.Visit` says why."""

    own: CodeType | None = None
    """The code that answers where no framework tells."""
    _answer = NONE
    _body = b""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Nothing in here can go wrong, so that opening a request takes no other function."""
        self.method = scope.get("method", "WEBSOCKET")
        self.path = scope.get("path", "")
        self._scope = scope
        self._receive = receive
        self._send = send
        if switch.fleet_key:
            self._note_probe()
        self.began = perf_counter()

    @quietly
    def _note_probe(self) -> None:
        self.probe = probe_of(_header(self._scope, _PROBE))

    def first_parts(self) -> Iterable[Value]:
        return _values(self._scope)

    async def run(self, application: Callable[..., Awaitable[Any]]) -> Any:
        token = current.set(self)
        try:
            return await application(self._scope, self.receive, self.send)
        finally:
            if self.own is not None:
                self.handler = self.handler or self.own
            if self._answer.page:
                tell(self, self._answer)
            current.reset(token)
            self.coroutine = None
            operations.finish(self, self._answer.status)

    async def receive(self) -> Message:
        message = await self._receive()
        self._note_received(message)
        return message

    def send(self, message: Message) -> Awaitable[None]:
        answer = self._answer
        if answer is NONE:
            self._answer = _head_of(self, message) or NONE
            return self._send(message)
        if answer.page:
            self._note_body(message)
        return _sent_outside(self._send, message)

    @quietly
    def _note_received(self, message: Message, /) -> None:
        kind = message["type"]
        if kind == "http.request":
            body = message.get("body", b"")
            if (body or self._body) and len(self._body) < MOST_BODY:
                self._body += body[: MOST_BODY - len(self._body)]
                if len(self._body) == MOST_BODY or not message.get("more_body"):
                    self.add_source(partial(_of_body, self._body, self._scope))
        elif kind == "websocket.receive":
            text = message.get("text") or (message.get("bytes") or b"")[:MOST_BODY].decode("utf-8", "replace")
            self.add_source(lambda: _of_message(text))

    @quietly
    def _note_body(self, message: Message, /) -> None:
        self._answer.add(bytes(message.get("body", b"")))


ENTRIES.add(Visit.run.__code__)


@quietly
def _head_of(visit: Visit, message: Message, /) -> Answer | None:
    if message["type"] == "http.response.start":
        return tell_head(visit, message["status"], message.get("headers", ()))
    return Answer(101, ()) if message["type"] == "websocket.accept" else None


async def _sent_outside(send: Send, message: Message) -> None:
    """What a server starts by the end of an answer (a timer until the next request, say) keeps its context, for seconds
    and with those of many other requests: the request must not live in it."""
    token = current.set(None)
    try:
        await send(message)
    finally:
        current.reset(token)


def _of_body(body: bytes, scope: Message) -> Iterator[Value]:
    return of_body(body, _header(scope, b"content-type"))


def _header(scope: Message, name: bytes) -> str:
    """What it says; empty where there is none."""
    found: bytes = dict(scope.get("headers", ())).get(name, b"")
    return found.decode("latin-1")


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
    application = getattr(config, "loaded_app", None)
    if callable(application) and not _is_watched(application):
        config.loaded_app = watched(application.__call__)


def _is_watched(application: Any) -> bool:
    """Whether it is of a framework that is watched by itself, behind uvicorn's own middleware at most."""
    while type(application).__module__.startswith("uvicorn.middleware.") and hasattr(application, "app"):
        application = application.app
    return is_watched(application)


PATCHES: Final = (
    Patch("starlette.applications", "Starlette.__call__", watched_method),
    Patch("django.core.handlers.asgi", "ASGIHandler.__call__", watched_method),
    Patch("litestar.app", "Litestar.__call__", watched_method),
    Patch("falcon.asgi.app", "App.__call__", watched_method),
    Preparation("uvicorn.config", _watch_uvicorn),
)
"""Frameworks by their own entry points (FastAPI by Starlette's); uvicorn for applications that are of none of them."""
