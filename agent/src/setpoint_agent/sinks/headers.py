"""Headers of responses: values of the request in a header (header injection), and in `Location` (open redirect).

Whether a header that is put together from input is a fault depends on who refuses line breaks: today's frameworks or
servers do (Werkzeug, Django, bottle, Tornado, gunicorn, uvicorn), and did not always. What is left where they do is
that input says what a header says (which file name, which origin, how long a cache keeps it), so it is told in either
case, with less confidence where the library in question is known to refuse. Who makes a `Set-Cookie` quotes it.

A header is looked at where the application sets it: the functions of its framework between it and the collection of
headers (`through`) merely pass it on. What libraries set of their own accord is their own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from types import FrameType
from typing import Any, Final

from setpoint_agent.catalogue import HEADER_INJECTION, OPEN_REDIRECT
from setpoint_agent.examination import examine, is_of_application
from setpoint_agent.patching.interface import Patch, Wrap
from setpoint_agent.quiet import quietly
from setpoint_agent.request import Request, current
from setpoint_agent.sinks import cookies
from setpoint_agent.sinks.awaited import Holds, if_sent
from setpoint_agent.sinks.callers import application_caller
from setpoint_agent.sinks.header_setters import giving_headers, setting_headers
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import argument, looking
from setpoint_agent.sources.answers import UNREMARKABLE, USUAL_TYPES, Answer, Headers, listen_to_heads
from setpoint_agent.stack import file_of

CHECKED: Final = Sink(
    HEADER_INJECTION, "response header", "header", safe_after=frozenset({"header", "url"}), certainty=0.6
)
"""Headers of frameworks that refuse line breaks."""
UNCHECKED: Final = Sink(HEADER_INJECTION, "response header", "header", safe_after=frozenset({"header", "url"}))
REDIRECT: Final = Sink(OPEN_REDIRECT, "Location", "url", safe_after=frozenset({"url-host"}))

MOST_HEADERS: Final = 64
"""Headers of one response that are looked at."""
OFFERED: Final = "content-disposition"
DEEPEST: Final = 8
"""Functions between a response of a file and its headers, ours among them."""
BY_KEYWORD: Final = 256
"""The position of a parameter that is only given by its name."""
BARE: Final = frozenset({"aiohttp", "bottle", "falcon", "fastapi", "litestar", "starlette"})
"""Frameworks of which a response keeps its headers in something that can be added to without anybody's knowing."""
ADDRESSES: Final = frozenset({"location", "refresh"})
COOKIE: Final = "set-cookie"
"""It is quoted by what makes it: all that can be missing then are its attributes."""

_OF_WERKZEUG: Final = frozenset(
    [
        "werkzeug._internal",
        "werkzeug.datastructures.headers",
        "werkzeug.sansio.response",
        "werkzeug.wrappers.response",
        "werkzeug.utils",
        "flask.helpers",
        "flask.sansio.app",
        "flask.wrappers",
    ]
)
_COLLECTION: Final = frozenset({"werkzeug.datastructures.headers"})
_OF_DJANGO: Final = frozenset({"django.http.response", "django.shortcuts"})
_OF_AIOHTTP: Final = frozenset({"aiohttp.web_response", "aiohttp.web_exceptions"})
_OF_LITESTAR: Final = frozenset({"litestar.response.redirect"})
_OF_STARLETTE: Final = frozenset(
    [
        "starlette.datastructures",
        "starlette.responses",
        "starlette.exceptions",
        "fastapi.responses",
        "fastapi.exceptions",
    ]
)


def look_at(
    name: Any, value: Any, sink: Sink, frames: Sequence[FrameType] | None = None, *, sent: bool = False
) -> None:
    """One header that the application sets; `sent`: it is among those that the answer has."""
    lower, value = _text(name).lower(), _text(value)
    request = current.get()
    keep = if_sent(request, _has(lower, value)) if request is not None and not sent else None
    if lower in ADDRESSES:
        examine(REDIRECT, value.rpartition("url=")[2] if lower == "refresh" else value, frames=frames)
        if lower == "refresh":
            examine(sink, value, frames=frames, keep=keep)
    elif lower == COOKIE:
        cookies.look_at_header(value, frames=frames, sent=sent)
        if not _is_quoted(value):
            examine(sink, value, frames=frames, keep=keep)
    elif lower not in UNREMARKABLE:
        examine(sink, value, frames=frames, keep=keep)
        examine(sink, _text(name), frames=frames, keep=keep)


