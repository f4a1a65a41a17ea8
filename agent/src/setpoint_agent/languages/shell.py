"""POSIX shell: where a value lies in a command line that a shell reads.

Substitutions nest in double quotes and in each other; a stack of open ones goes along. A value that begins a word with
a dash is an option, which crosses as well: the command reads it as more than a name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from setpoint_agent.languages.interface import Placement
from setpoint_agent.languages.tokens import SPACE, TEXTS_KEPT, Token, is_one, token_at, trimmed

WORD, SINGLE, DOUBLE = "word", "single-quoted", "double-quoted"
COMMENT, OPERATOR, SUBSTITUTION = "comment", "operator", "substitution"

_IN_COMMAND: Final = re.compile(
    r"""
  (?P<single>\$?'[^']*(?P<end>'?))
| (?P<space>(?:[^\S\n]|\\\n)+)
| (?P<comment>(?<![^\s;|&()])\#[^\n]*)
| (?P<opening>\$\(|\$\{|<\(|>\(|`)
| (?P<double>\$?")
| (?P<parameter>\$[\w?$!@*#-])
| (?P<word>(?:[^\s'"`$;|&<>()\\{}]|\\.|\$(?![\w?$!@*\#({'"-]))+)
| (?P<closing>[)}])
| (?P<operator>.)
""",
    re.VERBOSE | re.DOTALL,
)
_IN_DOUBLE: Final = re.compile(
    r"""
  (?P<opening>\$\(|\$\{|`)
| (?P<parameter>\$[\w?$!@*#-])
| (?P<double>")
| (?P<text>(?:[^"`$\\]|\\.|\$(?![\w?$!@*\#({-]))+)
| (?P<text_mark>.)
""",
    re.VERBOSE | re.DOTALL,
)
_CLOSED_BY: Final = {"$(": ")", "<(": ")", ">(": ")", "${": "}", "`": "`"}
_KINDS: Final = {"space": SPACE, "comment": COMMENT, "parameter": SUBSTITUTION, "word": WORD}
_ATOMS: Final = frozenset({WORD, SINGLE, DOUBLE, COMMENT})
_ACTIVE_IN_WORD: Final = re.compile(r"[*?\[\]~\\!]")
"""What a shell replaces within a word: globs, home folders, escapes, history."""


def place(text: str, start: int, end: int) -> Placement:
    """Where `text[start:end]` lies in a command line."""
    start, end = trimmed(text, start, end)
    tokens = _tokens(text)
    token = token_at(tokens, start)
    if token is None:
        return Placement("command", crosses=False)
    if not is_one(tokens, start, end, _ATOMS):
        return Placement("command" if end - start == len(text) else token.kind, crosses=True)
    if token.kind != WORD:
        return Placement(token.kind, crosses=False)
    option = start == token.start and text[start] == "-" and start > 0
    return Placement(WORD, crosses=option or _ACTIVE_IN_WORD.search(text, start, end) is not None)


@lru_cache(TEXTS_KEPT)
def _tokens(text: str) -> tuple[Token, ...]:
    tokens: list[Token] = []
    waiting: list[str] = []
    """What closes the substitutions and double quotes that are open, the innermost last."""
    at = 0
    while at < len(text):
        quoted = bool(waiting) and waiting[-1] == '"'
        match = (_IN_DOUBLE if quoted else _IN_COMMAND).match(text, at)
        if match is None:
            break
        tokens.append(_token(match, waiting))
        at = match.end()
    return tuple(tokens)


def _token(match: re.Match[str], waiting: list[str]) -> Token:
    name = match.lastgroup or "operator"
    start, end = match.span()
    expected = waiting[-1] if waiting else ""
    if match[0] == expected or (expected == '"' and name == "double"):
        waiting.pop()
        return Token(OPERATOR, start, end)
    if name == "opening":
        waiting.append(_CLOSED_BY[match[0]])
        return Token(SUBSTITUTION, start, end)
    if name == "double":
        waiting.append('"')
        return Token(OPERATOR, start, end)
    if name == "single":
        return Token(SINGLE, start, end, match[0].index("'") + 1, len(match["end"]))
    if name in {"text", "text_mark"}:
        return Token(DOUBLE, start, end)
    return Token(_KINDS.get(name, OPERATOR), start, end, int(name == "comment"))
