"""What recognition gives back."""

from __future__ import annotations

from dataclasses import dataclass

from setpoint_agent.request import Value


@dataclass(frozen=True, slots=True)
class Match:
    """A value, or a part of one, found in an argument."""

    value: Value
    start: int
    end: int
    """The stretch of the argument, in characters."""
    found: str
    """The text of that stretch."""
    how: tuple[str, ...]
    """The steps from the value to the text: `whole`, `cut`, `percent`, `base64` (or hexadecimal), `html`, `case`,
    `unicode`, `json` (its escapes, and what it holds), `reversed`; `doubtful` where it may stand by chance
    (within a longer word, a small number), unless the code is seen to put it there."""
    strength: float
    """0 to 1: how unlikely a coincidence is, from length and variety."""
