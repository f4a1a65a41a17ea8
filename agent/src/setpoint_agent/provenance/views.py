"""A sink's argument as it is, and with its encodings undone: each view knows where its characters came from.

`recognition.find` looks for values in every view; only where one is found is the way back worked out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, islice
from typing import Final

from setpoint_agent.provenance.steps import MOST_REPLACED, STEPS, Step, fold

MOST_VIEWS: Final = 8
DEEPEST: Final = 2
"""Encodings undone one after the other."""
LONGEST_KEPT: Final = 512
MOST_KEPT: Final = 128
"""Arguments (and the characters of one) whose views are kept: names of files, headers and statements come again."""

_Stretch = tuple[int, int, int, int]
"""From and to in the view, from and to in what it was made of."""


class View:
    """One reading of the argument."""

    __slots__ = ("_ends", "_stretches", "folded", "parent", "step", "steps", "text")

    def __init__(self, text: str, parent: View | None = None, step: Step | None = None) -> None:
        self.text = text
        self.folded = fold(text)
        self.parent = parent
        self.step = step
        self.steps: tuple[str, ...] = () if parent is None or step is None else (*parent.steps, step.name)
        self._stretches: list[_Stretch] | None = None
        self._ends: list[int] | None = None

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the argument that `folded[start:end]` was made of."""
        return self._in_argument(*self._in_text(start, end))

    def _in_text(self, start: int, end: int) -> tuple[int, int]:
        """Folding is done character by character, and only beyond ASCII can one become several."""
        if self.text.isascii():
            return start, end
        if self._ends is None:
            lengths = {each: len(fold(each)) for each in set(self.text)}
            self._ends = list(accumulate(map(lengths.__getitem__, self.text)))
        return bisect_right(self._ends, start), bisect_right(self._ends, end - 1) + 1

    def _in_argument(self, start: int, end: int) -> tuple[int, int]:
        if self.parent is None or self.step is None:
            return start, end
        if self._stretches is None:
            self._stretches = _stretches(self.step, self.parent.text)
        return self.parent._in_argument(_traced(self._stretches, start)[0], _traced(self._stretches, end - 1)[1])


def views(argument: str) -> Sequence[View]:
    """The argument as it is, first; then what is behind the encodings it may hold."""
    return _kept(argument) if len(argument) <= LONGEST_KEPT else _views(argument)


def _views(argument: str) -> Sequence[View]:
    found = [View(argument)]
    seen = {argument}
    reached = 0
    for _ in range(DEEPEST):
        latest, reached = found[reached:], len(found)
        for view in latest:
            for step in STEPS:
                text = step.undo(view.text)
                if text not in seen and len(found) < MOST_VIEWS:
                    seen.add(text)
                    found.append(View(text, view, step))
    return found


_kept: Final = lru_cache(MOST_KEPT)(_views)


def _stretches(step: Step, source: str) -> list[_Stretch]:
    """What stayed and what was replaced, side by side."""
    found: list[_Stretch] = []
    at = source_at = 0
    for match in islice(step.pattern.finditer(source), MOST_REPLACED):
        kept = match.start() - source_at
        replaced = len(step.replace(match))
        if kept:
            found.append((at, at + kept, source_at, match.start()))
        if replaced:
            found.append((at + kept, at + kept + replaced, match.start(), match.end()))
        at += kept + replaced
        source_at = match.end()
    if source_at < len(source):
        found.append((at, at + len(source) - source_at, source_at, len(source)))
    return found


def _traced(stretches: list[_Stretch], position: int) -> tuple[int, int]:
    """Where the character at `position` came from: one character where nothing was replaced, else all that was."""
    index = bisect_right(stretches, position, key=lambda each: each[0]) - 1
    start, end, source_start, source_end = stretches[index]
    if end - start == source_end - source_start:
        return source_start + position - start, source_start + position - start + 1
    return source_start, source_end
