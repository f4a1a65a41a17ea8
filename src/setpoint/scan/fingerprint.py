"""What stays the same of a place in the source when lines move, files are renamed and code is formatted anew.

Called by `sources` and `weaknesses`. ADR 39 says what a fingerprint is made of, and what it cannot do.
"""

from __future__ import annotations

import ast
import re
from typing import Final

from setpoint.model.canonical import digest
from setpoint.scan.functions import head

BLANK: Final = "…"
"""Stands for what may be a secret."""

_LEFT_OUT: Final = frozenset({"ctx", "kind", "type_comment"})
"""Fields of a syntax tree that say how it is written, or what follows from the rest."""

_TEXT: Final = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`"
_TOKEN: Final = re.compile(rf"{_TEXT}|\w+|[^\w\s]")
_QUOTED: Final = re.compile(_TEXT)
_NAME_BEFORE: Final = re.compile(r"([\w.\-/]{1,64})[\"'\]]*\s*[=:](?!=*\s*$)")
"""What a value is given to; not what base64 ends in."""
_COMMENT: Final = {
    "//": re.compile(rf"({_TEXT})|//.*|/\*.*?(?:\*/|$)"),
    "#": re.compile(rf"({_TEXT})|(?:^|(?<=\s))#.*"),
}
_SLASHES: Final = re.compile(r"c|cc|cpp|cs|[cm]?[jt]sx?|go|h|hpp|java|kt|php|rs|scala|swift|vue")
"""Endings of files in which a comment begins with two slashes; in all others it is taken to begin with `#`."""


def fingerprint(sort: str, family: str, function: str, statement: str, ordinal: int) -> str:
    """Of the `ordinal`-th weakness for which all else is equal, in the order of files and lines."""
    return digest(sort, family, function, statement, ordinal)


def spelled(node: ast.AST, *, is_secret: bool) -> str:
    """A statement without white space, comments, quotes and line breaks; its texts left out where one is a secret.

    By hand, since `ast.dump` spells a tree in another way with every other version of Python.
    """
    words: list[str] = []
    waiting: list[object] = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.Constant):
            words.append(_constant(each.value, is_secret=is_secret))
        elif isinstance(each, ast.AST):
            words.append(type(each).__name__)
            fields = [(name, value) for name, value in head(each) if name not in _LEFT_OUT and value not in (None, [])]
            waiting.extend([")", *(part for field in reversed(fields) for part in reversed(field)), "("])
        elif isinstance(each, list):
            waiting.extend(["]", *reversed(each), "["])
        else:
            words.append(str(each))
    return " ".join(words)


def folded(line: str, file: str, *, is_secret: bool) -> str:
    """A line of any language as its words and signs, without white space and comments; of a secret, only its name."""
    if is_secret:
        return _without_values(line)
    marks = "//" if _SLASHES.fullmatch(file.rpartition(".")[2].lower()) else "#"
    return " ".join(_TOKEN.findall(_COMMENT[marks].sub(lambda found: found[1] or "", line)))


def _constant(value: object, *, is_secret: bool) -> str:
    if is_secret and isinstance(value, (str, bytes)):
        return BLANK
    return f"{value:#x}" if type(value) is int else repr(value)  # decimal, a number of any length would not be told


def _without_values(line: str) -> str:
    named = _NAME_BEFORE.search(line)
    if named:
        return named[1]
    blanked, quoted = _QUOTED.subn(f'"{BLANK}"', line)
    return " ".join(_TOKEN.findall(blanked)) if quoted else ""
