"""What a tokenizer answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a stretch of a text lies."""

    context: str
    """`string literal`, `number`, `identifier`, `comment`, `path segment`, `attribute`, `whole` and so on."""
    crosses: bool
    """The stretch holds a boundary of the language: it ends its literal, adds a token, climbs a folder. An attack."""
    inert: bool = False
    """Nothing that could be put here changes the meaning (inside a comment that nothing ends, say)."""


Place = Callable[[str, int, int], Placement]
"""(text, start, end) → its placement."""
