"""Cookies that the application itself sets without Secure, HttpOnly or SameSite: one weakness for each that is missing.

What counts is what the call says, with the framework's defaults for that call; deletions are no cookies. Cookies that a
framework sets of its own accord (sessions, CSRF) are its configuration's. `SameSite=None` is none: it asks for the very
requests that the attribute is there to keep away.
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any, Final

from setpoint_agent.catalogue import COOKIE_WITHOUT_HTTPONLY, COOKIE_WITHOUT_SAMESITE, INSECURE_COOKIE, Kind
from setpoint_agent.examination import report
from setpoint_agent.patching.interface import Patch, Wrap
from setpoint_agent.quiet import quietly
from setpoint_agent.request import Request, current
from setpoint_agent.sinks.awaited import Holds, if_sent
from setpoint_agent.sinks.callers import application_caller
from setpoint_agent.sinks.own_calls import is_new_and_own, look
from setpoint_agent.sources.answers import Headers

_SECONDS: Final = re.compile(r"-?[0-9]{1,18}")
LONGEST_HEADER: Final = 8_192
"""Characters of a `Set-Cookie` that are read: browsers keep no cookie of more than 4,096 (RFC 6265, section 6.1)."""

MOST_COOKIES: Final = 32
"""Cookies of one response."""
_MORSEL: Final = "http.cookies.Morsel"

Attributes = Mapping[str, Any]
"""Of a cookie: `secure`, `httponly`, `samesite`, `maxage`, `expires`, `expiresdays`."""


def missing(attributes: Attributes) -> list[Kind]:
    """What the cookie lacks; nothing if it is a deletion."""
    if _is_deletion(attributes):
        return []
    same_site = str(attributes.get("samesite") or "none").lower()
    lacks = {
        INSECURE_COOKIE: not attributes.get("secure"),
        COOKIE_WITHOUT_HTTPONLY: not attributes.get("httponly"),
        COOKIE_WITHOUT_SAMESITE: same_site not in {"lax", "strict", "true"},
    }
    return [kind for kind, lacking in lacks.items() if lacking]


def of_header(text: str) -> Attributes:
    """The attributes of a `Set-Cookie` header (RFC 6265, section 5.2)."""
    attributes: dict[str, Any] = {}
    for piece in text[:LONGEST_HEADER].split(";")[1:]:
        name, _, value = piece.partition("=")
        attributes[_plain(name)] = value.strip() or True
    return attributes


def look_at_header(text: str, *, frames: Sequence[FrameType] | None = None, sent: bool = False) -> None:
    """A `Set-Cookie` header that the application wrote by itself; `frames` () where it has returned since.

    `sent`: it is among the headers that the answer has.
    """
    request = current.get() if not sent else None
    for kind in missing(of_header(text)):
        keep = if_sent(request, _still_lacks(_named_in(text), kind)) if request is not None else None
        report(kind, "Set-Cookie", frames=frames, keep=keep)


def _named_in(text: str) -> str:
    return text.partition("=")[0].strip()


def _plain(name: str) -> str:
    """Frameworks call them `http_only`, `max_age` and so on."""
    return name.strip().lower().replace("_", "").replace("-", "")


def _is_deletion(attributes: Attributes) -> bool:
    """Whether the cookie has ended by the time it arrives."""
    for name in ("maxage", "expiresdays"):
        age = attributes.get(name)
        if isinstance(age, str) and _SECONDS.fullmatch(age):
            age = int(age)
        seconds = age.total_seconds() if isinstance(age, timedelta) else age
        if isinstance(seconds, int | float) and seconds <= 0:
            return True
    expires = attributes.get("expires")
    return expires is not None and expires != "" and _is_past(expires)


def _is_past(expires: Any) -> bool:
    if isinstance(expires, str):
        try:
            from email.utils import parsedate_to_datetime  # not before a cookie has an end: it loads a lot

            expires = parsedate_to_datetime(expires)
        except ValueError:
            return False
    if isinstance(expires, datetime):
        return expires < (datetime.now(UTC) if expires.tzinfo else datetime.now(UTC).replace(tzinfo=None))
    return isinstance(expires, int | float) and expires <= 0  # since 1970 for some frameworks, from now for others


def _watching(sink: str, defaults: Callable[[Any], Attributes] = lambda _: {}) -> Wrap:
    """The wrapper of a method that sets a cookie; `defaults` gives what its object adds to what the call says."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(original)

        def setting(*arguments: Any, **keywords: Any) -> Any:
            if current.get() is not None:
                _look_at_call(sys._getframe(1), signature, arguments, keywords)
            return original(*arguments, **keywords)

        @quietly
        def _look_at_call(
            caller: FrameType, signature: inspect.Signature, arguments: tuple[Any, ...], keywords: dict[str, Any]
        ) -> None:
            attributes = {**defaults(arguments[0]), **_said(signature, arguments, keywords)}
            lacking, request = missing(attributes), current.get()
            if lacking and request is not None and is_new_and_own(caller):
                for kind in lacking:
                    report(kind, sink, keep=if_sent(request, _still_lacks(_name(attributes), kind)))

        return setting

    return wrap


