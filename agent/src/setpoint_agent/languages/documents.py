"""JSON, and what a query of a document database looks like when written down: where a value lies in it.

`place` reads a document that the application put together as text. `place_in_query` reads a query that reached the
database as objects: a text inside of it stays one, whatever it holds, but its keys may be operators and some hold code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from setpoint_agent.languages.interface import Placement
from setpoint_agent.languages.tokens import SPACE, TEXTS_KEPT, Token, is_one, token_at, touched, trimmed

LITERAL, KEY, NUMBER, NAME, MARK = "string literal", "key", "number", "name", "structure"

OPERATORS_WITH_CODE: Final = frozenset({"$where", "$function", "$accumulator", "$expr", "body", "mapreduce"})
OPERATORS_WITH_PATTERNS: Final = frozenset({"$regex"})

_TOKEN: Final = re.compile(
    r"""
  (?P<literal>"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+')
| (?P<unclosed>["'].*)
| (?P<space>\s+)
| (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\w))
| (?P<name>[$\w]+)
| (?P<mark>.)
""",
    re.VERBOSE | re.DOTALL,
)
_KINDS: Final = {"space": SPACE, "number": NUMBER, "name": NAME, "mark": MARK}
_ATOMS: Final = frozenset({LITERAL, KEY, NUMBER, NAME})


def place(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies in a document."""
    start, end = trimmed(text, start, end)
    tokens = _tokens(text)
    token = token_at(tokens, start)
    if token is None:
        return Placement("document", crosses=False)
    if is_one(tokens, start, end, _ATOMS):
        return Placement(token.kind, crosses=token.kind == KEY and _names_operator(text, token, start))
    return Placement("document" if end - start == len(text) else token.kind, crosses=True)


def place_in_query(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies in a query that was written down from objects."""
    placement = place(text, start, end)
    if placement.context != LITERAL or placement.crosses:
        return placement
    key = _key_of(text, start)
    if key in OPERATORS_WITH_CODE:
        return Placement("code", crosses=any(mark in text[start:end] for mark in "\"'();=|&{}\\"))
    return Placement("pattern" if key in OPERATORS_WITH_PATTERNS else LITERAL, crosses=False, inert=key[:1] != "$")


def _names_operator(text: str, token: Token, start: int) -> bool:
    """Whether the stretch begins a key that begins with the mark of operators."""
    return start == token.start + token.opened and text[start : start + 1] == "$"


def _key_of(text: str, position: int) -> str:
    """The key before a value, in small letters; empty where the value is the document itself."""
    tokens = [each for each in touched(_tokens(text), 0, position + 1) if each.kind == KEY]
    if not tokens:
        return ""
    key = tokens[-1]
    return text[key.start + key.opened : key.end - key.closed].lower()


@lru_cache(TEXTS_KEPT)
def _tokens(text: str) -> tuple[Token, ...]:
    tokens = [_token(match) for match in _TOKEN.finditer(text)]
    return tuple(_as_key(text, tokens, index) for index in range(len(tokens)))


def _token(match: re.Match[str]) -> Token:
    name = match.lastgroup or "mark"
    if name in _KINDS:
        return Token(_KINDS[name], match.start(), match.end())
    return Token(LITERAL, match.start(), match.end(), 1, int(name == "literal"))


def _as_key(text: str, tokens: Sequence[Token], index: int) -> Token:
    token = tokens[index]
    if token.kind not in {LITERAL, NAME}:
        return token
    after = next((each for each in tokens[index + 1 : index + 3] if each.kind != SPACE), None)
    if after is None or text[after.start] != ":":
        return token
    return Token(KEY, token.start, token.end, token.opened, token.closed)
