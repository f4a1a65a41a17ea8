"""Paths of files, POSIX's and Windows': does a value stay a name, or does it climb, begin anew or end early?"""

from __future__ import annotations

import re
from typing import Final

from setpoint_agent.languages.interface import Placement

_SEPARATOR: Final = re.compile(r"[/\\]|%(?:25)*(?:2[fF]|5[cC])")
_DOTS: Final = re.compile(r"(?:\.|%(?:25)*2[eE])")
_CLIMBS: Final = re.compile(rf"(?:^|(?:{_SEPARATOR.pattern}))\s*{_DOTS.pattern}{{2}}\s*(?=$|{_SEPARATOR.pattern})")
_BEGINS_ANEW: Final = re.compile(r"[/\\~]|[A-Za-z]:|file:", re.IGNORECASE)
_ENDS_EARLY: Final = re.compile(r"\0|%(?:25)*00")
_NEAR: Final = 16
"""Characters around a stretch that may complete a climb: `.` before it, `/` behind."""


def place(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies in a path."""
    stretch = text[start:end]
    crosses = (
        _climbs(text, start, end)
        or (start == 0 and _BEGINS_ANEW.match(stretch) is not None)
        or _ENDS_EARLY.search(stretch) is not None
    )
    return Placement(_context(text, start, end), crosses)


def _climbs(text: str, start: int, end: int) -> bool:
    """Whether a segment `..` has a part of the stretch in it."""
    first = max(0, start - _NEAR)
    around = text[first : end + _NEAR]
    return any(
        match.start() + first < end and match.end() + first > start and _DOTS.search(text[start:end]) is not None
        for match in _CLIMBS.finditer(around)
    )


def _context(text: str, start: int, end: int) -> str:
    if start == 0 and end == len(text):
        return "whole path"
    if _SEPARATOR.search(text, start, end):
        return "path segments"
    if _SEPARATOR.search(text, end):
        return "path segment"
    return "file name"