def _has(name: str, value: str) -> Holds:
    """Whether an answer has this header; what a framework would write in another way counts by its name."""

    def has(headers: Headers) -> bool:
        plain = value.strip() if value.isascii() and value.isprintable() else ""
        return any(each.lower() == name and plain in text for each, text in headers)

    return has


def _is_quoted(cookie: str) -> bool:
    """Whether a line was made by what makes cookies (`http.cookies`, Werkzeug): it quotes what cannot stand there."""
    request = current.get()
    return request is not None and "header" in request.passages.get(cookie, ())


def _setting(sink: Sink, through: Collection[str], *, noting: bool = False) -> Wrap:
    """`headers.set(name, value)`. `noting`: for `_look_behind`."""

    @quietly
    def look(name: Any, value: Any, parameters: Mapping[str, Any], /) -> None:
        request = current.get()
        if request is None:
            return
        if noting:
            request.headers.add((_text(name).lower(), _text(value)))
        if application_caller(through) is not None and not (_text(name).lower() == OFFERED and _is_offered()):
            look_at(name, value, sink)
            # `headers.add("Content-Disposition", "attachment", filename=name)`; `send_file` does that, too.
            if parameters and application_caller(_COLLECTION) is not None:
                _look_at_parameters(name, parameters, sink, request)

    return setting_headers(look)


def _look_at_parameters(name: Any, parameters: Mapping[str, Any], sink: Sink, request: Request) -> None:
    keep = if_sent(request, _has(_text(name).lower(), ""))
    for each in parameters.values():
        if isinstance(each, str):
            examine(sink, each, keep=keep)


def _is_offered() -> bool:
    """Whether a response of a file writes the header: it quotes the name that it offers the file under."""
    frame: FrameType | None = sys._getframe(2)
    for _ in range(DEEPEST):
        if frame is None:
            return False
        if frame.f_code.co_qualname in {"FileResponse.__init__", "FileResponse.set_headers"}:
            return not is_of_application(file_of(frame))
        frame = frame.f_back
    return False


def _given(position: int, sink: Sink, through: Collection[str], *, noting: bool = False) -> Wrap:
    """`Response(…, headers={name: value})`, most of which are given none. `noting`: for `_look_behind`."""

    @quietly
    def look(headers: Any, /) -> None:
        pairs = list(headers.items() if hasattr(headers, "items") else headers)[:MOST_HEADERS]
        request = current.get()
        if noting and request is not None:
            request.headers.update((_text(name).lower(), _text(value)) for name, value in pairs)
        if pairs and application_caller(through) is not None:
            for name, value in pairs:
                look_at(name, value, sink)

    return giving_headers(position, look)


def _leading(position: int, keyword: str, through: Collection[str]) -> Wrap:
    """`redirect(address)` of a framework whose headers are not watched."""

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        if application_caller(through) is not None:
            examine(REDIRECT, _text(argument(arguments, keywords, position, keyword)))

    return looking(look)


def _returned(original: Callable[..., Any]) -> Callable[..., Any]:
    """`return body, status, headers` of a Flask view, which is gone by then."""

    def make_response(application: Any, rv: Any) -> Any:
        if type(rv) is tuple and len(rv) > 1 and isinstance(rv[-1], dict | list) and current.get() is not None:
            _look_at_returned(rv[-1])
        return original(application, rv)

    return make_response


@quietly
def _look_at_returned(headers: Any) -> None:
    for name, value in list(headers.items() if isinstance(headers, dict) else headers)[:MOST_HEADERS]:
        look_at(name, value, CHECKED, frames=())


def _look_at_head(request: Request, answer: Answer, /) -> None:
    """`start_response(status, headers)` and ASGI's `send`, called by the application itself: nobody checks anything."""
    if request.framework in BARE:
        _look_behind(request, answer)
    elif not request.framework and application_caller() is not None:
        for name, value in answer.headers[:MOST_HEADERS]:
            look_at(name, value, UNCHECKED, sent=True)


