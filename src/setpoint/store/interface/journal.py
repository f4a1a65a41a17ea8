"""What is asked of the journal: whatever comes in is there, durably, before it is acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from setpoint.model.event import Event


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch: it is on the disk."""

    appended: int
    duplicates: int
    """How many were there already, by source and id, and were dropped."""
    last_offset: int
    """Everything of the batch is at or before it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in the journal."""

    offset: int
    """Counts from 1, without a gap in what is served; never used twice."""
    received_at: datetime
    line: bytes
    sender: str = ""
    """Who sent it, as the audit log names callers; empty where nobody says."""


@dataclass(frozen=True, slots=True)
class JournalSize:
    """How much the journal holds."""

    first_offset: int
    """Of the oldest event that is still there, or would be."""
    last_offset: int
    bytes: int
    duplicates: int
    """How many were dropped since the journal was opened."""
    cut: int = 0
    """Bytes of writes cut short by a crash, never acknowledged, that were cut off when the journal was opened."""


class JournalWriter(Protocol):
    def append(self, events: Sequence[Event], received_at: datetime, sender: str = "") -> Receipt:
        """Returns once every event is durable; calls of several threads share one fsync.

        Raises `TemporaryError` with a delay where the journal is full or cannot keep up, `JournalError` where it is
        broken; then nothing of the batch counts as taken.
        """
        ...


class JournalReader(Protocol):
    def identity(self) -> str:
        """What tells it from any other journal, whose offsets mean other entries."""
        ...

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        """The first entries after an offset; empty where there are none yet. What is damaged is skipped, and told."""
        ...

    def last_offset(self) -> int:
        """Of the newest durable entry; 0 where there is none."""
        ...

    def damage(self) -> Sequence[str]:
        """What cannot be read, a sentence each that names the file and the offsets."""
        ...


class Journal(JournalWriter, JournalReader, Protocol):
    """The whole of it, for the one process that owns it."""

    def size(self) -> JournalSize: ...

    def trouble(self) -> str:
        """Why nothing could be written last, in a sentence; empty while it can."""
        ...

    def try_again(self) -> None:
        """After trouble, see whether the disk takes something now; raises as `append` where it does not.

        Costs nothing where there is none.
        """
        ...

    def retain(self, taken: int, now: datetime) -> int:
        """Drop the files that the lake has wholly taken (it has all up to `taken`) and that nobody keeps any longer.

        Returns how many went; raises `JournalError` where one cannot be removed.
        """
        ...

    def close(self) -> None: ...
