"""Regular expressions: where a value lies in a pattern, and whether it is more than the characters it is made of."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from setpoint_agent.languages.interface import Placement
from setpoint_agent.languages.tokens import TEXTS_KEPT, Token, token_at

ATOM, ESCAPE, CLASS, QUANTIFIER = "atom", "escape", "class", "quantifier"
GROUP, GROUP_NAME, ALTERNATION = "group", "group name", "alternation"

_TOKEN: Final = re.compile(
    r"""
  (?P<escape>\\(?:.|\Z))
| (?P<class>\[\^?\]?(?:[^\]\\]|\\.)*+\]?)
| (?P<quantifier>\{\d*,?\d*\}[?+]?|[*+?][?+]?)
| (?P<named>\(\?P[<=]\w*[>)]?)
| (?P<group>\((?:\?(?:[:=!>\#]|<[=!]|[aiLmsux-]+[:)]?))?|\))
| (?P<alternation>\|)
| (?P<atom>[^\\\[\](){}*+?|]+|.)
""",
    re.VERBOSE | re.DOTALL,
)
_KINDS: Final = {
    "escape": ESCAPE,
    "class": CLASS,
    "quantifier": QUANTIFIER,
    "named": GROUP_NAME,
    "group": GROUP,
    "alternation": ALTERNATION,
}
_ACTIVE: Final = re.compile(r"(?<!\\)(?:\\\\)*[\^$*+?{}\[\]()|]")
"""The dot is left out: it is part of ordinary values and matches itself as well."""
_ESCAPED: Final = re.compile(r"\\[^\w\s\\]")
_ENDS_CLASS: Final = re.compile(r"[\]\\^]")


def place(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies in a pattern."""
    token = token_at(_tokens(text), start)
    if token is None:
        return Placement("pattern", crosses=False)
    if token.kind in {CLASS, GROUP_NAME, QUANTIFIER} and token.start < start and end <= token.end:
        return Placement(token.kind, crosses=_ENDS_CLASS.search(text, start, end) is not None)
    crosses = _ACTIVE.search(text, start, end) is not None
    escaped = not crosses and _ESCAPED.search(text, start, end) is not None
    return Placement("pattern" if end - start == len(text) else ATOM, crosses, inert=escaped)


def group_named(pattern: str, name: str) -> str | None:
    """What `(?P<name>…)` holds in a pattern; None where there is no such group, or nothing ends it."""
    opening = f"(?P<{name}>"
    tokens = [each for each in _tokens(pattern) if each.kind in {GROUP, GROUP_NAME}]
    first = next((number for number, each in enumerate(tokens) if pattern.startswith(opening, each.start)), None)
    depth = 0
    for token in tokens[first:] if first is not None else ():
        depth += -1 if pattern[token.start] == ")" else 1
        if depth == 0 and first is not None:
            return pattern[tokens[first].start + len(opening) : token.start]
    return None


@lru_cache(TEXTS_KEPT)
def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(
        Token(_KINDS.get(match.lastgroup or "", ATOM), match.start(), match.end()) for match in _TOKEN.finditer(text)
    )
