"""The journal as it was left: its folder is taken, all of it read once, and what a crash left half written cut off.

Called by `journal.open_journal`.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

from setpoint.errors import JournalError
from setpoint.logs import logger
from setpoint.store.journal.codec import Batch, is_beginning
from setpoint.store.journal.damages import Damages
from setpoint.store.journal.failures import unreadable, unwritable
from setpoint.store.journal.known import KnownIdentities
from setpoint.store.journal.limits import JournalLimits
from setpoint.store.journal.reading import read_at
from setpoint.store.journal.segment import SUFFIX, Segment, sync_folder

IDENTITY_BYTES: Final = 16

_SEGMENT: Final = re.compile(r"(\d{20})(\.v\d+)")


@dataclass(frozen=True, slots=True)
class Found:
    """The journal as it was left."""

    segments: list[Segment]
    """Oldest first."""
    last: int
    """The offset of the newest entry."""
    next: int
    """The offset that comes next."""
    window: KnownIdentities
    damages: Damages
    cut: int
    """Bytes of writes that were cut short, and that nobody was told were taken."""


def take(folder: Path) -> int:
    """Make the folder where there is none, and lock it; the open file that has the lock."""
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True)
            sync_folder(folder.parent)
        folder.chmod(0o700)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise unwritable(error, folder) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        if not isinstance(error, BlockingIOError):
            raise unwritable(error, folder) from error
        remedy = "stop it, or name another folder under ingest.journal"
        raise JournalError("another process has this journal", where=str(folder), remedy=remedy) from error
    return lock


def identify(folder: Path, lock: int) -> str:
    """What tells this journal from any other, for as long as its folder is there: kept in the file of the lock."""
    try:
        known = os.pread(lock, 2 * IDENTITY_BYTES, 0).decode(errors="replace")
        if len(known) == 2 * IDENTITY_BYTES:
            return known
        made = secrets.token_hex(IDENTITY_BYTES)
        os.pwrite(lock, made.encode(), 0)
        os.fsync(lock)
    except OSError as error:
        raise unwritable(error, folder) from error
    return made


def recover(folder: Path, limits: JournalLimits, taken: int) -> Found:
    """`taken` is the newest offset that anybody has derived something from: what comes next is after it."""
    firsts = _firsts(folder)
    segments: list[Segment] = []
    window, damages = KnownIdentities(limits.remember), Damages()
    last = expected = cut = 0
    for first, until in zip_longest(firsts, firsts[1:]):
        segment = Segment(folder, first)
        last = _survey(segment, until, window, damages) or last
        cut += _cut_off(segment, damages)
        segments.append(segment)
        expected = segment.next
    following = max(expected, taken + 1)
    if following > max(expected, 1):
        damages.add_missing_end(max(expected, 1), following - 1)
    return Found(segments, last or following - 1, following, window, damages, cut)


def _firsts(folder: Path) -> list[int]:
    """The offsets that the segments are named after."""
    firsts = []
    try:
        files = list(folder.iterdir())
    except OSError as error:
        raise unreadable(error, folder) from error
    for file in files:
        match = _SEGMENT.fullmatch(file.name)
        if match and match[2] != SUFFIX:
            raise JournalError("a newer Setpoint wrote this journal", where=str(file), remedy="upgrade this one")
        if match:
            firsts.append(int(match[1]))
    return sorted(firsts)


def _survey(segment: Segment, until: int | None, window: KnownIdentities, damages: Damages) -> int:
    """Read all of a segment; the offset of its last event, 0 where it has none."""
    name, last = segment.path.name, 0
    try:
        for found in segment.survey(until):
            if isinstance(found, Batch):
                window.add(found.identities)
                last = found.last
            elif not found.torn:
                damages.add(name, found)
    except OSError as error:
        raise unreadable(error, segment.path) from error
    return last


def _cut_off(segment: Segment, damages: Damages) -> int:
    """How many bytes stood behind all that is whole or damaged.

    A write that was cut short is told in the log alone: every crash may leave one, and it was never acknowledged.
    """
    try:
        with segment.path.open("rb+") as file:
            torn = read_at(file.fileno(), segment.size, os.fstat(file.fileno()).st_size - segment.size)
            file.truncate(segment.size)
    except OSError as error:
        raise unwritable(error, segment.path) from error
    if not is_beginning(torn):
        damages.add_cut(segment.path.name, segment.size, len(torn))
    elif torn:
        logger(__name__).warning("a write that was cut short is cut off", file=str(segment.path), bytes=len(torn))
    return len(torn)
