"""Tells a value that was put into an argument from a text that stands there by chance, and how certain that is.

The rule, by what a text looks like (`kind_of`) and where it stands (`strength`):

- fewer than 3 characters count only where they are all of the argument;
- long and various texts (8 characters, 5 different ones, not one plain word) count anywhere;
- shorter ones and plain words count where they stand alone (`bar`, not `barcode`), and in a statement of SQL not where
  they are an identifier that the statement names again or qualifies (`users.id … FROM users`);
- numbers of fewer than 4 digits count where code puts a value: quoted, after `=` `<` `>`, as a segment of a path;
- function words and keywords count only as all of a literal, or alone;
- usual folders and extensions do not count as such (`/tmp/`, `.json`);
- pieces of values count where marks frame them on both sides (`'bar'`, `/bar.`; not as a folder, `/bar/`), or alone;
- names of parameters that code could write itself count as all of a literal (but no key, and not in a tag), or alone;
- values of headers that every client sends count when they are long and various, or hold what such headers never hold.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from setpoint_agent.provenance.words import COMMON, PATH_WORDS, STANDARD_HEADERS, VOCABULARY_HEADERS
from setpoint_agent.request import COOKIE_NAME, FORM_NAME, HEADER, HEADER_NAME, JSON_NAME, QUERY_NAME, Value

SHORTEST: Final = 3
LONG: Final = 8
LONG_HEADER: Final = 12
VARIOUS: Final = 5
"""Different characters."""
FEWEST_DIGITS: Final = 4
MOST_ELSEWHERE: Final = 8

_NAMES: Final = frozenset({QUERY_NAME, FORM_NAME, JSON_NAME, COOKIE_NAME, HEADER_NAME})
_WORD: Final = re.compile(r"[a-z_]+", re.IGNORECASE)
_IDENTIFIER: Final = re.compile(r"[a-z_][a-z_-]*[0-9]{0,2}", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[+-]?[0-9.,]+")
_ORDINARY_HEADER: Final = re.compile(r"[\w \t.,:;=/*+()\"?\[\]-]*")
_OWN_WORDS: Final = frozenset(
    {
        "authorization",
        "forwarded",
        "referer",
        "x-csrf-token",
        "x-csrftoken",
        "x-forwarded-for",
        "x-real-ip",
        "x-request-id",
    }
)
"""Standard headers of which the value is the sender's own, however short."""
_USUAL: Final = {
    "accept-language": re.compile(r"(?:[a-z]{2,3}|\*)(?:[-,;].*)?", re.IGNORECASE),
    "user-agent": re.compile(r".*/.*"),
}
"""What such a header looks like when a client, and no tester, wrote it."""
_STATEMENT: Final = re.compile(
    r"[\s(]*(?:select|insert|update|delete|replace|merge|with|create|alter|drop|call|exec)\b"
)
_WORD_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_QUOTES: Final = frozenset("'\"`")
_BEFORE_DATA: Final = frozenset("'\"`>=:/([{,|^&?#@;*%~")
_AFTER_DATA: Final = frozenset("'\"`<=:/)]},|$&?#@;*%.~")
_KEY: Final = re.compile(r"[\"'`]?\s*\]?\s*[:=]")
_BY_LENGTH: Final = (0.0, 0.3, 0.4, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.9, 0.95)
"""Strength by length; one that is longer is certain."""
_LEAST_IF_PUT_THERE: Final = 0.6


class Kind(Enum):
    """What a text has to prove."""

    VARIOUS = "counts anywhere"
    WORD = "counts where it stands alone"
    NUMBER = "counts where code puts a value"
    PATH_WORD = "counts unless it is a usual folder or extension there"
    PIECE = "counts where marks frame it"
    COMMON = "counts where it is all of a literal"
    NAME = "counts where it is all of a literal, but no key, or ends what is no statement"


def kind_of(value: Value, text: str, *, piece: bool = False) -> Kind | None:
    """What `text`, a form of `value` (or a piece of one), has to prove; None: it never counts."""
    if not text.strip():
        return None
    if value.part == HEADER and value.name.lower() in STANDARD_HEADERS:
        return Kind.WORD if _telling_header(value.name.lower(), value.text, text) else None
    if value.part == HEADER_NAME and text.lower() in STANDARD_HEADERS:
        return None
    if value.part in _NAMES and _IDENTIFIER.fullmatch(text):
        return Kind.NAME
    return _kind_of_piece(text.lower()) if piece else _kind_of_text(text.lower())


def various(text: str) -> bool:
    """Long enough and of enough different characters not to occur twice by chance."""
    return len(text) >= LONG and len(set(text)) >= VARIOUS


def strength(kind: Kind, text: str, start: int, end: int, *, changed: bool = False) -> float:
    """How unlikely it is, from 0 to 1, that `text[start:end]` (folded) stands there by chance; 0: it is chance.

    `changed`: it differs from the value in case.
    """
    length = end - start
    if length == len(text):
        return min(1.0, _by_length(length) + 0.1)
    if length < SHORTEST:
        return 0.0
    if kind is not Kind.VARIOUS and not (_stands_alone(text, start, end) and _proven(kind, text, start, end)):
        return 0.0
    if changed and length <= SHORTEST and not _framed(text, start, end):
        return 0.0
    return _by_length(length) * (0.9 if kind in {Kind.NUMBER, Kind.NAME, Kind.PIECE, Kind.COMMON} else 1.0)


