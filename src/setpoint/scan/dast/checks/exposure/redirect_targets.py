"""Where a browser goes that reads an answer: by its `Location`, a refresh of the page, or a script's first word. Pure.

Parsed as browsers do (the URL Standard of WHATWG), and not as RFC 3986 says: that is what tricks of this kind live on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import page_of

_LEFT_OUT: Final = re.compile("[\t\n\r]")
"""Browsers drop them wherever they stand in an address."""
_AROUND: Final = "".join(map(chr, range(0x21)))
"""C0 controls and the space, which browsers drop at both ends."""
_SPECIAL: Final = re.compile(r"(?i)(https?|wss?|ftp):")
_REFRESH: Final = re.compile(r"(?i)^\s*\d*\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"]+)")
_ESCAPED: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})")
_ASSIGNED: Final = re.compile(
    r"""(?:\blocation(?:\.href)?\s*=|\blocation\.(?:assign|replace)\()\s*(?:"([^"]*)"|'([^']*)')"""
)


def browser_host(address: str, base: str) -> str:
    """The host that a browser asks when told to go to `address` from `base`, in lower case; empty for no host."""
    address = _LEFT_OUT.sub("", address.strip(_AROUND))
    scheme = _SPECIAL.match(address)
    rest = address[scheme.end() :] if scheme else address
    if not scheme and re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", address):
        return ""
    slashes = len(rest) - len(rest.lstrip("/\\"))
    same_scheme = scheme is None or scheme[1].lower() == urlsplit(base).scheme
    if slashes < 2 and same_scheme:
        return (urlsplit(base).hostname or "").lower()
    authority = re.split(r"[/\\?#]", rest[slashes:], maxsplit=1)[0]
    host = authority.rpartition("@")[2].lower()
    return host.rpartition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def script_address(address: str) -> bool:
    """Whether going there runs a script."""
    return _LEFT_OUT.sub("", address.strip(_AROUND)).lower().startswith("javascript:")


def _unescaped(text: str) -> str:
    """Of a string in a script."""
    text = _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
    return text.replace("\\/", "/").replace("\\\\", "\\")


def targets(answer: Answer) -> Iterator[tuple[str, str]]:
    """Addresses that a browser is sent to without anybody's doing, each with what says so."""
    if 300 <= answer.status < 400 and (location := answer.header("location")):
        yield "Location", location
    if refresh := _REFRESH.match(answer.header("refresh")):
        yield "Refresh", refresh[1].strip()
    page = page_of(answer) if "html" in answer.header("content-type") else None
    if page is None:
        return
    for meta in page.iter("meta"):
        if meta.get("http-equiv", "").lower() == "refresh" and (found := _REFRESH.match(meta.get("content", ""))):
            yield "meta refresh", found[1].strip()
    for script in page.iter("script"):
        for found in _ASSIGNED.finditer(script.text or ""):
            yield "script", _unescaped(found[1] or found[2] or "")
