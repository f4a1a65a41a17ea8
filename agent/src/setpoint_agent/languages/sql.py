"""SQL, as ANSI and PostgreSQL read it and as MySQL does, with the brackets of T-SQL: where a value lies in a statement.

The text does not tell its dialect. It is read both ways; where only one of the readings ends cleanly (no literal is
left open), that is the one which counts, else a boundary crossed in any of them does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from setpoint_agent.languages.interface import Placement
from setpoint_agent.languages.tokens import SPACE, TEXTS_KEPT, Token, is_one, token_at, touched, trimmed

LITERAL, NUMBER, IDENTIFIER, QUOTED = "string literal", "number", "identifier", "quoted identifier"
COMMENT, KEYWORD, OPERATOR, PARAMETER = "comment", "keyword", "operator", "parameter"

_KEYWORDS: Final = re.compile(
    r"all|and|any|as|asc|between|by|case|cast|create|cross|delete|desc|distinct|drop|else|end|except|exec|exists|"
    r"from|full|group|having|in|inner|insert|intersect|into|is|join|left|like|limit|natural|not|null|offset|on|or|"
    r"order|outer|right|select|set|some|then|union|update|using|values|when|where|with",
    re.IGNORECASE,
)
_COMMON: Final = r"""
| (?P<backtick>`(?:[^`]|``)*+`)
| (?P<unclosed>(?:[eEnNbBxX]|[uU]&)?['"`].*)
| (?P<space>\s+)
| (?P<block>/\*)
| (?P<dollar>\$(?P<tag>[A-Za-z_]\w*|)\$(?:.*?\$(?P=tag)\$|.*))
| (?P<bracket>\[[A-Za-z_][^\]]{0,127}\])
| (?P<parameter>\?|%s|%\(\w+\)s|[:@$]\w+)
| (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?!\w))
| (?P<word>\w[\w$]*)
| (?P<operator>.)
"""
_ANSI: Final = re.compile(
    r"""
  (?P<comment>--[^\n]*)
| (?P<escape>[eE]'(?:[^'\\]|''|\\.)*+')
| (?P<literal>(?:[nNbBxX]|[uU]&)?'(?:[^']|'')*+')
| (?P<double>"(?:[^"]|"")*+")
"""
    + _COMMON,
    re.VERBOSE | re.DOTALL,
)
_MYSQL: Final = re.compile(
    r"""
  (?P<comment>(?:--(?=\s|\Z)|\#)[^\n]*)
| (?P<literal>[nNbBxX]?'(?:[^'\\]|''|\\.)*+')
| (?P<double>"(?:[^"\\]|""|\\.)*+")
"""
    + _COMMON,
    re.VERBOSE | re.DOTALL,
)
_KINDS: Final = {"space": SPACE, "parameter": PARAMETER, "number": NUMBER, "operator": OPERATOR}
_OPENING: Final = re.compile("['\"`\\[]")
_DIFFERENTLY_READ: Final = re.compile(r"[\\#]|--")
_BLOCK_EDGES: Final = re.compile(r"/\*|\*/")
_ATOMS: Final = frozenset({LITERAL, NUMBER, IDENTIFIER, QUOTED, COMMENT, KEYWORD, PARAMETER})
_COLUMNS: Final = re.compile(r"\s*(?:INSERT|REPLACE)\b[^('\"]*(?:\"[^\"]*\"|`[^`]*`)?[^('\"]*\(", re.IGNORECASE)
"""An INSERT, up to its list of columns."""
_ESCAPED_QUOTE: Final = re.compile(r"''|\\'")
_QUALIFIED: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+|[+-]?\d+(?:\.\d+)?")


def place(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies in a statement."""
    start, end = trimmed(text, start, end)
    readings = _readings(text)
    clean = [tokens for tokens in readings if _ends_cleanly(text, tokens)] or list(readings)
    placements = [_place(text, tokens, start, end) for tokens in clean]
    return next((each for each in placements if each.crosses), placements[0])


def _place(text: str, tokens: Sequence[Token], start: int, end: int) -> Placement:
    token = token_at(tokens, start)
    if token is None:
        return Placement("statement", crosses=False)
    if is_one(tokens, start, end, _ATOMS):
        # Quotes that were doubled on the way are the mark of an escaper.
        escaped = token.kind == LITERAL and _ESCAPED_QUOTE.search(text, start, end) is not None
        return Placement(token.kind, crosses=False, inert=escaped or _is_column(text, token))
    context = "statement" if start == 0 and end == len(text) else token.kind
    if _QUALIFIED.fullmatch(text, start, end) and touched(tokens, start, end)[0].start == start:
        return Placement(context, crosses=False)
    return Placement(context, crosses=True)


def _is_column(text: str, token: Token) -> bool:
    """Whether a quoted name stands where mappers write columns: `"users"."name"`, `("name") VALUES`, `SET "name" =`.

    They quote each of them, and parameters of a request are often named alike.
    """
    if token.kind != QUOTED:
        return False
    before = text[: token.start].rstrip()
    after = text[token.end :].lstrip()
    if before.endswith(".") or after.startswith("."):
        return True
    if after.startswith("="):
        return before.endswith((",", "SET", "set"))
    columns = _COLUMNS.match(text)
    return columns is not None and columns.end() <= token.start and ")" not in before


@lru_cache(TEXTS_KEPT)
def _readings(text: str) -> tuple[tuple[Token, ...], ...]:
    dialects = (_ANSI, _MYSQL) if _DIFFERENTLY_READ.search(text) else (_ANSI,)
    return tuple(tuple(_tokens(text, dialect)) for dialect in dialects)


def _tokens(text: str, dialect: re.Pattern[str]) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while match := dialect.match(text, at):
        token = _block_comment(text, at) if match.lastgroup == "block" else _token(match)
        tokens.append(token)
        at = token.end
    return tokens


def _token(match: re.Match[str]) -> Token:
    name = match.lastgroup or "operator"
    start, end = match.span()
    if name == "word":
        return Token(KEYWORD if _KEYWORDS.fullmatch(match[0]) else IDENTIFIER, start, end)
    if name == "comment":
        return Token(COMMENT, start, end, opened=1 if match[0][0] == "#" else 2)
    if name == "dollar":
        tag = len(match["tag"]) + 2
        closed = end - start >= 2 * tag and match[0].endswith(match[0][:tag])
        return Token(LITERAL, start, end, tag, tag if closed else 0)
    opening = None if name in _KINDS else _OPENING.search(match[0])
    if opening is None:
        return Token(_KINDS.get(name, OPERATOR), start, end)
    kind = LITERAL if opening[0] == "'" else QUOTED
    return Token(kind, start, end, opening.end(), 0 if name == "unclosed" else 1)


def _block_comment(text: str, start: int) -> Token:
    """To its end; PostgreSQL and T-SQL nest them."""
    depth = 0
    for match in _BLOCK_EDGES.finditer(text, start):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return Token(COMMENT, start, match.end(), 2, 2)
    return Token(COMMENT, start, len(text), 2)


def _ends_cleanly(text: str, tokens: Sequence[Token]) -> bool:
    """Whether no literal, quoted name or comment is open at the end."""
    if not tokens:
        return True
    last = tokens[-1]
    return last.closed > 0 or last.opened == 0 or (last.kind == COMMENT and text[last.start] != "/")