def strength_if_put_there(text: str) -> float:
    """The same of what may stand there by chance, once the code is seen to put it there."""
    return max(_LEAST_IF_PUT_THERE, _by_length(len(text)) * 0.9)


def _kind_of_text(text: str) -> Kind:
    if text in COMMON:
        return Kind.COMMON
    if _NUMBER.fullmatch(text):
        return Kind.NUMBER if sum(map(str.isdigit, text)) < FEWEST_DIGITS else Kind.WORD
    if text in PATH_WORDS:
        return Kind.PATH_WORD
    if not any(map(str.isalnum, text)):
        return Kind.VARIOUS if various(text) else Kind.COMMON
    return Kind.VARIOUS if various(text) and not _WORD.fullmatch(text) else Kind.WORD


def _kind_of_piece(text: str) -> Kind | None:
    """A piece that is a common word, a usual folder or a short number is one of anything."""
    kind = _kind_of_text(text)
    return Kind.PIECE if kind is Kind.WORD else kind if kind is Kind.VARIOUS else None


def _telling_header(name: str, whole: str, text: str) -> bool:
    if name in _OWN_WORDS or not _ORDINARY_HEADER.fullmatch(text):
        return True
    if name in VOCABULARY_HEADERS:
        return False
    usual = _USUAL.get(name)
    return (usual is not None and not usual.fullmatch(whole)) or (len(text) >= LONG_HEADER and various(text))


def _proven(kind: Kind, text: str, start: int, end: int) -> bool:
    if kind is Kind.WORD:
        return not _names_itself(text, start, end)
    if kind is Kind.NUMBER:
        return _behind(text, start) in "=<>'\"" or (text[start - 1 : start] == "/" and " " not in text)
    if kind is Kind.PATH_WORD:
        return not _usual_in_path(text, start, end) and not _names_itself(text, start, end)
    if kind is Kind.PIECE:
        return _framed(text, start, end) and not _segment(text, start, end)
    if kind is Kind.NAME:
        ends_it = not text[256:] and end == len(text) and not _STATEMENT.match(text)  # a command, a path, an address
        literal = _between_quotes(text, start, end) and not _KEY.match(text, end) and not _in_tag(text, start)
        return ends_it or literal
    return _between_quotes(text, start, end)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether the words at both edges end there; an underscore goes on with a word in statements, but not in names."""
    before, after = text[start - 1 : start], text[end : end + 1]
    glued = (
        before in _WORD_CHARACTERS and text[start] in _WORD_CHARACTERS,
        after in _WORD_CHARACTERS and text[end - 1] in _WORD_CHARACTERS,
    )
    if not any(glued):
        return True
    joined = all(not each or mark == "_" for each, mark in zip(glued, (before, after), strict=True))
    return joined and (not any(map(str.isspace, text[:256])) or _quoted(text, start, end))


def _between_quotes(text: str, start: int, end: int) -> bool:
    """Whether it is all of a literal, but for the wildcards of `LIKE`."""
    return text[:start].rstrip("%")[-1:] in _QUOTES and text[end:].lstrip("%")[:1] in _QUOTES


def _quoted(text: str, start: int, end: int) -> bool:
    """Whether a quote is open at `start` and closed behind `end`."""
    return any(text.count(quote, 0, start) % 2 == 1 and text.find(quote, end) != -1 for quote in _QUOTES)


def _framed(text: str, start: int, end: int) -> bool:
    """Whether marks, or the ends of the argument, stand at both sides."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return (before in _BEFORE_DATA or start == 0) and (after in _AFTER_DATA or end == len(text))


def _names_itself(text: str, start: int, end: int) -> bool:
    """Whether a plain word is an identifier there: a tag's name, or a name that a statement uses more than once."""
    word = text[start:end]
    if not _IDENTIFIER.fullmatch(word):
        return False
    if text[start - 1 : start] == "<" or text[start - 2 : start] == "</":
        return True
    if not _STATEMENT.match(text) or _quoted(text, start, end):
        return False
    if f"{word}." in text or text[start - 1 : start] == ".":
        return True
    if text[start - 3 : start].strip() == "by" or end == len(text.rstrip("; \n")):
        return False
    return _stands_elsewhere(text, word, start)


def _stands_elsewhere(text: str, word: str, start: int) -> bool:
    """Whether a statement names the same word at another place; looks at a few, wherever they are."""
    at = -1
    for _ in range(MOST_ELSEWHERE):
        at = text.find(word, at + 1)
        if at == -1:
            return False
        if at != start and _stands_alone(text, at, at + len(word)):
            return True
    return False


def _usual_in_path(text: str, start: int, end: int) -> bool:
    return text[end : end + 1] == "/" or text[start - 1 : start] == "."


def _segment(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start] == "/" and text[end : end + 1] in {"", "/", "?", "#"}


def _in_tag(text: str, start: int) -> bool:
    return text.rfind("<", 0, start) > text.rfind(">", 0, start)


def _behind(text: str, start: int) -> str:
    """The mark before, whatever spaces are between; a space where there is none, which is in no set of marks."""
    return text[:start].rstrip()[-1:] or " "


def _by_length(length: int) -> float:
    return _BY_LENGTH[length] if length < len(_BY_LENGTH) else 1.0
