"""Calls to other services: which part of their address does input decide? Also counts them as effects of the request.

Libraries lie on top of each other (requests, urllib3, http.client, socket). The outermost one is what the application
wrote, with the whole address; what happens below it is its own doing, and neither looked at nor counted again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Final

from setpoint_agent.catalogue import REQUEST_FORGERY
from setpoint_agent.examination import examine
from setpoint_agent.patching.interface import Patch, Wrap
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.quiet import quietly
from setpoint_agent.request import current
from setpoint_agent.sinks.callers import application_caller
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import argument

OUTBOUND, OUTBOUND_UNSAFE = "outbound", "outbound-unsafe"
"""Effects: a call to elsewhere, and one of these by a method that is there to change something."""
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""RFC 9110 §9.2.1."""

Destination = tuple[str, str]
"""(address, method); the method is empty where there is none."""
Read = Callable[[Sequence[Any], Mapping[str, Any]], Destination]

_inside: ContextVar[bool] = ContextVar("setpoint_outbound", default=False)
"""Whether a library that is already watched makes the call."""


def _outermost(name: str, read: Read) -> Wrap:
    """The wrapper of a function, or coroutine function, that makes a call to the destination that `read` tells."""
    look = _looking(_sink(name), read)

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            if current.get() is None or _inside.get():
                return original(*arguments, **keywords)
            look(arguments, keywords)
            token = _inside.set(True)
            try:
                return original(*arguments, **keywords)
            finally:
                _inside.reset(token)

        async def call_async(*arguments: Any, **keywords: Any) -> Any:
            if current.get() is None or _inside.get():
                return await original(*arguments, **keywords)
            look(arguments, keywords)
            token = _inside.set(True)
            try:
                return await original(*arguments, **keywords)
            finally:
                _inside.reset(token)

        return in_place_of(original, call_async if inspect.iscoroutinefunction(original) else call)

    return wrap


def _sink(name: str) -> Sink:
    return Sink(REQUEST_FORGERY, name, "url", safe_after=frozenset({"url", "url-host"}))


def _looking(sink: Sink, read: Read) -> Callable[[Sequence[Any], Mapping[str, Any]], None]:
    @quietly
    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        address, method = read(arguments, keywords)
        _count(method)
        examine(sink, address)

    return look


def _count(method: str) -> None:
    request = current.get()
    if request is not None:
        request.effects[OUTBOUND] += 1
        if method and method.upper() not in SAFE_METHODS:
            request.effects[OUTBOUND_UNSAFE] += 1


def _method_and_address(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Destination:
    """`session.request(method, url)`, as most libraries have it."""
    return _text(argument(arguments, keywords, 2, "url")), _text(argument(arguments, keywords, 1, "method"))


def _made_before(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Destination:
    """`client.send(request)`."""
    made = argument(arguments, keywords, 1, "request")
    return _text(made.url), _text(made.method)


def _of_aiohttp(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Destination:
    address, method = _text(argument(arguments, keywords, 2, "str_or_url")), argument(arguments, keywords, 1, "method")
    base = getattr(arguments[0], "_base_url", None)
    if base is not None and "://" not in address:
        address = f"{_text(base).rstrip('/')}/{address.lstrip('/')}"
    return address, _text(method)


def _of_urllib(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Destination:
    target = argument(arguments, keywords, 1, "fullurl")
    if isinstance(target, str):
        return target, "GET" if argument(arguments, keywords, 2, "data") is None else "POST"
    return _text(target.full_url), _text(target.get_method())


def _of_connection(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Destination:
    """`HTTPConnection(host, port).request(method, path)`, and urllib3's pools of such connections."""
    path, method = _method_and_address(arguments, keywords)
    if path.startswith("/"):
        path = f"http://{arguments[0].host}:{arguments[0].port}{path}"
    return path, method


def _of_socket(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Destination:
    return _of_pair(argument(arguments, keywords, 0, "address"))


def _of_loop(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Destination:
    return _of_pair((argument(arguments, keywords, 2, "host"), argument(arguments, keywords, 3, "port")))


def _of_pair(address: Any) -> Destination:
    """A host and a port; sockets of other families have no address that leads elsewhere."""
    if isinstance(address, tuple) and len(address) >= 2 and isinstance(address[0], str | bytes):
        return f"//{_text(address[0])}:{address[1]}", ""
    return "", ""


def _text(given: Any) -> str:
    return given.decode("utf-8", "replace") if isinstance(given, bytes) else str(given)


_CONNECT: Final = _sink("socket.connect")


def _connected(event: tuple[Any, ...]) -> None:
    """A socket that the application itself connects; libraries do so below something that is watched."""
    if current.get() is not None and not _inside.get() and application_caller() is not None:
        address, _ = _of_pair(event[1])
        if address:
            _count("")
            examine(_CONNECT, address)


AUDITS: Final = {"socket.connect": _connected}

PATCHES: Final = (
    Patch("requests.sessions", "Session.request", _outermost("requests.request", _method_and_address)),
    Patch("requests.sessions", "Session.send", _outermost("requests.Session.send", _made_before)),
    Patch("httpx._client", "Client.send", _outermost("httpx.request", _made_before)),
    Patch("httpx._client", "AsyncClient.send", _outermost("httpx.AsyncClient.request", _made_before)),
    Patch("aiohttp.client", "ClientSession._request", _outermost("aiohttp.ClientSession.request", _of_aiohttp)),
    Patch("urllib3.poolmanager", "PoolManager.urlopen", _outermost("urllib3.PoolManager.request", _method_and_address)),
    Patch("urllib3.connectionpool", "HTTPConnectionPool.urlopen", _outermost("urllib3.urlopen", _of_connection)),
    Patch("urllib.request", "OpenerDirector.open", _outermost("urllib.request.urlopen", _of_urllib)),
    Patch("http.client", "HTTPConnection.request", _outermost("http.client.HTTPConnection.request", _of_connection)),
    Patch("http.client", "HTTPConnection.putrequest", _outermost("http.client.putrequest", _of_connection)),
    Patch("socket", "create_connection", _outermost("socket.create_connection", _of_socket)),
    Patch("asyncio.base_events", "BaseEventLoop.create_connection", _outermost("asyncio.open_connection", _of_loop)),
)
