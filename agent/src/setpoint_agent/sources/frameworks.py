"""What only a framework knows of a request: its route's template, the function that answers, its path parameters.

Each wrapper notes what the framework has just found out, and changes nothing. Frameworks that are no WSGI or ASGI
application have a module of their own (`aiohttp_requests`, `tornado_requests`).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import FunctionType, MethodType, MethodWrapperType
from typing import Any, Final

from setpoint_agent.memory import address
from setpoint_agent.passages.escaping import escaping
from setpoint_agent.patching.coroutines import as_coroutine_function
from setpoint_agent.patching.interface import Patch, Wrap
from setpoint_agent.patching.replace import MARK
from setpoint_agent.quiet import quietly
from setpoint_agent.request import PATH_PARAMETER, Request, Value, current
from setpoint_agent.stack import is_library

Note = Callable[..., None]
"""(request, result or None, *arguments of the call)."""


@lru_cache(maxsize=4_096)
def code_behind(handler: Any, method: str = "") -> Any:
    """The code object of a view: behind decorators and partials, of a class's method where the view is a class."""
    escaping.new_handler()  # it is asked for once
    view_class = getattr(handler, "view_class", None) or (handler if isinstance(handler, type) else None)
    if view_class is not None:
        handler = getattr(view_class, method.lower(), None) or getattr(view_class, "dispatch_request", handler)
    while isinstance(handler, functools.partial):
        handler = handler.func
    handler = inspect.unwrap(handler) if callable(handler) else handler
    handler = getattr(handler, "__func__", handler)
    return getattr(handler, "__code__", None)


def own_code(application: Any) -> Any:
    """The code that answers where a WSGI or ASGI application is of no framework; None for what is of a library."""
    if isinstance(application, MethodWrapperType):  # `application.__call__` of a function, as uvicorn is handed it
        application = application.__self__
    if not isinstance(application, FunctionType | MethodType):
        application = inspect.getattr_static(type(application), "__call__", None)
    code = code_behind(application)
    return code if code is not None and not is_library(code.co_filename) else None


def is_watched(application: Any, *entries: str) -> bool:
    """Whether its framework's `__call__`, or one of `entries`, opens requests, with no code of its own before that."""
    for entry in ("__call__", *entries):
        for each in type(application).__mro__:
            method = vars(each).get(entry)
            if hasattr(method, MARK):
                return True
            if method is not None and own_code(method) is not None:
                return False
    return False


