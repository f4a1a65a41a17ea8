"""The encodings that a value meets on its way, each as a pattern and what to put in its place; and what equality means.

`views` undoes them in a sink's argument (the application encoded the value), `forms` in the value itself (the
application decoded it). A step replaces stretch by stretch, so that a place in the outcome can be traced back.
"""

from __future__ import annotations

import re
from binascii import Error as BinasciiError
from binascii import a2b_base64  # as it is before the agent watches it
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

MOST_REPLACED: Final = 1_024
"""Stretches that one step replaces in one text; those behind stay as they are. Bounds the work on hostile text."""

_UNESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "0": "\0"}
_URL_SAFE: Final = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class Step:
    """One encoding, undone."""

    name: str
    worth_trying: Callable[[str], bool]
    """Whether a text may hold it at all: cheap, and true rather once too often."""
    pattern: re.Pattern[str]
    replace: Callable[[re.Match[str]], str]

    def undo(self, text: str) -> str:
        """`text` decoded; the very same where there is nothing to decode."""
        return self.pattern.sub(self.replace, text, count=MOST_REPLACED) if self.worth_trying(text) else text


def fold(text: str) -> str:
    """What texts that differ in case or in their Unicode normal form have in common."""
    return text.lower() if text.isascii() else normalize("NFKD", text).casefold()


def decode_base64(text: str) -> bytes | None:
    """The bytes behind base64 of either alphabet, padded or not; None where it is none."""
    bare = text.rstrip("=").translate(_URL_SAFE)
    try:
        return a2b_base64(f"{bare}{'=' * (-len(bare) % 4)}")
    except (BinasciiError, ValueError):
        return None


def _percent(match: re.Match[str]) -> str:
    octets = bytes.fromhex(match[0].replace("%", ""))
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _form_encoded(match: re.Match[str]) -> str:
    return " " if match[0] == "+" else _percent(match)


def _entity(match: re.Match[str]) -> str:
    from html import unescape

    return unescape(match[0])


def _escaped(match: re.Match[str]) -> str:
    escape = match[0][1:]
    if len(escape) == 2:  # RFC 4515 names an octet without a letter before
        return chr(int(escape, 16))
    if len(escape) == 11:
        return (match[0].encode("ascii").decode("unicode_escape")).encode("utf-16", "surrogatepass").decode("utf-16")
    if len(escape) > 1:
        return chr(int(escape[1:], 16))
    return _UNESCAPED.get(escape, escape)


def _packed(text: str) -> bool:
    """Base64 changes between small and capital letters, hexadecimal between digits and letters, as few words do."""
    classes = text.encode("ascii", "replace").translate(_CLASSES)
    return b"aA" in classes or b"0A" in classes or b"0a" in classes


def _run(match: re.Match[str]) -> str:
    run = match[0]
    if run.isalpha() and (run.islower() or run.isupper()):
        return run
    return _unpacked(run) or "/".join(_unpacked(each) or each for each in run.split("/"))


def _unpacked(run: str) -> str | None:
    """The readable text behind hexadecimal or base64; None for what only looks like it, as most words do."""
    if _HEXADECIMAL.fullmatch(run):
        return _readable(bytes.fromhex(run))
    if len(run) < 8 or run.islower() or run.isupper() or run.isdigit() or len(run.rstrip("=")) % 4 == 1:
        return None
    octets = decode_base64(run)
    return None if octets is None else _readable(octets)


def _readable(octets: bytes) -> str | None:
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if len(text) >= 3 and all(each.isprintable() or each.isspace() for each in text) else None


_CLASSES: Final = bytes(
    ord("a" if each.islower() else "A" if each.isupper() else "0" if each.isdigit() else " ")
    for each in map(chr, range(256))
)
_HEXADECIMAL: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){4,}")
_OCTETS: Final = (
    r"%(?:[0-7][0-9A-Fa-f]|[CDcd][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]|[Ee][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){2}"
    r"|[Ff][0-7](?:%[89ABab][0-9A-Fa-f]){3}|[0-9A-Fa-f]{2})"
)
"""The octets of one character in UTF-8, so that neighbours are told apart; else one octet."""
_ENTITY: Final = r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?"
_ESCAPE: Final = (
    r"\\(?:u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}"
    r"|2[89aAfF]|5[cC]|00|.)"
)
"""JSON's, `repr`'s and RFC 4515's; any other character after a backslash stands for itself."""

PERCENT: Final = Step("percent", lambda text: "%" in text, re.compile(_OCTETS), _percent)
FORM_ENCODED: Final = Step("percent", lambda text: "+" in text, re.compile(rf"\+|{_OCTETS}"), _form_encoded)
ENTITIES: Final = Step("html", lambda text: "&" in text, re.compile(_ENTITY), _entity)
ESCAPES: Final = Step("json", lambda text: "\\" in text, re.compile(_ESCAPE, re.DOTALL), _escaped)
PACKED: Final = Step("base64", _packed, re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}"), _run)

STEPS: Final = (PERCENT, FORM_ENCODED, ENTITIES, ESCAPES, PACKED)
