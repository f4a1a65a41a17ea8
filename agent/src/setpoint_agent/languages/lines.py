"""Headers and log lines: texts of which the only boundary is the end of a line (and, on a terminal, an escape)."""

from __future__ import annotations

import re
from typing import Final

from setpoint_agent.languages.interface import Placement

_ENDS_HEADER: Final = re.compile(r"[\r\n\0]")
"""RFC 9110 §5.5: CR, LF and NUL are never part of a field."""
_ENDS_LINE: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
"""All controls but the tab, and the separators of lines beyond ASCII that viewers of logs break at."""


def place_in_header(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies in a header."""
    context = "whole" if end - start == len(text) else "header value"
    return Placement(context, crosses=_ENDS_HEADER.search(text, start, end) is not None)


def place_in_log(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies in a log line."""
    context = "whole" if end - start == len(text) else "log line"
    return Placement(context, crosses=_ENDS_LINE.search(text, start, end) is not None)


def place_in_whole(text: str, start: int, end: int) -> Placement:
    """Where any input is the fault, all that can be told is whether it is all of the argument."""
    return Placement("whole" if end - start == len(text) else "part", crosses=False)
