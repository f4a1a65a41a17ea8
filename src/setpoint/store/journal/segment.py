"""One file of the journal: where in it which offsets are, and writing to its end so that a failure leaves no trace.

Its name is the offset of its first event. Called by `journal` alone, which keeps several threads apart.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from setpoint.store.journal.codec import Batch, Damage, scan
from setpoint.store.journal.reading import read_at

SUFFIX: Final = ".v1"
"""Names the form that `codec` describes."""

BLOCK_BYTES: Final = 256 * 1024
"""So far apart are the places that are remembered: finding an offset costs reading at most this much, or one batch."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a batch stands, and what may be known of it without reading it."""

    position: int
    end: int
    first: int
    last: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a segment that begins and ends with a batch."""

    position: int
    size: int
    first: int
    until: int
    """The offset after its last."""


class Segment:
    def __init__(self, folder: Path, first: int) -> None:
        self.path = folder / f"{first:020d}{SUFFIX}"
        self.first = first
        self.next = first
        """The offset that comes after its last event."""
        self.size = 0
        """Bytes that are safe on the disk."""
        self.oldest: datetime | None = None
        self.newest: datetime | None = None
        """When its events came in; None while it has none."""
        self.trusted = True
        """False once a sync failed: what the system still says about the file may not be what is on the disk."""
        self._positions = array("Q")
        self._offsets = array("Q")

    def survey(self, until: int | None) -> Iterator[Batch | Damage]:
        """Read all of it, once, before anything else is done with it."""
        with self.path.open("rb") as file:
            data = read_at(file.fileno(), 0, self.path.stat().st_size)
        for found in scan(data, self.first, until=until):
            if isinstance(found, Batch):
                self.note(Place(found.position, found.end, found.first, found.last, found.received_at))
            elif not found.torn:
                self.size = found.end
                self.next = max(self.next, 0 if found.last is None else found.last + 1)
            yield found

    def note(self, place: Place) -> None:
        """A batch stands here."""
        if not self._positions or place.position - self._positions[-1] >= BLOCK_BYTES:
            self._positions.append(place.position)
            self._offsets.append(place.first)
        self.size, self.next = place.end, place.last + 1
        self.oldest = min(self.oldest or place.received_at, place.received_at)
        self.newest = max(self.newest or place.received_at, place.received_at)

    def blocks(self, after: int) -> Iterator[Block]:
        """Those that hold offsets above `after`, as of now."""
        begin = max(0, bisect_right(self._offsets, after + 1) - 1)
        positions = [*self._positions[begin:], self.size]
        offsets = [*self._offsets[begin:], self.next]
        for index in range(len(positions) - 1):
            size = positions[index + 1] - positions[index]
            yield Block(positions[index], size, offsets[index], offsets[index + 1])


class SegmentWriter:
    """The one segment that is written to."""

    def __init__(self, segment: Segment) -> None:
        """A new file, unless it is there already; raises `OSError`."""
        self.segment = segment
        self._file = os.open(segment.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._clean = False
        """Whether the file ends where the segment does."""

    def append(self, data: bytes) -> None:
        """Returns once `data` is durable. Raises `OSError`, and then the file is as it was."""
        if not self._clean:
            os.ftruncate(self._file, self.segment.size)
        self._clean = False
        try:
            self._write(data)
        except OSError:
            self._take_back()
            raise
        self._clean = True

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        try:
            os.fsync(self._file)
        except OSError:
            self.segment.trusted = False
            raise

    def _take_back(self) -> None:
        try:
            os.ftruncate(self._file, self.segment.size)
        except OSError:
            return  # tried again before the next write; until then nothing reads beyond the segment's size
        self._clean = True

    def close(self) -> None:
        os.close(self._file)


def sync_folder(folder: Path) -> None:
    """Makes the names of new files durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
