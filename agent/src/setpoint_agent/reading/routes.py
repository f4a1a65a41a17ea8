"""What a route itself lets through for one of its parameters: converters, and groups of a regular expression.

`examination` asks, for values of a path. Templates are as frameworks write them: `<slug:name>` (Django, Flask, bottle's
`<name:int>`), `{name:uuid}` (Starlette, Litestar, falcon's `{name:int}`), `(?P<name>[a-z]+)` (Django's `re_path`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from setpoint_agent.languages.regex import group_named
from setpoint_agent.reading.answer import Question
from setpoint_agent.reading.patterns import LONGEST, passes

NUMBERS: Final = frozenset({"int", "float", "decimal", "uuid", "date", "datetime", "dt", "time", "timedelta", "any"})
"""Converters that make something else of a text, or list what there may be."""
SLUG: Final = "slug"
"""Django's: letters, digits, dashes; harmless but as a host."""

_CONVERTERS: Final = (
    r"<(?P<kind>\w+)(?:\([^<>]*\))?:{name}>",
    r"<{name}:(?P<kind>\w+)>",
    r"\{{{name}:(?P<kind>\w+)[^{{}}]*\}}",
    r"\{{(?P<kind>\w+):{name}\}}",
)


def lets_through_nothing(route: str, name: str, language: str, probes: tuple[str, ...]) -> bool:
    """Whether no dangerous text can come as the parameter `name` of `route`."""
    kind = _converter(route, name)
    if kind in NUMBERS or (kind == SLUG and language != "url"):
        return True
    pattern = _group(route, name)
    if pattern is None or not probes:
        return False
    return not any(passes(pattern, "fullmatch", Question("", language, probes)))


@lru_cache(maxsize=1_024)
def _converter(route: str, name: str) -> str:
    for written in _CONVERTERS:
        found = re.search(written.format(name=re.escape(name)), route)
        if found is not None:
            return found["kind"].lower()
    return ""


@lru_cache(maxsize=1_024)
def _group(route: str, name: str) -> re.Pattern[str] | None:
    text = group_named(route, name) if f"(?P<{name}>" in route and len(route) <= LONGEST else None
    try:
        return re.compile(text) if text is not None else None
    except re.error:
        return None
