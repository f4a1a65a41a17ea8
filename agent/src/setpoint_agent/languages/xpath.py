"""XPath: where a value lies in an expression. Its literals know no escapes: the quote that opens one ends it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from setpoint_agent.languages.interface import Placement
from setpoint_agent.languages.tokens import SPACE, TEXTS_KEPT, Token, is_one, token_at, trimmed

LITERAL, NUMBER, NAME, OPERATOR = "string literal", "number", "name", "operator"

_TOKEN: Final = re.compile(
    r"""
  (?P<literal>'[^']*'|"[^"]*")
| (?P<unclosed>['"].*)
| (?P<space>\s+)
| (?P<number>\d+(?:\.\d*)?|\.\d+)
| (?P<name>[^\W\d][\w.-]*)
| (?P<operator>.)
""",
    re.VERBOSE | re.DOTALL,
)
_KINDS: Final = {"space": SPACE, "number": NUMBER, "name": NAME, "operator": OPERATOR}
_ATOMS: Final = frozenset({LITERAL, NUMBER, NAME})


def place(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies in an expression."""
    start, end = trimmed(text, start, end)
    tokens = _tokens(text)
    token = token_at(tokens, start)
    if token is None:
        return Placement("expression", crosses=False)
    if is_one(tokens, start, end, _ATOMS):
        return Placement(token.kind, crosses=False)
    return Placement("expression" if end - start == len(text) else token.kind, crosses=True)


@lru_cache(TEXTS_KEPT)
def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(_token(match) for match in _TOKEN.finditer(text))


def _token(match: re.Match[str]) -> Token:
    name = match.lastgroup or "operator"
    if name in _KINDS:
        return Token(_KINDS[name], match.start(), match.end())
    return Token(LITERAL, match.start(), match.end(), 1, int(name == "literal"))
