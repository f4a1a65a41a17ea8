"""Trust boundaries: values of the request that are kept in a session or in signed state, where they look like our own.

Only what the application's own code writes counts; frameworks keep their tokens, flashes and users there as well. Every
change is counted as an effect of the request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from setpoint_agent.catalogue import TRUST_BOUNDARY
from setpoint_agent.examination import examine
from setpoint_agent.patching.interface import Patch
from setpoint_agent.request import current
from setpoint_agent.sinks.callers import application_caller
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import Look, looking

CHANGES: Final = "session-changes"
"""The effect."""
MOST_TEXTS: Final = 64
"""Names and values of one change that are looked at."""

_THROUGH: Final = frozenset(
    [
        "werkzeug.local",
        "werkzeug.datastructures.mixins",
        "collections.abc",
        "_collections_abc",
        "itsdangerous.serializer",
        "itsdangerous.signer",
        "itsdangerous.timed",
        "itsdangerous.url_safe",
        "django.core.signing",
        "django.http.response",
    ]
)
"""Modules that hand on what they were given to keep."""


def _keeping(sink: Sink) -> Look:
    """`session[name] = value`, `session.update(…)`, `session.setdefault(name, value)`."""

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
        request = current.get()
        if request is not None:
            request.effects[CHANGES] += 1
        _look_at(sink, [*arguments[1:], keywords])

    return look


def _dropping(_: Sequence[Any], __: Mapping[str, Any]) -> None:
    """`del session[name]`, `session.pop(name)`, `session.clear()`."""
    request = current.get()
    if request is not None:
        request.effects[CHANGES] += 1


def _signing(sink: Sink) -> Look:
    """`serializer.dumps(state)`, `signer.sign(value)`, `response.set_signed_cookie(name, value)`."""

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
        _look_at(sink, [*arguments[:3], keywords.get("obj"), keywords.get("value")])

    return look


def _look_at(sink: Sink, given: Sequence[Any]) -> None:
    if application_caller(_THROUGH) is not None:
        for count, text in enumerate(_texts(given)):
            if count == MOST_TEXTS:
                return
            examine(sink, text)


def _texts(given: Sequence[Any]) -> Iterator[str | bytes]:
    """The texts in what is kept, at any depth; a number is no more what came."""
    waiting: list[Any] = [given]
    for _ in range(MOST_TEXTS):
        if not waiting:
            return
        item = waiting.pop()
        if isinstance(item, str | bytes):
            yield item
        elif isinstance(item, dict):
            waiting.extend([*item, *item.values()])
        elif isinstance(item, list | tuple | set | frozenset):
            waiting.extend(item)


def _sink(name: str) -> Sink:
    return Sink(TRUST_BOUNDARY, name, "whole")


_SESSIONS: Final = {
    ("flask.sessions", "SecureCookieSession"): "flask.session",
    ("flask_session.base", "ServerSideSession"): "flask.session",
    ("django.contrib.sessions.backends.base", "SessionBase"): "django.request.session",
    ("starlette.middleware.sessions", "Session"): "starlette.request.session",
}
_SIGNERS: Final = {
    ("itsdangerous.serializer", "Serializer.dumps"): "itsdangerous.Serializer.dumps",
    ("itsdangerous.signer", "Signer.sign"): "itsdangerous.Signer.sign",
    ("itsdangerous.timed", "TimestampSigner.sign"): "itsdangerous.TimestampSigner.sign",
    ("django.core.signing", "dumps"): "django.core.signing.dumps",
    ("django.core.signing", "Signer.sign"): "django.core.signing.Signer.sign",
    ("django.core.signing", "Signer.sign_object"): "django.core.signing.Signer.sign_object",
    ("django.http.response", "HttpResponseBase.set_signed_cookie"): "django.HttpResponse.set_signed_cookie",
    ("tornado.web", "RequestHandler.set_signed_cookie"): "tornado.RequestHandler.set_signed_cookie",
}

PATCHES: Final = (
    *(
        Patch(module, f"{owner}.{method}", looking(_keeping(_sink(name))))
        for (module, owner), name in _SESSIONS.items()
        for method in ("__setitem__", "setdefault", "update")
    ),
    *(
        Patch(module, f"{owner}.{method}", looking(_dropping))
        for module, owner in _SESSIONS
        for method in ("__delitem__", "pop", "clear")
    ),
    *(Patch(module, attribute, looking(_signing(_sink(name)))) for (module, attribute), name in _SIGNERS.items()),
)
