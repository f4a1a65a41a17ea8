"""What tokenizers share: tokens in their order, and which of them a stretch lies in. Used by the modules beside it.

Every token list covers its text without gaps, so that any position has exactly one token.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

TEXTS_KEPT: Final = 4
"""Token lists remembered by each tokenizer: one argument may hold several matches."""
SPACE: Final = "space"


class Token(NamedTuple):
    """One token; a tuple, since a long text has tens of thousands and a frozen dataclass takes four times as long."""

    kind: str
    start: int
    end: int
    opened: int = 0
    closed: int = 0
    """Characters of its opening and closing marks: quotes, mostly."""

    def holds(self, start: int, end: int) -> bool:
        """Whether a stretch lies between its marks."""
        return self.start + self.opened <= start and end <= self.end - self.closed


def token_at(tokens: Sequence[Token], position: int) -> Token | None:
    """The token that a position lies in; the last one for the text's end; None for an empty text."""
    index = bisect_right(tokens, position, key=lambda each: each.start) - 1
    return tokens[index] if index >= 0 else None


def touched(tokens: Sequence[Token], start: int, end: int) -> list[Token]:
    """The tokens, without spaces, that a stretch has a part in."""
    first = max(0, bisect_right(tokens, start, key=lambda each: each.start) - 1)
    last = bisect_right(tokens, max(start, end - 1), key=lambda each: each.start)
    return [each for each in tokens[first:last] if each.kind != SPACE]


def is_one(tokens: Sequence[Token], start: int, end: int, kinds: Collection[str]) -> bool:
    """Whether a stretch lies inside of one token, and that is of one of `kinds`."""
    within = touched(tokens, start, end)
    return len(within) == 1 and within[0].kind in kinds and within[0].holds(start, end)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without the spaces at its ends; as it is where it holds nothing else."""
    stretch = text[start:end]
    bare = stretch.strip()
    if not bare:
        return start, end
    left = len(stretch) - len(stretch.lstrip())
    return start + left, start + left + len(bare)
