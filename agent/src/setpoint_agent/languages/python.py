"""Python's source: where a value lies in code that is evaluated. Like `tokenize`, but it takes any text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from setpoint_agent.languages.interface import Placement
from setpoint_agent.languages.tokens import SPACE, TEXTS_KEPT, Token, is_one, token_at, trimmed

LITERAL, FORMATTED, NUMBER, NAME = "string literal", "formatted string", "number", "name"
COMMENT, OPERATOR = "comment", "operator"

_TOKEN: Final = re.compile(
    r"""
  (?P<long>[rRbBuUfF]{0,2}(?P<three>\"\"\"|''')(?:[^\\]|\\.)*?(?P=three))
| (?P<short>[rRbBuUfF]{0,2}(?:"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'))
| (?P<unclosed>[rRbBuUfF]{0,2}(?:(?:\"\"\"|''').*|["'][^\n]*))
| (?P<comment>\#[^\n]*)
| (?P<space>\s+)
| (?P<number>(?:0[xXoObB][0-9a-fA-F_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?|\.\d[\d_]*)[jJ]?(?!\w))
| (?P<name>\w+)
| (?P<operator>.)
""",
    re.VERBOSE | re.DOTALL,
)
_KINDS: Final = {"space": SPACE, "number": NUMBER, "name": NAME, "operator": OPERATOR}
_ATOMS: Final = frozenset({LITERAL, NUMBER, NAME, COMMENT})
_QUOTES: Final = re.compile(r"\"\"\"|'''|[\"']")
_SIGNED: Final = re.compile(r"[+-]?\d[\d_]*(?:\.\d*)?")


def place(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies in code."""
    start, end = trimmed(text, start, end)
    tokens = _tokens(text)
    token = token_at(tokens, start)
    if token is None:
        return Placement("code", crosses=False)
    if is_one(tokens, start, end, _ATOMS) or _SIGNED.fullmatch(text, start, end):
        return Placement(token.kind, crosses=False)
    if is_one(tokens, start, end, {FORMATTED}):
        return Placement(FORMATTED, crosses="{" in text[start:end] or "}" in text[start:end])
    return Placement("code" if end - start == len(text) else token.kind, crosses=True)


@lru_cache(TEXTS_KEPT)
def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(_token(match) for match in _TOKEN.finditer(text))


def _token(match: re.Match[str]) -> Token:
    name = match.lastgroup or "operator"
    start, end = match.span()
    if name in _KINDS:
        return Token(_KINDS[name], start, end)
    if name == "comment":
        return Token(COMMENT, start, end, 1)
    quotes = _QUOTES.search(match[0])
    opened = quotes.end() if quotes else 0
    mark = len(quotes[0]) if quotes else 0
    kind = FORMATTED if "f" in match[0][: opened - mark].lower() else LITERAL
    return Token(kind, start, end, opened, 0 if name == "unclosed" else mark)
