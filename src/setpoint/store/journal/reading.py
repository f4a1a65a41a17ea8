"""Reading a file of the journal whose disk may have failed in places: what it does not give back is read as zeros.

Zeros are under no checksum, so what they replace is told as damage like any other, and the rest is served.
"""

from __future__ import annotations

import errno
import os
from typing import Final

SECTOR: Final = 4096
"""Bytes that a disk gives or does not give: its sector, and the page that the system reads it into."""


def read_at(file: int, position: int, size: int) -> bytes:
    """As `os.pread`, but for what the disk cannot give back; less than `size` only at the end of the file."""
    try:
        return _whole(file, position, size)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
    end = min(position + size, os.fstat(file).st_size)
    # From one boundary to the next, so that a bad sector costs no more than itself.
    starts = [position, *range(position - position % SECTOR + SECTOR, end, SECTOR)]
    return b"".join(_or_zeros(file, start, min(start - start % SECTOR + SECTOR, end) - start) for start in starts)


def _or_zeros(file: int, position: int, size: int) -> bytes:
    try:
        return _whole(file, position, size)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return bytes(size)


def _whole(file: int, position: int, size: int) -> bytes:
    """One call gives two gigabytes at most (pread(2))."""
    pieces = []
    while size > 0 and (piece := os.pread(file, size, position)):
        pieces.append(piece)
        position, size = position + len(piece), size - len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
