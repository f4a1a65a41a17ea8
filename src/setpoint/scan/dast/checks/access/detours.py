"""Other ways to say the same address: spellings, methods, versions and headers that a guard may not have thought of.

Called by `bypasses`. All of them only read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import Operation, Sent
from setpoint.scan.dast.naming import is_parameter

MOST_DETOURS: Final = 18
"""Of one address, by all the ways below."""

_VERSION: Final = re.compile(r"(?<=/)v(\d+)(?=/|$)")
_ADDRESS_HEADERS: Final = ("X-Original-URL", "X-Rewrite-URL")
"""Which IIS, and frameworks that run behind it, take the address from, when the guard in front read the other one."""
_SOURCE_HEADERS: Final = ("X-Forwarded-For", "X-Real-IP")
"""By which a proxy tells who asks, and anybody else may."""


class Cause(StrEnum):
    """What the guard did not think of; detours with the same one are one fault. As a message names it."""

    SPELLING = "another spelling of its address"
    ADDRESS = "a header that names another address"
    SOURCE = "a header that names another sender"
    REFERER = "a header that names the page before"
    METHOD = "a header that names another method"
    VERSION = "the address of another version"


CWE: Final = {
    Cause.SPELLING: 647,
    Cause.ADDRESS: 288,
    Cause.SOURCE: 290,
    Cause.REFERER: 293,
    Cause.METHOD: 650,
    Cause.VERSION: 288,
}
"""Non-canonical paths, alternate paths or channels, spoofing, the Referer, and methods that are trusted."""


@dataclass(frozen=True, slots=True)
class Detour:
    cause: Cause
    part: str
    """`<place>:<name>`, as a fault names it."""
    sent: Sent


def detours(request: Sent, operation: Operation, base: str) -> Iterator[Detour]:
    """A GET of the operation by other ways; whoever sends one adds the credentials."""
    path, mark, query = request.url.removeprefix(base).partition("?")
    tail = mark + query
    for name, spelling in _spellings(path, operation):
        yield Detour(Cause.SPELLING, f"path:{name}", replace(request, url=base + spelling + tail))
    for name in _ADDRESS_HEADERS:
        header = (name.lower(), urlsplit(base).path + path)
        yield Detour(Cause.ADDRESS, f"header:{name}", replace(_with(request, header), url=f"{base}/{tail}"))
    for name in _SOURCE_HEADERS:
        yield Detour(Cause.SOURCE, f"header:{name}", _with(request, (name.lower(), "127.0.0.1")))
    yield Detour(Cause.REFERER, "header:Referer", _with(request, ("referer", request.url)))
    posted = replace(_with(request, ("x-http-method-override", "GET")), method="POST")
    yield Detour(Cause.METHOD, "header:X-HTTP-Method-Override", posted)


def other_versions(request: Sent) -> Iterator[Detour]:
    """The same below the versions beside the one that the address names, and below none."""
    at = urlsplit(request.url)
    found = _VERSION.search(at.path)
    if found is None:
        return
    number, before, after = int(found[1]), at.path[: found.start()], at.path[found.end() :]
    paths = [f"{before}v{other}{after}" for other in (number - 1, number - 2, number + 1) if other >= 0]
    for path in (*paths, before.rstrip("/") + after):
        yield Detour(Cause.VERSION, "path:version", replace(request, url=at._replace(path=path).geturl()))


def _with(request: Sent, header: tuple[str, str]) -> Sent:
    return replace(request, headers=(*request.headers, header))


def _spellings(path: str, operation: Operation) -> Iterator[tuple[str, str]]:
    yield "trailing-slash", path.rstrip("/") if path.endswith("/") else f"{path}/"
    yield "double-slash", f"/{path}"
    yield "dot-segment", f"/.{path}"
    yield "letter-case", _respelt(path, operation, str.swapcase)
    yield "encoded-letter", _respelt(path, operation, lambda text: f"%{ord(text[0]):02x}{text[1:]}")
    yield "path-parameter", f"{path};a=b"
    yield "extension", f"{path}.json"
    yield "trailing-space", f"{path}%20"


def _respelt(path: str, operation: Operation, spell: Callable[[str], str]) -> str:
    """With its fixed segments in another spelling; what stands for parameters is data and stays."""
    pairs = zip(path.split("/"), operation.path.split("/"), strict=False)
    return "/".join(spell(text) if text and not is_parameter(template) else text for text, template in pairs)
