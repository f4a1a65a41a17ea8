"""Finds the longest stretch that a value and an argument have in common, where no form of a value was found whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from setpoint_agent.provenance.coincidence import LONG, Kind, various
from setpoint_agent.provenance.needles import GRAM, Sample

CERTAIN: Final = 12
"""Letters and digits of a stretch that no two texts share by chance."""
MOST_TRIED: Final = 8
"""Samples of one value that are followed up."""

_EVERY_ADDRESS: Final = re.compile(r"(?:https?:)?//(?:www\.)?|https?%3a%2f%2f")

Stretch = tuple[int, int, Kind]
"""From and to in the argument, and what it has to prove."""


def longest_stretch(samples: Iterable[Sample], text: str) -> Stretch | None:
    """The longest stretch of `text` (folded) around one of a value's samples that it holds; None: none is telling."""
    best: Stretch | None = None
    past = 0
    for sample in islice(samples, MOST_TRIED):
        if sample.at < past:
            continue
        start, end, past = _extended(sample, text, text.index(sample.text))
        start, end = _trimmed(text, start, end)
        kind = _kind_of(text[start:end])
        if kind is not None and (best is None or end - start > best[1] - best[0]):
            best = (start, end, kind)
    return best


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without the spaces at its ends."""
    stretch = text[start:end]
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())


def _extended(sample: Sample, text: str, found: int) -> tuple[int, int, int]:
    """How far both agree around a sample: from and to in the text, and to where in the value."""
    value, at = sample.folded, sample.at
    before = _most(min(at, found), lambda length: value[at - length : at] == text[found - length : found])
    at, found = at + GRAM, found + GRAM
    after = _most(
        min(len(value) - at, len(text) - found),
        lambda length: value[at : at + length] == text[found : found + length],
    )
    return found - GRAM - before, found + after, at + after


def _most(limit: int, agree: Callable[[int], bool]) -> int:
    """The greatest length up to `limit` that agrees; if one does, so do all shorter ones."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if agree(middle) else (low, middle - 1)
    return low


def _kind_of(stretch: str) -> Kind | None:
    telling = _EVERY_ADDRESS.sub("", stretch)
    marks = sum(map(str.isalnum, telling))
    if marks < LONG or not various(telling):
        return None
    return Kind.VARIOUS if marks >= CERTAIN or any(map(str.isdigit, telling)) else Kind.PIECE
