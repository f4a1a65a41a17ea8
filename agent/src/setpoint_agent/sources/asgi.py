"""Requests and WebSockets that come in through ASGI: an application's `__call__` is watched, of any framework."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import partial
from time import perf_counter
from types import ModuleType
from typing import Any, Final

from setpoint_agent.handovers import ENTRIES, first_link, links
from setpoint_agent.patching.interface import Patch, Preparation
from setpoint_agent.quiet import quietly
from setpoint_agent.request import WEBSOCKET, Request, Value, current
from setpoint_agent.sources.answers import NONE, Answer, tell, tell_head
from setpoint_agent.sources.frameworks import own_code
from setpoint_agent.sources.opening import PROBE_HEADER, finish, probe_of
from setpoint_agent.sources.parts import MOST_BODY, of_body, of_header, of_json_text, of_query
from setpoint_agent.switch import switch

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_PROBE: Final = PROBE_HEADER.encode()


def watched(application: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """An application that is a function, with a request opened around each of its calls."""
    own = own_code(application)

    @functools.wraps(application)
    async def call(scope: Message, receive: Receive, send: Send) -> Any:
        visit = _visit(scope, receive, send, own) if switch.on and current.get() is None else None
        if visit is None:
            return await application(scope, receive, send)
        return await visit.run(application, scope)

    return call


def watched_method(application: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The same for a method. Its parameters are those of ASGI: servers call with none to find out a factory."""

    @functools.wraps(application)
    async def __call__(self: Any, scope: Message, receive: Receive, send: Send) -> Any:  # noqa: N807 - as it is named
        visit = _visit(scope, receive, send, None) if switch.on and current.get() is None else None
        if visit is None:
            return await application(self, scope, receive, send)
        return await visit.run(application, self, scope)

    return __call__


class Visit(Request):
    """One request on its way through an application: one object and few functions, as `wsgi.Visit` says why."""

    _answer = NONE
    _body = b""
    _has_seen_enough = False
    """Of the answer: its body is no page."""

    def __init__(self, scope: Message, receive: Receive, send: Send, own: Any) -> None:
        self.method = scope.get("method", "WEBSOCKET")
        self.path = scope["path"]
        self._scope = scope
        self._receive = receive
        self._send = send
        self._own = own
        """The code that answers where no framework tells."""
        self._began = perf_counter()

    def first_parts(self) -> Iterable[Value]:
        return _values(self._scope)

    async def run(self, application: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        token, linked = current.set(self), links.set(first_link())
        failed = True
        try:
            result = await application(*arguments, self.receive, self.send)
            failed = False
            return result
        finally:
            if self.handler is None:
                self.handler = self._own
            if self._answer.page:
                tell(self, self._answer)
            current.reset(token)
            links.reset(linked)
            status = 0 if failed and not self._answer.status else self._answer.status
            finish(self, status, perf_counter() - self._began)

    async def receive(self) -> Message:
        message = await self._receive()
        self._note_received(message)
        return message

    def send(self, message: Message) -> Awaitable[None]:
        if not self._has_seen_enough:
            self._note_sent(message)
        return self._send(message)

    @quietly
    def _note_received(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.request":
            body = message.get("body", b"")
            if body or self._body:
                self._note_body(body, last=not message.get("more_body"))
        elif kind == "websocket.receive":
            text = message.get("text") or (message.get("bytes") or b"")[:MOST_BODY].decode("utf-8", "replace")
            self.add_source(lambda: _of_message(text))

    def _note_body(self, more: bytes, *, last: bool) -> None:
        if len(self._body) < MOST_BODY:
            self._body += more[: MOST_BODY - len(self._body)]
            if last or len(self._body) == MOST_BODY:
                self.add_source(partial(of_body, self._body, _header(self._scope, b"content-type")))

    @quietly
    def _note_sent(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.body":
            self._answer.add(bytes(message.get("body", b"")))
        elif kind == "http.response.start":
            headers = [(name.decode("latin-1"), text.decode("latin-1")) for name, text in message.get("headers", ())]
            answer = self._answer = Answer(int(message["status"]), headers)
            self._has_seen_enough = not answer.page
            tell_head(self, answer)
        elif kind == "websocket.accept":
            self._answer = Answer(101, [])


ENTRIES.add(Visit.run.__code__)


@quietly
def _visit(scope: Message, receive: Receive, send: Send, own: Any) -> Visit | None:
    if scope["type"] not in {"http", "websocket"}:
        return None
    visit = Visit(scope, receive, send, own)
    if switch.fleet_key:
        visit.probe = probe_of(_header(scope, _PROBE))
    return visit


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
    if callable(getattr(config, "loaded_app", None)):
        config.loaded_app = watched(config.loaded_app.__call__)


PATCHES: Final = (
    Patch("starlette.applications", "Starlette.__call__", watched_method),
    Patch("django.core.handlers.asgi", "ASGIHandler.__call__", watched_method),
    Patch("litestar.app", "Litestar.__call__", watched_method),
    Patch("falcon.asgi.app", "App.__call__", watched_method),
    Preparation("uvicorn.config", _watch_uvicorn),
)
"""Frameworks by their own entry points (FastAPI by Starlette's); uvicorn for applications that are of none of them."""
