"""Signed tokens whose signature proves little: a key that is known or can be guessed, no signature, none asked for.

JSON Web Tokens (PyJWT, python-jose, Authlib, joserfc) where the application makes or reads one; the secrets that
itsdangerous, Flask and Django sign with. A key is known if it is written in the application's source; it can be guessed
if it is shorter than the hash of HS256 (RFC 7518, section 3.2) or one of those that examples are written with.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from setpoint_agent.catalogue import TOKEN_UNVERIFIED, WEAK_TOKEN_KEY
from setpoint_agent.examination import report_place
from setpoint_agent.patching.bound import put_on_class
from setpoint_agent.patching.interface import Patch, Preparation, Wrap
from setpoint_agent.quiet import quietly
from setpoint_agent.sinks.literals import place_of
from setpoint_agent.sinks.own_calls import look, watching
from setpoint_agent.sinks.wrapping import argument
from setpoint_agent.sources.frameworks import when_flask_answers

SHORTEST_KEY: Final = 32
"""Octets: the output of SHA-256."""
SHORTEST_SECRET: Final = 16
"""Octets of a secret of frameworks, from which they derive their keys: 128 bits."""
COMMON: Final = frozenset(
    {"changeit", "changeme", "changethis", "default", "dev", "development", "examplekey", "insecure", "jwtsecret"}
    | {"key", "mysecret", "mysecretkey", "notsosecret", "password", "private", "privatekey", "production", "qwerty"}
    | {"replaceme", "secret", "secretkey", "secretkeyhere", "signingkey", "superkey", "supersecret", "supersecretkey"}
    | {"test", "testing", "testkey", "topsecret", "verysecret", "verysecretkey", "yoursecret", "yoursecretkey"}
)
"""Letters of keys that examples and tutorials are written with, whatever stands between them and however often."""
FEWEST_DIFFERENT: Final = 5
"""Different octets of a key."""

Read = Callable[[Sequence[Any], Mapping[str, Any]], tuple[Any, ...]]
"""What is wrong with a call of (arguments, keywords), as `look` takes it; empty: nothing."""


def is_guessable(key: str | bytes, shortest: int) -> bool:
    """Whether a symmetric key is too short, of too few different characters, or a common one."""
    octets = key.encode("utf-8", "replace") if isinstance(key, str) else key
    letters = "".join(each for each in octets.decode("latin-1").lower() if each.isalpha())
    common = any(letters and not letters.replace(each, "") for each in COMMON)
    return len(octets) < shortest or len(set(octets)) < FEWEST_DIFFERENT or common


def _weak_key(sink: str, key: Any, *, symmetric: bool) -> tuple[Any, ...]:
    """A public key may stand in the source: only keys that sign are asked about."""
    key = getattr(key, "raw_value", key)  # joserfc's own kind of key
    if isinstance(key, Mapping):
        key = key.get("k", "")
    if not isinstance(key, str | bytes) or not key:
        return ()
    if symmetric and is_guessable(key, SHORTEST_KEY):
        return WEAK_TOKEN_KEY, sink
    text = key.decode("utf-8", "replace") if isinstance(key, bytes) else key
    return (WEAK_TOKEN_KEY, sink) if place_of(text) is not None else ()


def _is_symmetric(algorithm: Any) -> bool:
    return str(algorithm).upper().startswith("HS")


def _is_none(algorithm: Any) -> bool:
    return str(algorithm).lower() == "none"


def _encoding(sink: str, key: Any, algorithm: Any, headers: Any) -> tuple[Any, ...]:
    if isinstance(headers, Mapping) and headers.get("alg"):
        algorithm = headers["alg"]
    if _is_none(algorithm):
        return TOKEN_UNVERIFIED, sink
    return _weak_key(sink, key, symmetric=_is_symmetric(algorithm))


def _decoding(sink: str, key: Any, algorithms: Any, options: Any) -> tuple[Any, ...]:
    """`algorithms` None: whichever the token says."""
    if isinstance(options, Mapping) and options.get("verify_signature", True) is False:
        return TOKEN_UNVERIFIED, sink
    allowed = [algorithms] if isinstance(algorithms, str) else list(algorithms or ())
    if any(_is_none(each) for each in allowed):
        return TOKEN_UNVERIFIED, sink
    return _weak_key(sink, key, symmetric=True) if any(_is_symmetric(each) for each in allowed) else ()


# --- libraries -------------------------------------------------------------------------------------------------------


def _encoding_by_pyjwt(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, ...]:
    given = keywords.get("algorithm", arguments[3] if len(arguments) > 3 else "HS256")
    return _encoding(
        "jwt.encode", argument(arguments, keywords, 2, "key"), given, argument(arguments, keywords, 4, "headers")
    )


def _decoding_by_pyjwt(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, ...]:
    key, algorithms = argument(arguments, keywords, 2, "key"), argument(arguments, keywords, 3, "algorithms")
    return _decoding("jwt.decode", key, algorithms, argument(arguments, keywords, 4, "options"))


def _encoding_by_jose(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, ...]:
    given = keywords.get("algorithm", arguments[2] if len(arguments) > 2 else "HS256")
    return _encoding("jose.jwt.encode", argument(arguments, keywords, 1, "key"), given, None)


def _decoding_by_jose(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, ...]:
    algorithms = argument(arguments, keywords, 2, "algorithms")
    if algorithms is None:
        return TOKEN_UNVERIFIED, "jose.jwt.decode"
    options = argument(arguments, keywords, 3, "options")
    return _decoding("jose.jwt.decode", argument(arguments, keywords, 1, "key"), algorithms, options)


def _encoding_by_authlib(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, ...]:
    header = argument(arguments, keywords, 1, "header")
    return _encoding("authlib.jose.jwt.encode", argument(arguments, keywords, 3, "key"), "", header)


def _decoding_by_authlib(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, ...]:
    key = argument(arguments, keywords, 2, "key")
    begins = key[:10] if isinstance(key, str | bytes) else ""
    return () if "BEGIN" in str(begins) else _decoding("authlib.jose.jwt.decode", key, ["HS256"], None)


def _encoding_by_joserfc(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, ...]:
    header = argument(arguments, keywords, 0, "header")
    return _encoding("joserfc.jwt.encode", argument(arguments, keywords, 2, "key"), "", header)


def _decoding_by_joserfc(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, ...]:
    key = argument(arguments, keywords, 1, "key")
    algorithms = argument(arguments, keywords, 2, "algorithms") or (["HS256"] if hasattr(key, "raw_value") else [])
    return _decoding("joserfc.jwt.decode", key, algorithms, None)


def _reading(read: Read) -> Wrap:
    """The wrapper of a function that signs or reads a token."""
    quiet = quietly(read)

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            found = quiet(arguments, keywords)
            if found:
                look(sys._getframe(1), *found)
            return original(*arguments, **keywords)

        return call

    return wrap


def _watch_pyjwt(module: ModuleType) -> None:
    """PyJWT also hands its methods out as functions."""
    for name in ("PyJWT", "PyJWS"):
        put_on_class(module, name, ("encode",), _reading(_encoding_by_pyjwt))
        put_on_class(module, name, ("decode", "decode_complete"), _reading(_decoding_by_pyjwt))


# --- secrets of frameworks -------------------------------------------------------------------------------------------


def _has_weak_secret(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    """itsdangerous: one secret, or several of which the last one signs."""
    secret = argument(arguments, keywords, 1, "secret_key")
    if isinstance(secret, list | tuple):
        secret = secret[-1] if secret else ""
    return isinstance(secret, str | bytes) and _is_weak_secret(secret)


def _is_weak_secret(secret: str | bytes) -> bool:
    text = secret.decode("utf-8", "replace") if isinstance(secret, bytes) else secret
    return is_guessable(secret, SHORTEST_SECRET) or place_of(text) is not None


def _flask_signs(application: Any) -> None:
    """The secret of an application that has sessions, once: it is no request's fault."""
    if hasattr(application.session_interface, "get_signing_serializer"):
        _report_secret(lambda: application.secret_key, "flask.Flask.secret_key")