def add_parameters(request: Request, parameters: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> None:
    """Path parameters, as text: converters of the framework may have made numbers of them."""
    if parameters:
        pairs = list(parameters.items() if hasattr(parameters, "items") else parameters)
        request.add_source(lambda: [Value(PATH_PARAMETER, str(name), str(value)) for name, value in pairs])


_met: Final[set[int]] = set()
"""Applications of Flask that have answered."""
_at_first: Final[list[Callable[[Any], None]]] = []


def when_flask_answers(listener: Callable[[Any], None]) -> None:
    """Call `listener` with each application of Flask once, at its first request."""
    _at_first.append(quietly(listener))


def _meet(application: Any) -> None:
    _met.add(address(application))
    for listener in _at_first:
        listener(application)


def noting(note: Note, *, after: bool) -> Wrap:
    """The wrapper of a function that tells something about the current request, once it is called or has returned."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        quiet = quietly(note)

        def call(*arguments: Any, **keywords: Any) -> Any:
            request = current.get()
            if request is not None and not after:
                quiet(request, None, *arguments)
            result = original(*arguments, **keywords)
            if request is not None and after:
                quiet(request, result, *arguments)
            return result

        async def call_async(*arguments: Any, **keywords: Any) -> Any:
            request = current.get()
            if request is not None and not after:
                quiet(request, None, *arguments)
            result = await original(*arguments, **keywords)
            if request is not None and after:
                quiet(request, result, *arguments)
            return result

        return call_async if inspect.iscoroutinefunction(original) else call

    return wrap


def _matching(original: Callable[..., Any]) -> Callable[..., Any]:
    """`match_request` of Flask's contexts."""

    def match_request(context: Any) -> Any:
        result = original(context)
        request = current.get()
        if request is not None:
            _flask(request, context)
        return result

    return match_request


@quietly
def _flask(request: Request, context: Any, /) -> None:
    application, matched = context.app, context.request
    if address(application) not in _met:
        _meet(application)
    rule = matched.url_rule
    if rule is not None:
        request.framework = "flask"
        request.route = rule.rule
        request.handler = code_behind(application.view_functions.get(rule.endpoint), request.method)
        if matched.view_args:
            add_parameters(request, matched.view_args)


def _django(request: Request, match: Any, *_: Any) -> None:
    request.framework = "django"
    request.route = f"/{match.route}"
    request.handler = code_behind(match.func, request.method)
    add_parameters(request, [*match.kwargs.items(), *((str(number), each) for number, each in enumerate(match.args))])


def _handling(note: Callable[[Request, Any, Any], None]) -> Wrap:
    """The wrapper of `route.handle(scope, receive, send)`, a coroutine function, of Starlette and its like."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        quiet = quietly(note)

        def handle(route: Any, scope: Any, receive: Any, send: Any) -> Any:
            request = current.get()
            if request is not None and request.handler is None:  # FastAPI's own `handle` calls Starlette's
                quiet(request, route, scope)
            return original(route, scope, receive, send)

        return as_coroutine_function(handle, original)

    return wrap


def _starlette(request: Request, route: Any, scope: Any, /) -> None:
    path = getattr(scope.get("route"), "path", None) or route.path
    request.framework = "fastapi" if type(route).__module__.startswith("fastapi") else "starlette"
    request.route = f"{request.route}{path}" if request.route else path
    request.handler = code_behind(scope.get("endpoint") or route.endpoint, request.method)
    if scope.get("path_params"):
        add_parameters(request, scope["path_params"])


def _starlette_mount(request: Request, mount: Any, _: Any, /) -> None:
    request.route = f"{request.route or ''}{mount.path}"


def _litestar(request: Request, _: Any, __: Any, scope: Any, *___: Any) -> None:
    request.framework = "litestar"
    request.route = scope.get("path_template") or scope["path"]
    handler = scope.get("route_handler")
    function = getattr(handler, "fn", None)
    request.handler = code_behind(getattr(function, "value", function), request.method)
    add_parameters(request, scope.get("path_params") or {})


def _falcon(request: Request, found: Any, *_: Any) -> None:
    if found is None:
        return
    resource, methods, parameters, template = found
    request.framework = "falcon"
    request.route = template
    responder = methods.get(request.method) if methods else None
    request.handler = code_behind(responder or getattr(resource, f"on_{request.method.lower()}", None))
    add_parameters(request, dict(parameters))


def _bottle(request: Request, found: Any, *_: Any) -> None:
    route, parameters = found
    request.framework = "bottle"
    request.route = route.rule
    request.handler = code_behind(route.callback, request.method)
    add_parameters(request, parameters)


_STARLETTE: Final = _handling(_starlette)

PATCHES: Final = (
    Patch("flask.ctx", "RequestContext.match_request", _matching),
    Patch("flask.ctx", "AppContext.match_request", _matching),
    Patch("django.core.handlers.base", "BaseHandler.resolve_request", noting(_django, after=True)),
    Patch("starlette.routing", "Route.handle", _STARLETTE),
    Patch("starlette.routing", "WebSocketRoute.handle", _STARLETTE),
    Patch("starlette.routing", "Mount.handle", _handling(_starlette_mount)),
    Patch("fastapi.routing", "APIRoute.handle", _STARLETTE),
    Patch("litestar.routes.http", "HTTPRoute.handle", noting(_litestar, after=False)),
    Patch("litestar.routes.websocket", "WebSocketRoute.handle", noting(_litestar, after=False)),
    Patch("falcon.routing.compiled", "CompiledRouter.find", noting(_falcon, after=True)),
    Patch("bottle", "Router.match", noting(_bottle, after=True)),
)
"""One or two functions a framework: where it has just matched the route."""
