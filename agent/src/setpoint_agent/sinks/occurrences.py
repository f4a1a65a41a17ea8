"""Which occurrences of a text on a page nobody accounts for: the arithmetic of `pages`. Pure and bounded."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

MOST_PLACES: Final = 64
"""Occurrences of one text on one page."""

_PLACEHOLDER: Final = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z%]|\{[^{}\s]*\}|\$\{?\w+\}?")
"""Where a text of the code has gaps: of `%`, `str.format` and `string.Template`."""

Place = tuple[int, int]


def left_over(page: str, wanted: Collection[str], written: Sequence[str], escaped: Mapping[str, int]) -> list[Place]:
    """The places of the wanted texts that lie neither in a text that is written by the code nor in one escaped.

    `escaped` says how often an escaper gave back a text that holds one of them: that many of its occurrences are
    accounted for, those of longer texts first.
    """
    written = [each for each in written if any(text in each for text in wanted)]
    places = [place for each in wanted for place in _places(page, each)]
    places = [each for each in places if not _is_written(page, each, written)]
    claimed = _claimed(page, written, escaped)
    return [each for each in places if not any(start <= each[0] and each[1] <= end for start, end in claimed)]


def _claimed(page: str, written: Sequence[str], escaped: Mapping[str, int]) -> list[Place]:
    claimed: list[Place] = []
    for text in sorted(escaped, key=len, reverse=True):
        free = (
            each
            for each in _places(page, text)
            if not any(each[0] < end and start < each[1] for start, end in claimed)
            and not _is_written(page, each, written)
        )
        claimed += [place for place, _ in zip(free, range(escaped[text]), strict=False)]
    return claimed


def _places(page: str, text: str) -> Iterator[Place]:
    at = page.find(text)
    for _ in range(MOST_PLACES):
        if at == -1:
            return
        yield at, at + len(text)
        at = page.find(text, at + len(text))


def _is_written(page: str, place: Place, written: Sequence[str]) -> bool:
    """Whether a text of the code stands around the place, as it is written there or up to its gaps."""
    start, end = place
    found = page[start:end]
    for text in written:
        if found in text and any(
            page.startswith(piece, start - offset)
            for piece in (text, *_PLACEHOLDER.split(text))
            for offset in _offsets(piece, found)
            if offset <= start
        ):
            return True
    return False


def _offsets(text: str, found: str) -> Iterator[int]:
    if len(text) > len(found):
        yield from (start for start, _ in _places(text, found))
