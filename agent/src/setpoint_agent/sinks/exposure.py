"""Debug mode that is switched on by the code, and listeners that the code binds to every interface.

Both are often chosen by who runs the application instead: by a variable of the environment or an argument of the
command line (`FLASK_DEBUG=1`, `gunicorn -b 0.0.0.0`, `manage.py runserver 0.0.0.0:80`). That is no fault of the code,
and not reported: a server that is started by its own command has no function of the application around it, and a value
that the environment or the command line holds was chosen there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from setpoint_agent.catalogue import BOUND_TO_ALL, DEBUG_MODE
from setpoint_agent.examination import report_place
from setpoint_agent.memory import address
from setpoint_agent.patching.audit import Listener
from setpoint_agent.patching.interface import Patch, Wrap
from setpoint_agent.quiet import quietly
from setpoint_agent.sinks.literals import place_of_setting
from setpoint_agent.sinks.own_calls import Applies, look, watching
from setpoint_agent.sinks.wrapping import argument
from setpoint_agent.sources.frameworks import when_flask_answers

EVERY_INTERFACE: Final = frozenset({"", "0.0.0.0", "::", "0:0:0:0:0:0:0:0"})  # noqa: S104 - what is looked for
SERVERS: Final = frozenset(
    {
        "aiohttp",
        "asyncio",
        "bottle",
        "cheroot",
        "cherrypy",
        "click",
        "concurrent",
        "django",
        "eventlet",
        "fastapi",
        "flask",
    }
    | {"gevent", "granian", "gunicorn", "http", "hypercorn", "litestar", "multiprocessing", "prometheus_client"}
    | {"sanic", "selectors", "socket", "socketserver", "starlette", "threading", "tornado", "trio", "uvicorn", "uvloop"}
    | {"waitress", "werkzeug", "wsgiref", "xmlrpc"}
)
"""Packages that listen where they are told to."""


def _binding(arguments: tuple[Any, ...]) -> None:
    """`socket.bind` (socket, address)."""
    address = arguments[1]
    if not isinstance(address, tuple) or not address or address[0] not in EVERY_INTERFACE:
        return
    if not _is_operators(address[0] or "0.0.0.0"):  # noqa: S104 - what an empty host means
        look(sys._getframe(1), BOUND_TO_ALL, "socket.bind", through=SERVERS)


def _is_operators(address: str) -> bool:
    """Whether the command line or the environment names the address, with a port or without."""
    given = [*(each.rpartition("=")[2] for each in sys.argv[1:]), *os.environ.values()]
    return any(each in {address, f"[{address}]"} or each.startswith((f"{address}:", f"[{address}]:")) for each in given)


def _said(position: int | None, keyword: str) -> Applies:
    """Whether an argument is given, and true."""

    def said(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
        given = keywords.get(keyword) if position is None else argument(arguments, keywords, position, keyword)
        return given is True

    return said


def _flask_debugs(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    """`app.run(debug=True)`, or `app.debug = True` before it; what FLASK_DEBUG says takes precedence."""
    given = argument(arguments, keywords, 3, "debug")
    if given is None:
        return "FLASK_DEBUG" not in os.environ and bool(arguments[0].debug)
    return bool(given)


def _serving(sink: str, debugs: Callable[[Any], bool]) -> Wrap:
    """The wrapper of what a framework does when it begins to serve: `debugs` of its first argument."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        seen: set[int] = set()

        def serve(self: Any, *arguments: Any, **keywords: Any) -> Any:
            if address(self) not in seen:
                seen.add(address(self))
                if debugs_quietly(self):
                    _look_at_setting(sink)
            return original(self, *arguments, **keywords)

        debugs_quietly = quietly(debugs)
        return serve

    return wrap


@quietly
def _look_at_setting(sink: str) -> None:
    place = place_of_setting("debug")
    if place is not None:
        report_place(DEBUG_MODE, sink, *place)


def _flask_answers(application: Any) -> None:
    if application.debug:
        _look_at_setting("flask.Flask.debug")


def _django_debugs(_: Any) -> bool:
    return bool(sys.modules["django.conf"].settings.DEBUG)


when_flask_answers(_flask_answers)

AUDITS: Final[dict[str, Listener]] = {"socket.bind": _binding}

PATCHES: Final = (
    Patch("flask.app", "Flask.run", watching(DEBUG_MODE, "flask.Flask.run", _flask_debugs)),
    Patch(
        "django.core.handlers.base",
        "BaseHandler.load_middleware",
        _serving("django.conf.settings.DEBUG", _django_debugs),
    ),
    Patch(
        "starlette.applications", "Starlette.__init__", watching(DEBUG_MODE, "starlette.Starlette", _said(1, "debug"))
    ),
    *(
        Patch(module, f"{name}.build_middleware_stack", _serving(f"{shown}.debug", lambda app: bool(app.debug)))
        for module, name, shown in (
            ("starlette.applications", "Starlette", "starlette.Starlette"),
            ("fastapi.applications", "FastAPI", "fastapi.FastAPI"),
        )
    ),
    Patch("fastapi.applications", "FastAPI.__init__", watching(DEBUG_MODE, "fastapi.FastAPI", _said(None, "debug"))),
    Patch("litestar.app", "Litestar.__init__", watching(DEBUG_MODE, "litestar.Litestar", _said(None, "debug"))),
    Patch("tornado.web", "Application.__init__", watching(DEBUG_MODE, "tornado.web.Application", _said(None, "debug"))),
    Patch("bottle", "run", watching(DEBUG_MODE, "bottle.run", _said(None, "debug"))),
    Patch("bottle", "debug", watching(DEBUG_MODE, "bottle.debug", _said(0, "mode"))),
    Patch(
        "aiohttp.web_app", "Application.__init__", watching(DEBUG_MODE, "aiohttp.web.Application", _said(None, "debug"))
    ),
    Patch(
        "werkzeug.debug",
        "DebuggedApplication.__init__",
        watching(DEBUG_MODE, "werkzeug.DebuggedApplication", through=("werkzeug",)),
    ),
)
"""`run_simple(use_debugger=True)` makes a `DebuggedApplication`. What an application is told later
(`app.debug = True`), and Django's `DEBUG`, are settings: they count once requests are answered, if the source has them.
"""
