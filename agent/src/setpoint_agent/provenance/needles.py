"""What is looked for on behalf of one request: its values and their forms, made ready once and used for every sink.

`recognition.find` keeps a `Needles` with the request's list of values (`request.Values`), so that it lives as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from setpoint_agent.provenance.coincidence import SHORTEST, Kind, kind_of
from setpoint_agent.provenance.forms import Form, decoded_forms, joined_forms
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
"""Characters of one request's values that are looked into; values behind are looked for as they are."""
LONGEST_REMEMBERED: Final = 256
MOST_REMEMBERED: Final = 256
"""Values (and their characters) of which the needles are kept from one request to the next: most of headers and cookies
come again. Bounds what that takes, and what a hostile client can fill it with."""
LONGEST_JOINED: Final = 256
"""Characters of a value that is joined anew: names and titles become names of files, longer texts do not."""
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

    __slots__ = ("_characters", "_cut", "_deep", "_exact", "_pieces", "_samples", "_taken", "_values")

    def __init__(self) -> None:
        self._values: list[Value] = []
        self._taken = 0
        self._characters = 0
        self._deep = 0
        """How many of the values are looked into."""
        self._exact: list[Needle] = []
        self._pieces: list[Needle] = []
        self._samples: list[Samples] = []
        self._cut = 0
        """How many of the values have been taken to pieces."""

    def exact(self, values: Sequence[Value]) -> list[Needle]:
        """What `values` are, whole or decoded; those that came since the last time are added."""
        if len(values) > self._taken:
            self._extend(values[self._taken :])
            self._taken = len(values)
        return self._exact

    def rare(self) -> tuple[list[Needle], list[Samples]]:
        """Pieces and joined forms, and samples: for an argument in which no value was found."""
        for index in range(self._cut, len(self._values)):
            value = self._values[index]
            if not _may_be_cut(value):
                continue
            brief = len(value.text) <= LONGEST_REMEMBERED
            if index < self._deep:
                self._pieces += _kept_pieces(value) if brief else _pieces(value)
            if not _is_referer(value):
                self._samples.append(_kept_samples(value) if brief else _samples(value))
        self._cut = len(self._values)
        return self._pieces, self._samples

    def _extend(self, values: Sequence[Value]) -> None:
        for value in values:
            self._characters += len(value.text)
            if self._characters > MOST_CHARACTERS:
                return
            self._values.append(value)
            if self._characters > MOST_DECODED:
                self._exact += _needles(value, (Form(value.text),))
                continue
            self._deep += 1
            self._exact += _kept_whole(value) if len(value.text) <= LONGEST_REMEMBERED else _whole(value)


def _whole(value: Value) -> tuple[Needle, ...]:
    return _needles(value, decoded_forms(value.text))


def _pieces(value: Value) -> tuple[Needle, ...]:
    text = value.text
    if _is_referer(value):
        return _needles(value, [Form(PERCENT.undo(each), ("cut",)) for each in _QUERY.findall(text)])
    joined = joined_forms(text) if len(text) <= LONGEST_JOINED else ()
    return _needles(value, (*joined, *(Form(each, ("cut",)) for each in _split(text))), piece=True)


def _needles(value: Value, forms: Iterable[Form], *, piece: bool = False) -> tuple[Needle, ...]:
    return tuple(
        Needle(fold(form.text), form, value, kind)
        for form in forms
        if (kind := kind_of(value, form.text, piece=piece)) is not None
    )


def _may_be_cut(value: Value) -> bool:
    if value.part in _UNCUT or len(value.text) <= SHORTEST:
        return False
    if value.part == HEADER:
        return value.name.lower() not in STANDARD_HEADERS or value.name.lower() in {"user-agent", "referer"}
    return value.part != BODY or not _STRUCTURED.match(value.text)


def _is_referer(value: Value) -> bool:
    """The page before is the application's own, so is all of its address but what the query holds."""
    return value.part == HEADER and value.name.lower() == "referer"


def _split(text: str) -> list[str]:
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


def _samples(value: Value) -> Samples:
    folded = fold(value.text)
    stride = max(STRIDE, len(folded) // MOST_GRAMS)
    places = tuple((folded[at : at + GRAM], at) for at in range(0, max(0, len(folded) - GRAM + 1), stride))
    return Samples(folded, value, places[:MOST_GRAMS])


_kept_whole: Final = lru_cache(MOST_REMEMBERED)(_whole)
_kept_pieces: Final = lru_cache(MOST_REMEMBERED)(_pieces)
_kept_samples: Final = lru_cache(MOST_REMEMBERED)(_samples)
