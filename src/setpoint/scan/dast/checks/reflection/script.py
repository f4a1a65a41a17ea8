"""Where in JavaScript a text stands: in its code, in a string, or in a comment. Called by `markup` and `flows`.

A lexer and no more: it knows what ends a string, a template, a comment and a regular expression (ECMA-262, section 12).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

MAX_SCRIPT: Final = 200_000
"""Characters of one script that are read: more than pages hold inline."""


LOOKS_BACK: Final = 80
"""Characters of code before a slash that say what it is."""


class Inside(StrEnum):
    """What a character of a script is part of; of strings, the sign that ends them."""

    CODE = ""
    SINGLE = "'"
    DOUBLE = '"'
    TEMPLATE = "`"
    PATTERN = "/"
    LINE = "//"
    BLOCK = "/*"


class Stretch(NamedTuple):
    inside: Inside
    text: str


_END: Final = {
    Inside.SINGLE: re.compile(r"(?:\\.|[^'\\\n])*+(?:'|\n|\\?$)", re.DOTALL),
    Inside.DOUBLE: re.compile(r'(?:\\.|[^"\\\n])*+(?:"|\n|\\?$)', re.DOTALL),
    Inside.PATTERN: re.compile(r"(?:\\.|\[(?:\\.|[^\]\\\n])*+\]?|[^/\\\n\[])*+(?:/[a-z]*|\n|\\?$)", re.DOTALL),
    Inside.LINE: re.compile(r"[^\n\u2028\u2029]*(?:[\n\u2028\u2029]|$)"),
    Inside.BLOCK: re.compile(r".*?(?:\*/|$)", re.DOTALL),
}
"""All that a stretch holds, with what ends it; an end of line ends what may not hold one."""
_CODE: Final = re.compile(r"[^'\"`/{}]+")
_TEMPLATE: Final = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*+(?:`|\$\{|\\?$)", re.DOTALL)
_BEFORE_PATTERN: Final = re.compile(r"(?:^|[(,=:\[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|void|delete))\s*$")
"""After these a slash begins a regular expression, and does not divide."""


def stretches(script: str) -> Iterator[Stretch]:
    """The script cut where what its characters are part of changes; what ends a stretch belongs to it."""
    text = script[:MAX_SCRIPT]
    place = 0
    braces: list[int] = []
    """For each template that code stands in, how many braces are open in that code."""
    code = ""
    while place < len(text):
        inside = _begun(text, place, code)
        if inside is Inside.CODE:
            found = _CODE.match(text, place)
            piece = found[0] if found else text[place]
            code, place = (code + piece)[-LOOKS_BACK:], place + len(piece)
            yield Stretch(Inside.CODE, piece)
            if not _closes_template(piece, braces):
                continue
            inside, opening = Inside.TEMPLATE, ""
        else:
            opening = "//" if inside is Inside.LINE else inside.value
        end = (_TEMPLATE if inside is Inside.TEMPLATE else _END[inside]).match(text, place + len(opening))
        piece = opening + (end[0] if end else "")
        if inside is Inside.TEMPLATE and piece.endswith("${"):
            braces.append(0)
        if piece:
            yield Stretch(inside, piece)
        place += len(piece)
        code = code if inside in (Inside.LINE, Inside.BLOCK) else f"{code}x"


def _begun(text: str, place: int, code: str) -> Inside:
    two = text[place : place + 2]
    if two in ("//", "/*"):
        return Inside(two)
    if two[:1] in ("'", '"', "`"):
        return Inside(two[0])
    if two[:1] == "/" and _BEFORE_PATTERN.search(code):
        return Inside.PATTERN
    return Inside.CODE


def _closes_template(piece: str, braces: list[int]) -> bool:
    """Whether this brace ends the code of a template, so that its text goes on."""
    if not braces or piece not in "{}":
        return False
    if piece == "{":
        braces[-1] += 1
        return False
    if braces[-1]:
        braces[-1] -= 1
        return False
    braces.pop()
    return True


def insides(script: str, text: str) -> frozenset[Inside]:
    """What this text is part of, wherever it stands in the script; capitals or not."""
    wanted = text.casefold()
    return frozenset(each.inside for each in stretches(script) if wanted in each.text.casefold())
