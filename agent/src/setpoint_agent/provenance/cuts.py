"""Finds the longest stretch that a value and an argument have in common, where no form of a value was found whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from setpoint_agent.provenance.coincidence import LONG, Kind, various
from setpoint_agent.provenance.needles import GRAM, Samples

CERTAIN: Final = 12
"""Letters and digits of a stretch that no two texts share by chance."""
MOST_TRIED: Final = 8
"""Samples of one value that are followed up."""

_EVERY_ADDRESS: Final = re.compile(r"(?:https?:)?//(?:www\.)?|https?%3a%2f%2f")

Stretch = tuple[int, int, Kind]
"""From and to in the argument, and what it has to prove."""


def longest_stretch(samples: Samples, text: str) -> Stretch | None:
    """The longest stretch of `text` (folded) that the value holds too; None where none is telling."""
    best: Stretch | None = None
    tried = past = 0
    for sample, at in samples.places:
        if at < past or sample not in text:
            continue
        start, end, past = _extended(samples.folded, at, text, text.index(sample))
        kind = _kind_of(text[start:end])
        if kind is not None and (best is None or end - start > best[1] - best[0]):
            best = (start, end, kind)
        tried += 1
        if tried == MOST_TRIED:
            break
    return best


def _extended(value: str, at: int, text: str, found: int) -> tuple[int, int, int]:
    """How far both agree around a sample: from and to in the text, and to where in the value."""
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
