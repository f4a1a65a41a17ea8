"""Whether a cache between service and callers may give an answer to somebody else (RFC 9111). Pure."""

from __future__ import annotations

import re
from typing import Final

from setpoint.model.dast import Answer

_DIRECTIVE: Final = re.compile(r'([\w-]+)(?:\s*=\s*"?([^",]*)"?)?')
_CACHE_SAYS: Final = (
    "x-cache",
    "x-cache-status",
    "cf-cache-status",
    "x-proxy-cache",
    "x-varnish-cache",
    "cache-status",
)
"""Headers by which caches tell what they did; a word with `hit` or `miss` says that one keeps this answer."""


def directives(answer: Answer) -> dict[str, str]:
    """Of all its `Cache-Control` headers, by names in lower case."""
    text = ",".join(value for name, value in answer.headers if name == "cache-control")
    return {name.lower(): value.strip() for name, value in _DIRECTIVE.findall(text)}


def is_kept_for_others(answer: Answer) -> bool:
    """Whether it says that a shared cache may keep it, or comes out of one, or passed one that keeps it."""
    said = directives(answer)
    if {"no-store", "private", "no-cache"} & said.keys():
        return False
    if any(re.search(r"hit|miss", answer.header(name).lower()) for name in _CACHE_SAYS):
        return True
    return _lives(said) or answer.header("age").isdecimal()


def _lives(said: dict[str, str]) -> bool:
    seconds = said.get("s-maxage", said.get("max-age", ""))
    return bool(seconds.strip("0")) if seconds.isdecimal() else "public" in said


def varies_by(answer: Answer, header: str) -> bool:
    """Whether caches tell answers apart by this header of requests."""
    named = ",".join(value for name, value in answer.headers if name == "vary").lower()
    return bool({header.lower(), "*"} & {each.strip() for each in named.split(",")})
