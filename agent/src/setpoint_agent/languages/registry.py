"""Which tokenizer reads which language; sinks name one (`Sink.language`), `examination` looks it up here.

A tokenizer is imported when a value was first found in its language: compiling the patterns of all of them would take a
fifth of what the agent may add to an application's start.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Final

from setpoint_agent.languages.interface import Place, Placement


def _lazily(module: str, function: str = "place") -> Place:
    @cache
    def tokenizer() -> Place:
        place: Place = getattr(import_module(f"{__package__}.{module}"), function)
        return place

    def place(text: str, start: int, end: int) -> Placement:
        return tokenizer()(text, start, end)

    return place


BY_NAME: Final[dict[str, Place]] = {
    "header": _lazily("lines", "place_in_header"),
    "html": _lazily("html"),
    "json": _lazily("documents"),
    "ldap": _lazily("ldap"),
    "log": _lazily("lines", "place_in_log"),
    "nosql": _lazily("documents", "place_in_query"),
    "path": _lazily("path"),
    "python": _lazily("python"),
    "regex": _lazily("regex"),
    "shell": _lazily("shell"),
    "sql": _lazily("sql"),
    "state": _lazily("lines", "place_in_whole"),
    "template": _lazily("template"),
    "url": _lazily("url"),
    "whole": _lazily("lines", "place_in_whole"),
    "xpath": _lazily("xpath"),
}
"""Every language by the name that sinks use."""
