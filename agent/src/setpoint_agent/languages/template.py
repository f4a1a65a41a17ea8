"""Templates of Jinja, Django and Mako: does a value stay text of the page, or does it become part of a tag?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from setpoint_agent.languages.interface import Placement
from setpoint_agent.languages.tokens import TEXTS_KEPT, Token, token_at

TEXT, EXPRESSION, STATEMENT, COMMENT = "template text", "expression", "statement", "comment"

_TAG: Final = re.compile(
    r"""
  (?P<comment>\{\#.*?(?:\#\}|\Z)|<%doc>.*?(?:</%doc>|\Z)|^[ \t]*\#\#[^\n]*)
| (?P<expression>\{\{.*?(?:\}\}|\Z)|\$\{.*?(?:\}|\Z))
| (?P<statement>\{%.*?(?:%\}|\Z)|</?%.*?(?:>|\Z)|^[ \t]*%(?!%)[^\n]*)
""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_KINDS: Final = {"comment": COMMENT, "expression": EXPRESSION, "statement": STATEMENT}
_OPENS: Final = re.compile(r"\{\{|\{%|\{\#|\$\{|</?%|^[ \t]*(?:%(?!%)|\#\#)", re.MULTILINE)
_LITERAL: Final = re.compile(r"[\w .@:/+-]*")


def place(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies in a template."""
    token = token_at(_tokens(text), start)
    if token is None or token.kind == TEXT or start == token.start:
        whole = end - start == len(text)
        return Placement("whole template" if whole else TEXT, crosses=_opens_tag(text, start, end))
    within = end <= token.end
    if token.kind == COMMENT:
        return Placement(COMMENT, crosses=not within)
    return Placement(token.kind, crosses=not (within and _LITERAL.fullmatch(text, start, end)))


def _opens_tag(text: str, start: int, end: int) -> bool:
    """Whether a tag opens in the stretch; its mark may be completed by a character beside it."""
    match = _OPENS.search(text, max(0, start - 1), end + 1)
    return match is not None and match.start() < end and match.end() > start


@lru_cache(TEXTS_KEPT)
def _tokens(text: str) -> tuple[Token, ...]:
    tokens: list[Token] = []
    at = 0
    for match in _TAG.finditer(text):
        if match.start() > at:
            tokens.append(Token(TEXT, at, match.start()))
        tokens.append(Token(_KINDS[match.lastgroup or "comment"], match.start(), match.end()))
        at = match.end()
    if at < len(text):
        tokens.append(Token(TEXT, at, len(text)))
    return tuple(tokens)
