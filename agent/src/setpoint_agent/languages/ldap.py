"""LDAP: where a value lies in a filter (RFC 4515) or in a distinguished name (RFC 4514)."""

from __future__ import annotations

import re
from typing import Final

from setpoint_agent.languages.interface import Placement

_CROSSES_FILTER: Final = re.compile(r"[()*\0]|\\(?![0-9A-Fa-f]{2})")
_CROSSES_NAME: Final = re.compile(r"(?<!\\)[,+\"<>;\0]|\\(?![0-9A-Fa-f]{2}|[ #+,;<=>\"\\])")
_ESCAPED: Final = re.compile(r"\\(?:[0-9A-Fa-f]{2}|[,+\"\\<>;#= ])")
_ATTRIBUTE: Final = re.compile(r"[\w.;-]+")


def place(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies: a filter if it has parentheses, else a name."""
    in_filter = "(" in text[:start] or text.lstrip().startswith("(")
    special = _CROSSES_FILTER if in_filter else _CROSSES_NAME
    if _in_value(text, start, "(" if in_filter else ","):
        crosses = special.search(text, start, end) is not None
        context = "assertion value" if in_filter else "attribute value"
        return Placement(context, crosses, inert=not crosses and _ESCAPED.search(text, start, end) is not None)
    if start == 0 and end == len(text):
        return Placement("filter" if in_filter else "name", crosses=False)
    return Placement("attribute", crosses=_ATTRIBUTE.fullmatch(text, start, end) is None)


def _in_value(text: str, start: int, opening: str) -> bool:
    """Whether an equals sign stands between the last opening of an item and `start`."""
    return text.rfind("=", 0, start) > text.rfind(opening, 0, start)
