"""Addresses (RFC 3986): which part of one does a value decide? The scheme, the host and where the path begins matter.

A value inside of a query, a fragment or a path behind a fixed host, which ends none of these, sends nobody elsewhere;
nor does one in a later segment of a path without a host.
"""

from __future__ import annotations

import re
from typing import Final

from setpoint_agent.languages.interface import Placement

_PARTS: Final = re.compile(
    r"""
(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?=//|[^0-9]))?
(?P<slashes>[/\\]{2})?
(?P<authority>(?(slashes)[^/?\#\\]*|))
(?P<path>[^?\#]*)
(?P<query>(?:\?[^\#]*)?)
(?P<fragment>(?:\#.*)?)
""",
    re.VERBOSE | re.DOTALL,
)
_AUTHORITY: Final = re.compile(r"(?P<userinfo>(?:.*@)?)(?P<host>\[[^\]]*\]?|[^:]*)(?P<port>(?::.*)?)", re.DOTALL)
_ENDS: Final = {
    "scheme": re.compile(r"[:/?#\\@]"),
    "userinfo": re.compile(r"[/?#\\@]"),
    "host": re.compile(r"[/?#\\@:]"),
    "port": re.compile(r"[^0-9]"),
    "path": re.compile(r"[?#\\\r\n]|//|(?:^|/)(?:\.|%2[eE]){2}(?:/|$)"),
    "query": re.compile(r"[&#\r\n]"),
    "fragment": re.compile(r"[\r\n]"),
}
_CONTROL: Final = re.compile(r"[\x00-\x1f]")
_HARMLESS: Final = frozenset({"path", "query", "fragment"})
_FETCHED: Final = frozenset({"", "http", "https", "ws", "wss", "ftp", "ftps"})


def place(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies in an address."""
    parts = _split(text)
    if start == 0:
        return _from_the_start(text, end, parts)
    if parts and parts["scheme"][1] <= start < parts["userinfo"][0]:
        return Placement("slashes", crosses=True)
    context = next((name for name, (first, last) in parts.items() if first <= start < last), "path")
    if context == "path" and _has_host(parts):
        if start == parts["path"][0]:  # nothing ends the host but the value itself
            return Placement("end of host", crosses=text[start : start + 1] not in {"/", "\\"})
    elif context == "path" and _begins_path(text, start, parts):
        return Placement("start of path", crosses=_begins_anew(text, start, end))
    crosses = _ENDS[context].search(text[start:end]) is not None
    return Placement(context, crosses, inert=not crosses and context in _HARMLESS)


def _split(text: str) -> dict[str, tuple[int, int]]:
    """The parts of an address and where each lies; the marks before query and fragment belong to them."""
    parts = _PARTS.match(text)
    if parts is None:
        return {}
    found = {"scheme": parts.span("scheme")}
    first, last = parts.span("authority")
    authority = _AUTHORITY.match(text, first, last)
    if authority is not None:
        found |= {name: authority.span(name) for name in ("userinfo", "host", "port")}
    return found | {name: parts.span(name) for name in ("path", "query", "fragment")}


def _from_the_start(text: str, end: int, parts: dict[str, tuple[int, int]]) -> Placement:
    """A value that an address begins with chooses all of it, unless it goes no further than a path of its own."""
    scheme = text[slice(*parts["scheme"])].lower() if parts else ""
    crosses = scheme not in _FETCHED or _CONTROL.search(text, 0, end) is not None or text[:2] in {"//", "\\\\", "/\\"}
    return Placement("whole address" if end == len(text) else "start of address", crosses)


def _begins_path(text: str, start: int, parts: dict[str, tuple[int, int]]) -> bool:
    first = parts["path"][0] if parts else 0
    return text[first:start].strip("/\\") == ""


def _has_host(parts: dict[str, tuple[int, int]]) -> bool:
    return bool(parts) and parts["host"][0] < parts["host"][1]


def _begins_anew(text: str, start: int, end: int) -> bool:
    """Whether the value makes a path an address of its own (`/` + `/evil.example`), or ends or climbs it."""
    return text[start : start + 1] in {"/", "\\"} or _ENDS["path"].search(text[start:end]) is not None