def _django_serves(original: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: Any, *arguments: Any, **keywords: Any) -> None:  # noqa: N807 - it is that method
        original(self, *arguments, **keywords)
        _report_secret(lambda: sys.modules["django.conf"].settings.SECRET_KEY, "django.conf.settings.SECRET_KEY")

    return __init__


@quietly
def _report_secret(read: Callable[[], Any], sink: str) -> None:
    """If the source holds it: one that is not written there was chosen by whoever runs the application."""
    secret = read()
    if isinstance(secret, str | bytes):
        place = place_of(secret.decode("utf-8", "replace") if isinstance(secret, bytes) else secret)
        if place is not None:
            report_place(WEAK_TOKEN_KEY, sink, *place)


when_flask_answers(_flask_signs)

PATCHES: Final = (
    Preparation("jwt.api_jws", _watch_pyjwt),
    Preparation("jwt.api_jwt", _watch_pyjwt),
    Patch("jose.jwt", "encode", _reading(_encoding_by_jose)),
    Patch("jose.jwt", "decode", _reading(_decoding_by_jose)),
    Patch("authlib.jose.rfc7519.jwt", "JsonWebToken.encode", _reading(_encoding_by_authlib)),
    Patch("authlib.jose.rfc7519.jwt", "JsonWebToken.decode", _reading(_decoding_by_authlib)),
    Patch("joserfc.jwt", "encode", _reading(_encoding_by_joserfc)),
    Patch("joserfc.jwt", "decode", _reading(_decoding_by_joserfc)),
    Patch("itsdangerous.signer", "Signer.__init__", watching(WEAK_TOKEN_KEY, "itsdangerous.Signer", _has_weak_secret)),
    Patch(
        "itsdangerous.serializer",
        "Serializer.__init__",
        watching(WEAK_TOKEN_KEY, "itsdangerous.Serializer", _has_weak_secret),
    ),
    Patch("django.core.handlers.wsgi", "WSGIHandler.__init__", _django_serves),
    Patch("django.core.handlers.asgi", "ASGIHandler.__init__", _django_serves),
)
"""python-jose takes whatever algorithm a token names if it is not told which to take; PyJWT refuses to."""
