"""How much the lake may use, and how much one query may ask of it. Made by the settings, used by `lake`."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class LakeLimits:
    memory: int = 512 * MEBIBYTE
    """Bytes that DuckDB's buffers may take; what does not fit goes to the temporary folder."""
    temporary: int = 2048 * MEBIBYTE
    """Bytes that queries may leave in that folder while they run."""
    threads: int = 1
    """That DuckDB works with besides those that call it, this one counted."""
    queries: int = 2
    """At the same time; another one waits for its turn."""
    rows: int = 10_000
    """The most that one answer may be asked for."""
    answer: int = 16 * MEBIBYTE
    """Bytes of one answer, in columns."""
    seconds: float = 60.0
    """The longest that a query may be given."""
    export: int = 1024 * MEBIBYTE
    """Bytes of one Parquet file."""

    @property
    def resident(self) -> int:
        """Bytes of memory of the whole process at which queries are ended: see `memory`."""
        return 2 * self.memory + 1024 * MEBIBYTE
