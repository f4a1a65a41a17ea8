"""Trust boundaries: values of the request that are kept in a session or in signed state, where they look like our own.

Only what the application's own code writes counts; frameworks keep their tokens, flashes and users there as well. Every
change is counted as an effect of the request. What is put into a list or dict that the session holds already
(`session["cart"].append(item)`) is told by nobody: `sinks.kept` looks at those when the answer begins.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from setpoint_agent.catalogue import TRUST_BOUNDARY
from setpoint_agent.examination import examine
from setpoint_agent.patching.bound import put_on_class
from setpoint_agent.patching.interface import Patch, Preparation
from setpoint_agent.request import current
from setpoint_agent.sinks.callers import application_caller
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.kept import CHANGEABLE, remember, texts_in
from setpoint_agent.sinks.wrapping import Look, argument, looking

CHANGES: Final = "session-changes"
"""The effect."""
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

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        _count_change()
        _look_at(sink, [*arguments[1:], keywords])

    return look


def _handing_out(sink: Sink) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`session[name]`, `session.get(name)`, `session.setdefault(name, [])`: what comes back may be changed in place."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def hand_out(*arguments: Any, **keywords: Any) -> Any:
            held = original(*arguments, **keywords)
            if type(held) in CHANGEABLE and current.get() is not None:
                remember(sink, held, application_caller(_THROUGH))
            return held

        return hand_out

    return wrap


def _dropping(_: Sequence[Any], __: Mapping[str, Any]) -> None:
    """`del session[name]`, `session.pop(name)`, `session.clear()`."""
    _count_change()


def _count_change() -> None:
    request = current.get()
    if request is not None:
        request.effects[CHANGES] += 1


def _signing_token(position: int, keyword: str, sink: Sink) -> Look:
    """`jwt.encode(claims, key)`."""

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        _look_at(sink, [argument(arguments, keywords, position, keyword)])

    return look


def _watch_pyjwt(module: ModuleType) -> None:
    """PyJWT also hands its method out as a function."""
    wrap = looking(_signing_token(1, "payload", _sink("jwt.encode")))
    put_on_class(module, "PyJWT", ("encode",), wrap, over=True)


def _signing(sink: Sink) -> Look:
    """`serializer.dumps(state)`, `signer.sign(value)`, `response.set_signed_cookie(name, value)`."""

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        _look_at(sink, [*arguments[:3], keywords.get("obj"), keywords.get("value")])

    return look


def _look_at(sink: Sink, given: Sequence[Any]) -> None:
    if application_caller(_THROUGH) is not None:
        for text in texts_in(given):
            examine(sink, text)


def _sink(name: str) -> Sink:
    return Sink(TRUST_BOUNDARY, name, "state")


_WRITING: Final = ("__setitem__", "setdefault", "update", "__ior__", "aset", "asetdefault", "aupdate")
"""The last ones are Django's, in functions that are coroutines."""
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

_TOKENS: Final = {
    ("authlib.jose.rfc7519.jwt", "JsonWebToken.encode"): (2, "payload", "authlib.jose.jwt.encode"),
    ("jose.jwt", "encode"): (0, "claims", "jose.jwt.encode"),
    ("joserfc.jwt", "encode"): (1, "claims", "joserfc.jwt.encode"),
}
"""Position and name of the claims; `sinks.tokens` watches the same functions for their keys."""

PATCHES: Final = (
    *(
        Patch(module, f"{owner}.{method}", looking(_keeping(_sink(name))))
        for (module, owner), name in _SESSIONS.items()
        for method in _WRITING
    ),
    *(
        Patch(module, f"{owner}.{method}", _handing_out(_sink(name)), over=method == "setdefault")
        for (module, owner), name in _SESSIONS.items()
        for method in ("__getitem__", "get", "setdefault")
    ),
    *(
        Patch(module, f"{owner}.{method}", looking(_dropping))
        for module, owner in _SESSIONS
        for method in ("__delitem__", "pop", "clear")
    ),
    Preparation("jwt.api_jwt", _watch_pyjwt),
    *(
        Patch(module, attribute, looking(_signing_token(position, keyword, _sink(name))), over=True)
        for (module, attribute), (position, keyword, name) in _TOKENS.items()
    ),
    *(Patch(module, attribute, looking(_signing(_sink(name)))) for (module, attribute), name in _SIGNERS.items()),
)
