"""Checks of libraries that raise on what they do not want, or answer whether they do: what they let through is noted.

Types that such a check makes (`IPv4Address`, `UUID`, `int`) are seen by `reading` where they are used themselves; here
it is the text that was handed in, which code goes on using once it was checked. What forms, models and parameters of
views declare is read by `reading.declared`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from setpoint_agent.passages.noting import EVERYWHERE, HOSTS_APART, Confirmed, confirming
from setpoint_agent.patching.interface import Patch
from setpoint_agent.reading.patterns import LONGEST
from setpoint_agent.sinks.wrapping import argument

_PLAIN: Final = re.compile(r"[\w.:/-]+", re.ASCII)
"""What addresses and UUIDs are written with. A zone (`fe80::1%eth0`) may hold anything, and `UUID` lets white space at
the ends pass."""
DANGEROUS: Final = "'\"`;|&$(){}[]<>*\\\r\n %#=,@!?^~"
"""Characters of which a pattern that is sufficient for any use lets none through, nor `..` or `//`."""


def _first(position: int, keyword: str) -> Confirmed:
    """The argument at `position`, after whatever result."""

    def confirmed(_: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        return argument(arguments, keywords, position, keyword)

    return confirmed


def _plain(keyword: str) -> Confirmed:
    """What a class was made of, if that is a text with no character of a meaning."""

    def confirmed(_: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        text = argument(arguments, keywords, 1, keyword)
        return text if isinstance(text, str) and _PLAIN.fullmatch(text) else None

    return confirmed


def _matched(_: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """Django's `RegexValidator`: whether its pattern keeps out all that means something anywhere."""
    validator, text = arguments[0], argument(arguments, keywords, 1, "value")
    pattern = validator.regex
    if validator.inverse_match or not isinstance(text, str) or len(pattern.pattern) > LONGEST:
        return None
    return text if _is_sufficient(pattern) else None


@lru_cache(maxsize=256)
def _is_sufficient(pattern: re.Pattern[str]) -> bool:
    dangers = [*DANGEROUS, "..", "//"]
    return not any(
        pattern.search(text) for each in dangers for text in (each, f"name{each}", f"{each}name", f"na{each}me")
    )


def _allowed(result: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    return argument(arguments, keywords, 0, "url") if result else None


PATCHES: Final = (
    *(
        Patch("ipaddress", f"{name}.__init__", confirming(_plain("address"), *HOSTS_APART))
        for name in ("IPv4Address", "IPv4Interface", "IPv4Network", "IPv6Address", "IPv6Interface", "IPv6Network")
    ),
    Patch("uuid", "UUID.__init__", confirming(_plain("hex"), *EVERYWHERE)),
    Patch("django.core.validators", "RegexValidator.__call__", confirming(_matched, *EVERYWHERE)),
    Patch("django.core.validators", "EmailValidator.__call__", confirming(_first(1, "value"), "header", "log")),
    Patch("email_validator", "validate_email", confirming(_first(0, "email"), "header", "log")),
    Patch("django.utils.http", "url_has_allowed_host_and_scheme", confirming(_allowed, "url-host")),
    Patch("django.utils.http", "is_safe_url", confirming(_allowed, "url-host")),
)
"""An address of e-mail may hold quotes and more: it is safe against line breaks only."""
