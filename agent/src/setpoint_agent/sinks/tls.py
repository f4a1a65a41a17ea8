"""TLS of the application's own making that does not check who the other side is, or accepts versions that are broken.

It is seen where it is asked for (`verify=False`, a context that is told not to verify) and where such a context is used
by the application, for it may have been made long before the request. What a library's own client does is that
library's. Servers ask for no certificates by default: their side is never reported.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from setpoint_agent.catalogue import TLS_UNVERIFIED, WEAK_CIPHER
from setpoint_agent.patching.interface import Patch, Preparation, Wrap
from setpoint_agent.patching.replace import put
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.quiet import quietly
from setpoint_agent.sinks.own_calls import Applies, look, watching
from setpoint_agent.sinks.wrapping import argument

STANDARD: Final = frozenset({"asyncio", "ftplib", "http", "imaplib", "poplib", "smtplib", "ssl", "urllib", "xmlrpc"})
"""Modules of the standard library that use the context that they are given."""
UNVERIFIED: Final = frozenset({"CERT_NONE", "NONE", 0})
"""As urllib3 takes `cert_reqs`; 0 is `ssl.CERT_NONE`."""
BROKEN_PROTOCOLS: Final = frozenset({"PROTOCOL_SSLv2", "PROTOCOL_SSLv3", "PROTOCOL_TLSv1", "PROTOCOL_TLSv1_1"})
OLDEST_VERSION: Final = 0x0303
"""TLS 1.2; RFC 8996 put those before to rest."""

_SERVER: Final = "PROTOCOL_TLS_SERVER"


def _is_unverified(context: Any) -> bool:
    """Whether a client's context accepts any certificate, or any host's."""
    if getattr(getattr(context, "protocol", None), "name", "") == _SERVER or not hasattr(context, "verify_mode"):
        return False
    return not context.verify_mode or not context.check_hostname


# --- contexts of the standard library --------------------------------------------------------------------------------


def _watch_contexts(module: ModuleType) -> None:
    """`ssl.SSLContext`: how it is made, what it is told, and by whom it is used."""
    context = module.SSLContext
    put(context, "__init__", _making)
    for name, weak in (
        ("verify_mode", _set_unverified),
        ("check_hostname", _set_unverified),
        ("minimum_version", _set_too_old),
    ):
        held = inspect.getattr_static(context, name)
        setattr(context, name, property(_getting(held), _setting(held, weak), doc=held.__doc__))
    for name in ("wrap_socket", "wrap_bio"):
        put(context, name, _using)


def _making(original: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: Any, *_: Any, **__: Any) -> None:  # noqa: N807 - it is that method
        original(self)  # of `object`: whatever is given was for `__new__`
        if getattr(getattr(self, "protocol", None), "name", "") in BROKEN_PROTOCOLS:
            look(sys._getframe(1), WEAK_CIPHER, "ssl.SSLContext")

    return __init__


def _getting(held: Any) -> Callable[[Any], Any]:
    def getting(self: Any) -> Any:
        return held.__get__(self)

    return getting


def _setting(held: Any, weak: Callable[[Any, Any], tuple[Any, ...]]) -> Callable[[Any, Any], None]:
    """The setter of a property; `weak` says what is to be reported of (context, value), before it is set."""
    quiet = quietly(weak)

    def setting(self: Any, value: Any) -> None:
        found = quiet(self, value)
        if found:
            look(sys._getframe(1), *found)
        held.__set__(self, value)

    return setting


def _set_unverified(context: Any, value: Any) -> tuple[Any, ...]:
    return () if value or context.protocol.name == _SERVER else (TLS_UNVERIFIED, "ssl.SSLContext")


def _set_too_old(_: Any, value: Any) -> tuple[Any, ...]:
    return (WEAK_CIPHER, "ssl.SSLContext.minimum_version") if 0 < value < OLDEST_VERSION else ()


def _using(original: Callable[..., Any]) -> Callable[..., Any]:
    """`context.wrap_socket(…)`, by the application or by what it handed the context to."""

    def using(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if not (keywords.get("server_side") or (len(arguments) > 1 and arguments[1] is True)):
            _look_at_use(self)
        return original(self, *arguments, **keywords)

    return using


@quietly
def _look_at_use(context: Any) -> None:
    if _is_unverified(context):
        look(sys._getframe(1), TLS_UNVERIFIED, "ssl.SSLContext", through=STANDARD)


# --- clients ---------------------------------------------------------------------------------------------------------


def _asking(sink: str, through: frozenset[str], unverified: Applies) -> Wrap:
    """The wrapper of a client's function that is told whether to verify; of its packages only the caller counts."""
    quiet = quietly(unverified)

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            if quiet(arguments, keywords):
                look(sys._getframe(1), TLS_UNVERIFIED, sink, through=through)
            return original(*arguments, **keywords)

        async def call_async(*arguments: Any, **keywords: Any) -> Any:
            if quiet(arguments, keywords):
                look(sys._getframe(1), TLS_UNVERIFIED, sink, through=through)
            return await original(*arguments, **keywords)

        return in_place_of(original, call_async if inspect.iscoroutinefunction(original) else call)

    return wrap


def _not(position: int, keyword: str) -> Applies:
    """Whether the argument that asks for verification is False, or a context without."""

    def unverified(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
        given = argument(arguments, keywords, position, keyword)
        return given is False or _is_unverified(given)

    return unverified


def _of_urllib3(_: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    return (
        ("cert_reqs" in keywords and keywords["cert_reqs"] in UNVERIFIED)
        or keywords.get("assert_hostname") is False
        or _is_unverified(keywords.get("ssl_context"))
    )


def _of_aiohttp(_: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    contexts = (keywords.get("ssl"), keywords.get("ssl_context"))
    return any(each is False or _is_unverified(each) for each in contexts) or keywords.get("verify_ssl") is False


def _of_https(_: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    return _is_unverified(keywords.get("context"))


_URLLIB3: Final = frozenset({"urllib3", "requests"})
_AIOHTTP: Final = frozenset({"aiohttp"})

PATCHES: Final = (
    Preparation("ssl", _watch_contexts),
    Patch("ssl", "_create_unverified_context", watching(TLS_UNVERIFIED, "ssl._create_unverified_context")),
    Patch("http.client", "HTTPSConnection.__init__", _asking("http.client.HTTPSConnection", STANDARD, _of_https)),
    Patch("requests.adapters", "HTTPAdapter.send", _asking("requests.Session.send", _URLLIB3, _not(4, "verify"))),
    Patch("urllib3.poolmanager", "PoolManager.__init__", _asking("urllib3.PoolManager", _URLLIB3, _of_urllib3)),
    Patch(
        "urllib3.connectionpool",
        "HTTPSConnectionPool.__init__",
        _asking("urllib3.HTTPSConnectionPool", _URLLIB3, _of_urllib3),
    ),
    Patch("httpx._config", "create_ssl_context", _asking("httpx.Client", frozenset({"httpx"}), _not(0, "verify"))),
    Patch("aiohttp.connector", "TCPConnector.__init__", _asking("aiohttp.TCPConnector", _AIOHTTP, _of_aiohttp)),
    Patch(
        "aiohttp.client", "ClientSession._request", _asking("aiohttp.ClientSession", _AIOHTTP, _of_aiohttp), over=True
    ),
)
"""requests' `Session.verify` has been settled by the time that an adapter sends."""