def _name(attributes: Attributes) -> str:
    named = attributes.get("key", attributes.get("name"))
    return str(getattr(named, "key", named))  # Litestar's own `Cookie`


def _still_lacks(cookie: str, kind: Kind) -> Holds:
    """Whether a cookie is sent like that: `response.cookies[name]["secure"] = True` may come later. One that is not to
    be seen among the headers by its name is."""

    def lacks(headers: Headers) -> bool:
        lines = [text for name, text in headers if name.lower() == "set-cookie"]
        named = [each for each in lines if _named_in(each) == cookie]
        return not named or any(kind in missing(of_header(each)) for each in named)

    return lacks


def _said(signature: inspect.Signature, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any]:
    """What a call says of the cookie, its defaults included."""
    bound = signature.bind(*arguments, **keywords)
    bound.apply_defaults()
    said: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        if signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            said.update({_plain(each): given for each, given in value.items()})
        elif value is not None:
            said[_plain(name)] = value
    cookie = said.get("key")
    if cookie is not None and not isinstance(cookie, str | bytes):  # Litestar's own `Cookie`
        said.update(
            {_plain(each): getattr(cookie, each) for each in ("secure", "httponly", "samesite", "max_age", "expires")}
        )
    return said


def _of_falcon(response: Any) -> Attributes:
    return {"secure": response.options.secure_cookies_by_default}


def _morsel(original: Callable[..., str]) -> Callable[..., str]:
    """`http.cookies`: a cookie that is about to be put into a header by whoever asks for its text."""

    def OutputString(self: Any, attrs: Any = None) -> str:  # noqa: N802 - its name
        text = original(self, attrs)
        request = current.get()
        if request is not None:
            _look_at_morsel(request, sys._getframe(1), self)
            request.note_passage(text, "header")
        return text

    return OutputString


@quietly
def _look_at_morsel(request: Request, caller: FrameType, morsel: Any) -> None:
    lacking = missing({_plain(name): value for name, value in morsel.items() if value != ""})
    if lacking and "cookies" in vars(request) and any(morsel is each for each in request.cookies):
        for kind in lacking:
            report(kind, _MORSEL, frames=())
    elif lacking:
        look(caller, *(each for kind in lacking for each in (kind, _MORSEL)))


def _cookie_made(original: Callable[..., None]) -> Callable[..., None]:
    """`response.cookies[name] = value`: what attributes it gets is known once a framework asks for its text."""

    @functools.wraps(original)
    def __setitem__(cookies: Any, key: Any, value: Any) -> None:  # noqa: N807 - it is that method
        original(cookies, key, value)
        request = current.get()
        if request is not None:
            _note_cookie(request, cookies, key)

    return __setitem__


@quietly
def _note_cookie(request: Request, cookies: Any, key: Any) -> None:
    if len(request.cookies) < MOST_COOKIES and application_caller() is not None:
        request.cookies.append(cookies[key])


PATCHES: Final = (
    Patch("werkzeug.sansio.response", "Response.set_cookie", _watching("werkzeug.Response.set_cookie")),
    Patch("django.http.response", "HttpResponseBase.set_cookie", _watching("django.HttpResponse.set_cookie")),
    Patch(
        "django.http.response",
        "HttpResponseBase.set_signed_cookie",
        _watching("django.HttpResponse.set_signed_cookie"),
        over=True,
    ),
    Patch("starlette.responses", "Response.set_cookie", _watching("starlette.Response.set_cookie")),
    Patch("litestar.response.base", "Response.set_cookie", _watching("litestar.Response.set_cookie")),
    Patch("aiohttp.web_response", "StreamResponse.set_cookie", _watching("aiohttp.StreamResponse.set_cookie")),
    Patch("tornado.web", "RequestHandler.set_cookie", _watching("tornado.RequestHandler.set_cookie")),
    Patch(
        "tornado.web",
        "RequestHandler.set_signed_cookie",
        _watching("tornado.RequestHandler.set_signed_cookie"),
        over=True,
    ),
    Patch(
        "tornado.web",
        "RequestHandler.set_secure_cookie",
        _watching("tornado.RequestHandler.set_signed_cookie"),
        over=True,
    ),
    Patch("falcon.response", "Response.set_cookie", _watching("falcon.Response.set_cookie", _of_falcon)),
    Patch("bottle", "BaseResponse.set_cookie", _watching("bottle.Response.set_cookie")),
    Patch("http.cookies", "Morsel.OutputString", _morsel),
    Patch("http.cookies", "BaseCookie.__setitem__", _cookie_made),
)
"""Headers that the application writes by itself come from `sinks.headers`."""
