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
LONGEST_JOINED: Final = 64
"""Characters of a value that is joined anew: names and titles become names of files, longer texts do not."""
MOST_WHOLES: Final = 3
"""Forms of one value that are taken to pieces."""
MOST_PIECES: Final = 16
"""Pieces of one form."""
MOST_GRAMS: Final = 64
"""Samples of one value."""
GRAM: Final = 5
STRIDE: Final = 4
"""Samples of 5 characters, one every 4: one of them lies in any stretch of 8."""
STRIDE_OF_HEADERS: Final = 8
"""One lies in any stretch of 12: headers come with every request, and are rarely cut."""

_UNCUT: Final = frozenset({QUERY_NAME, FORM_NAME, JSON_NAME, COOKIE_NAME, HEADER_NAME, RAW_QUERY})
"""Parts that are taken as they are: names, and what other parts hold in pieces already."""
_CUT_HEADERS: Final = frozenset({"user-agent", "referer", "x-forwarded-for"})
"""Of those that every client sends; the others hold what is meaningless in pieces."""
_EDGES: Final = ".:!-_"
_TOKENS: Final = re.compile(r"[^\s=&;,/<>\"'()|?#]{3,}")
_WORDS: Final = re.compile(r"[^\W_]{3,}")
_MARKUP: Final = re.compile(r">([^<>]{3,})<|=[\"']([^\"'<>]{3,})[\"']")
_QUERY: Final = re.compile(r"[?&][^=&#?]*=([^&#]{1,512})")
_STRUCTURED: Final = re.compile(r"\s*[\[{]|--|[\w.%+-]+=[^\s<>]*$")
"""A body of JSON, multipart or of a form: its parts are values of their own."""


@dataclass(frozen=True, slots=True)
class Needle:
    """One text to look for, on behalf of one value."""

    folded: str
    form: Form
    value: Value
    kind: Kind


@dataclass(frozen=True, slots=True)
class Sample:
    """A few characters of a value; where they lie in an argument, a longer stretch of it may."""

    text: str
    at: int
    """Where in the value, folded."""
    folded: str
    value: Value


class _OfValue:
    """The needles of one value: whole at once, in pieces when that is asked for."""

    __slots__ = ("_pieces", "value", "whole")

    def __init__(self, part: str, name: str, text: str) -> None:
        self.value = Value(part, name, text)
        self.whole = _needles(self.value, decoded_forms(text))
        self._pieces: tuple[tuple[Needle, ...], tuple[Sample, ...]] | None = None

    @property
    def pieces(self) -> tuple[tuple[Needle, ...], tuple[Sample, ...]]:
        if self._pieces is None:
            self._pieces = _in_pieces(self.value)
        return self._pieces


class _OfLongValue(_OfValue):
    """Of one that is only looked for as it is: there is too much of its request to look into it."""

    __slots__ = ()

    def __init__(self, value: Value) -> None:
        self.value = value
        self.whole = _needles(value, (Form(value.text),))
        self._pieces = None

    @property
    def pieces(self) -> tuple[tuple[Needle, ...], tuple[Sample, ...]]:
        return (), _samples(self.value)


class Needles:
    """The needles of a list of values that only grows."""

    __slots__ = ("_characters", "_cut", "_exact", "_of_values", "_pieces", "_samples", "_taken")

    def __init__(self) -> None:
        self._of_values: list[_OfValue] = []
        self._taken = 0
        self._characters = 0
        self._exact: list[Needle] = []
        self._pieces: list[Needle] = []
        self._samples: list[Sample] = []
        self._cut = 0
        """How many of the values have been taken to pieces."""

    def exact(self, values: Sequence[Value]) -> list[Needle]:
        """What `values` are, whole or decoded; those that came since the last time are added."""
        if len(values) > self._taken:
            self._extend(values[self._taken :])
            self._taken = len(values)
        return self._exact

    def rare(self) -> tuple[list[Needle], list[Sample]]:
        """Pieces and joined forms, and samples: for an argument in which no value was found."""
        for of_value in self._of_values[self._cut :]:
            pieces, samples = of_value.pieces
            self._pieces += pieces
            self._samples += samples
        self._cut = len(self._of_values)
        return self._pieces, self._samples

    def _extend(self, values: Sequence[Value]) -> None:
        for value in values:
            text = value.text
            self._characters += len(text)
            if self._characters > MOST_CHARACTERS:
                return
            if self._characters > MOST_DECODED:
                of_value: _OfValue = _OfLongValue(value)
            else:
                of_value = (_remembered if len(text) <= LONGEST_REMEMBERED else _OfValue)(value.part, value.name, text)
            self._of_values.append(of_value)
            self._exact += of_value.whole


_remembered: Final = lru_cache(MOST_REMEMBERED)(_OfValue)
"""By part, name and text: the hash of a `Value` takes longer than all of the rest."""


def _in_pieces(value: Value) -> tuple[tuple[Needle, ...], tuple[Sample, ...]]:
    if not _may_be_cut(value):
        return (), ()
    if _is_referer(value):
        return _needles(value, [Form(PERCENT.undo(each), ("cut",)) for each in _QUERY.findall(value.text)]), ()
    joined = joined_forms(value.text) if len(value.text) <= LONGEST_JOINED else ()
    pieces = (Form(piece, (*form.how, "cut"), form.text) for form in _wholes(value.text) for piece in _split(form.text))
    return _needles(value, joined) + _needles(value, pieces, piece=True), _samples(value)


def _wholes(text: str) -> list[Form]:
    """The value, and what it is once an encoding is undone; leaves of JSON are few, and looked for whole."""
    forms = decoded_forms(text)
    return [forms[0], *(each for each in forms[1:] if not {"json", "cut"} & set(each.how))][:MOST_WHOLES]


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
        return value.name.lower() not in STANDARD_HEADERS or value.name.lower() in _CUT_HEADERS
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
                if (piece := match[0].strip(_EDGES)) != text and len(piece) >= SHORTEST:
                    found[piece] = None
    return list(found)


def _texts(text: str) -> Iterator[str]:
    """What a text of markup holds between and inside of its tags; any other text as it is."""
    marked = [first or second for first, second in _MARKUP.findall(text[:4_096])] if "<" in text else []
    return iter(marked or [text])


def _samples(value: Value) -> tuple[Sample, ...]:
    if not _may_be_cut(value) or _is_referer(value):
        return ()
    folded = fold(value.text)
    stride = max(STRIDE_OF_HEADERS if value.part == HEADER else STRIDE, len(folded) // MOST_GRAMS)
    starts = range(0, max(0, len(folded) - GRAM + 1), stride)
    return tuple(Sample(folded[at : at + GRAM], at, folded, value) for at in starts[:MOST_GRAMS])