def _look_behind(request: Request, answer: Answer) -> None:
    """Headers that were put into a response past all that is watched (`response.raw_headers`); addresses never are."""
    for name, value in answer.headers[:MOST_HEADERS]:
        lower = name.lower()
        if lower in UNREMARKABLE or value in USUAL_TYPES:
            continue
        known = "headers" in vars(request) and (lower, value) in request.headers
        quoted = lower in ADDRESSES or (lower == COOKIE and _is_quoted(value))
        if not known and not quoted:
            look_at(name, value, UNCHECKED, frames=(), sent=True)


def _leads_back(original: Callable[..., Any]) -> Callable[..., Any]:
    """`url_for`, `reverse`: an address that a framework makes of a route leads back to the application."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        address = original(*arguments, **keywords)
        request = current.get()
        if request is not None:
            _note(request, address)
        return address

    return call


@quietly
def _note(request: Request, address: Any) -> None:
    request.note_passage(_text(address), "url-host")


def _text(given: Any) -> str:
    return given.decode("latin-1") if isinstance(given, bytes) else str(given)


def _of_falcon() -> tuple[Patch, ...]:
    redirects = ("HTTPMovedPermanently", "HTTPFound", "HTTPSeeOther", "HTTPTemporaryRedirect", "HTTPPermanentRedirect")
    return (
        Patch("falcon.response", "Response.set_header", _setting(UNCHECKED, {"falcon.response"}, noting=True)),
        Patch("falcon.response", "Response.append_header", _setting(UNCHECKED, {"falcon.response"}, noting=True)),
        Patch("falcon.response", "Response.set_headers", _given(1, UNCHECKED, {"falcon.response"}, noting=True)),
        *(Patch("falcon.redirects", f"{each}.__init__", _leading(1, "location", ())) for each in redirects),
    )


listen_to_heads(_look_at_head)

PATCHES: Final[tuple[Patch, ...]] = (
    Patch("werkzeug.datastructures.headers", "Headers.set", _setting(CHECKED, _OF_WERKZEUG)),
    Patch("werkzeug.datastructures.headers", "Headers.add", _setting(CHECKED, _OF_WERKZEUG)),
    Patch("flask.app", "Flask.make_response", _returned),
    Patch("flask.helpers", "url_for", _leads_back),
    Patch("django.http.response", "ResponseHeaders.__setitem__", _setting(CHECKED, _OF_DJANGO)),
    Patch("django.urls.base", "reverse", _leads_back),
    Patch("starlette.datastructures", "MutableHeaders.__setitem__", _setting(UNCHECKED, _OF_STARLETTE, noting=True)),
    Patch("starlette.datastructures", "MutableHeaders.setdefault", _setting(UNCHECKED, _OF_STARLETTE, noting=True)),
    Patch("starlette.datastructures", "MutableHeaders.append", _setting(UNCHECKED, _OF_STARLETTE, noting=True)),
    Patch("starlette.responses", "Response.init_headers", _given(1, UNCHECKED, _OF_STARLETTE, noting=True)),
    Patch("starlette.exceptions", "HTTPException.__init__", _given(3, UNCHECKED, _OF_STARLETTE)),
    Patch("starlette.requests", "HTTPConnection.url_for", _leads_back),
    Patch("litestar.response.base", "Response.__init__", _given(BY_KEYWORD, UNCHECKED, _OF_LITESTAR, noting=True)),
    Patch("litestar.response.redirect", "Redirect.__init__", _leading(1, "path", ())),
    *(
        Patch("aiohttp.web_response", f"{each}.__init__", _given(BY_KEYWORD, UNCHECKED, _OF_AIOHTTP, noting=True))
        for each in ("StreamResponse", "Response")
    ),
    Patch("aiohttp.web_exceptions", "HTTPMove.__init__", _leading(1, "location", ())),
    Patch("tornado.web", "RequestHandler.set_header", _setting(CHECKED, {"tornado.web"})),
    Patch("tornado.web", "RequestHandler.add_header", _setting(CHECKED, {"tornado.web"})),
    Patch("bottle", "BaseResponse.set_header", _setting(CHECKED, {"bottle"}, noting=True)),
    Patch("bottle", "BaseResponse.add_header", _setting(CHECKED, {"bottle"}, noting=True)),
    Patch("bottle", "HeaderDict.__setitem__", _setting(CHECKED, {"bottle"}, noting=True)),
    Patch("bottle", "redirect", _leading(0, "url", ())),
    *_of_falcon(),
)
