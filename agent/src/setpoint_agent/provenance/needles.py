"""What is looked for on behalf of one request: its values and their forms, made ready once and used for every sink.

`recognition.find` keeps a `Needles` with the request's list of values (`request.Values`), so that it lives as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint_agent.provenance.coincidence import SHORTEST, Kind, kind_of
from setpoint_agent.provenance.forms import Form, decoded_forms, rejoined_forms
from setpoint_agent.provenance.steps import PERCENT, fold
from setpoint_agent.provenance.words import STANDARD_HEADERS
from setpoint_agent.request import (
    BODY,
    COOKIE_NAME,
    FORM_NAME,
    HEADER,
    HEADER_NAME,
    JSON_NAME,
    MOST_CHARACTERS,
    QUERY_NAME,
    RAW_QUERY,
    Value,
)

MOST_DECODED: Final = 16_384
"""Characters of one request's values that are decoded; values behind are looked for as they are."""
MOST_PIECES: Final = 16
"""Pieces of one value."""
MOST_GRAMS: Final = 64
"""Samples of one value."""
GRAM: Final = 5
STRIDE: Final = 4
"""Samples of 5 characters, one every 4: one of them lies in any stretch of 8."""

_UNCUT: Final = frozenset({QUERY_NAME, FORM_NAME, JSON_NAME, COOKIE_NAME, HEADER_NAME, RAW_QUERY})
"""Parts that are taken as they are: names, and what other parts hold in pieces already."""
_TOKENS: Final = re.compile(r"[^\s=&;,/<>\"'()|?#]{3,}")
_WORDS: Final = re.compile(r"[^\W_]{3,}")
_MARKUP: Final = re.compile(r">([^<>]{3,})<|=[\"']([^\"'<>]{3,})[\"']")
_QUERY: Final = re.compile(r"[?&][^=&#]*=([^&#]{1,512})")
_STRUCTURED: Final = re.compile(r"\s*[\[{]|--|[\w.%+-]+=[^\s<>]*(?:&[\w.%+-]+=[^\s<>]*)*$")
"""A body of JSON, multipart or of a form: its parts are values of their own."""


@dataclass(frozen=True, slots=True)
class Needle:
    """One text to look for, on behalf of one value."""

    folded: str
    form: Form
    value: Value
    kind: Kind


@dataclass(frozen=True, slots=True)
class Samples:
    """One value to be looked for in stretches: short samples of it, and where each lies."""

    folded: str
    value: Value
    places: tuple[tuple[str, int], ...]


class Needles:
    """The needles of a list of values that only grows."""

    __slots__ = ("_characters", "_cut", "_exact", "_pieces", "_samples", "_taken", "_values")

    def __init__(self) -> None:
        self._values: list[Value] = []
        """Those within the bounds."""
        self._taken = 0
        self._characters = 0
        self._exact: list[Needle] = []
        self._pieces: list[Needle] = []
        self._samples: list[Samples] = []
        self._cut = 0

    def extend(self, values: Sequence[Value]) -> None:
        """Take in what `values` gained since the last time."""
        for value in islice(values, self._taken, None):
            self._characters += len(value.text)
            if self._characters > MOST_CHARACTERS:
                break
            self._values.append(value)
            self._exact += self._bounded(value, remembered_whole, whole)
        self._taken = len(values)

    def exact(self) -> list[Needle]:
        """Every value and what it may have been decoded to."""
        return self._exact

    def rare(self) -> tuple[list[Needle], list[Samples]]:
        """Pieces and joined forms, and samples: for an argument in which no value was found."""
        for value in self._values[self._cut :]:
            pieces, samples = _remembered_pieces(value) if len(value.text) <= LONGEST_REMEMBERED else _in_pieces(value)
            self._pieces += pieces
            self._samples += samples
        self._cut = len(self._values)
        return self._pieces, self._samples


def _may_be_cut(value: Value) -> bool:
    if value.part in _UNCUT or len(value.text) <= SHORTEST:
        return False
    if value.part == HEADER:
        return value.name.lower() not in STANDARD_HEADERS or value.name.lower() in {"user-agent", "referer"}
    return value.part != BODY or not _STRUCTURED.match(value.text)


def _is_referer(value: Value) -> bool:
    """The page before is the application's own, so is all of its address but what the query holds."""
    return value.part == HEADER and value.name.lower() == "referer"


def _pieces(text: str) -> list[str]:
    found: dict[str, None] = {}
    for stretch in _texts(text):
        for pattern in (_TOKENS, _WORDS):
            for match in pattern.finditer(stretch):
                if len(found) >= MOST_PIECES:
                    return list(found)
                if match[0] != text:
                    found[match[0]] = None
    return list(found)


def _texts(text: str) -> Iterator[str]:
    """What a text of markup holds between and inside of its tags; any other text as it is."""
    marked = [first or second for first, second in _MARKUP.findall(text[:4_096])] if "<" in text else []
    return iter(marked or [text])


def _sampled(value: Value) -> Samples:
    folded = fold(value.text)
    stride = max(STRIDE, len(folded) // MOST_GRAMS)
    places = tuple((folded[at : at + GRAM], at) for at in range(0, max(0, len(folded) - GRAM + 1), stride))
    return Samples(folded, value, places[:MOST_GRAMS])
