"""How large the journal may become, and how long it remembers. Made by the settings, used by `journal`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MEBIBYTE: Final = 1024 * 1024
GIBIBYTE: Final = 1024 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class JournalLimits:
    full_at: int = 8 * GIBIBYTE
    """Bytes from which nothing more is taken, until the lake has taken what is there."""
    keep_bytes: int = 1 * GIBIBYTE
    """Bytes of what the lake has that stay for a replay."""
    keep_for: float = 7 * 86400.0
    """Seconds that they stay at most."""
    remember: int = 1_000_000
    """A duplicate of one of so many newest events is known as one, as long as the journal still holds that event."""
    segment_bytes: int = 64 * MEBIBYTE
    """From which a new file is begun; read whole when the journal is opened."""
    segment_for: float = 86400.0
    """Seconds after which a new file is begun, so that what is old can go."""

    turn_within: float = 5.0
    """Seconds that a batch waits for the disk while others are written; then its sender is told to come again."""

    @property
    def largest_segment(self) -> int:
        """Bytes; however small the journal is, it has several segments, so that some can go."""
        return min(self.segment_bytes, self.full_at // 4)

    @property
    def kept_bytes(self) -> int:
        """What is only kept for a replay never fills the journal."""
        return min(self.keep_bytes, self.full_at // 2)
