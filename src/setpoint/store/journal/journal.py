"""The journal in a folder of segments: implements `store.interface.Journal`. Opened by `wiring`, in the ingest process.

Threads that append at the same time share one write and one sync: whoever has the right to write does so for all who
wait by then. Readers see what is durable, and nothing else.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from setpoint.errors import Error, InputError, JournalError, TemporaryError
from setpoint.model.event import Event
from setpoint.store.interface.journal import Entry, JournalSize, Receipt
from setpoint.store.journal.codec import Batch, check, identity, scan
from setpoint.store.journal.failures import unreadable, unwritable
from setpoint.store.journal.group import Append, Group
from setpoint.store.journal.limits import JournalLimits
from setpoint.store.journal.reading import read_at
from setpoint.store.journal.recovery import Found, identify, recover, take
from setpoint.store.journal.segment import Block, Segment, SegmentWriter, sync_folder
from setpoint.store.journal.trouble import Trouble
from setpoint.store.journal.turns import Turns

READ_BYTES: Final = 16 * 1024 * 1024
"""A reader gets no more at once than one block beyond these, whatever it asked for."""

FULL_FOR: Final = 5.0
"""Seconds after which a full journal may have room again; the lake takes a segment in less."""

SLOW_FOR: Final = 5.0
"""Seconds after which a disk that was too slow may have written what waited."""


class FileJournal:
    def __init__(self, folder: Path, limits: JournalLimits, found: Found, lock: int) -> None:
        """`open_journal` makes it; `lock` is the open file whose lock says whose the folder is."""
        self._folder = folder
        self._limits = limits
        self._lock: int | None = lock
        self._identity = identify(folder, lock)
        self._segments = found.segments
        self._last = found.last
        self._next = found.next
        self._window = found.window
        self._damages = found.damages
        self._cut = found.cut
        self._duplicates = 0
        self._writer: SegmentWriter | None = None
        self._turns = Turns(limits.turn_within)
        self._trouble = Trouble(folder)
        self._state = threading.Lock()
        """Held for moments, while the list of segments and what it says is read or changed."""

    def append(self, events: Sequence[Event], received_at: datetime, sender: str = "") -> Receipt:
        waiting = Append([identity(each) for each in events], [each.line for each in events], received_at, sender)
        check([*waiting.lines, sender.encode()])
        if not self._turns.write(waiting, self._write):
            raise TemporaryError(
                "the journal's disk is slower than what comes in",
                remedy="send it again",
                delay=SLOW_FOR,
            )
        if isinstance(waiting.outcome, Receipt):
            return waiting.outcome
        raise waiting.outcome or RuntimeError("a batch was left behind")

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        entries: list[Entry] = []
        size = 0
        for segment, block in self._blocks(after):
            for batch in self._batches(segment, block):
                wanted = batch.lines[max(0, after + 1 - batch.first) :]
                first = batch.last + 1 - len(wanted)
                entries += [
                    Entry(first + index, batch.received_at, line, batch.sender) for index, line in enumerate(wanted)
                ]
            size += block.size
            if len(entries) >= limit or size >= READ_BYTES:
                break
        return entries[:limit]

    def identity(self) -> str:
        return self._identity

    def last_offset(self) -> int:
        with self._state:
            return self._last

    def damage(self) -> Sequence[str]:
        with self._state:
            return self._damages.sentences()

    def trouble(self) -> str:
        return self._trouble.sentence()

    def try_again(self) -> None:
        if not self._trouble.sentence():
            return
        with self._turns.alone():
            try:
                self._trouble.try_again()
            except OSError as error:
                raise unwritable(error, self._folder) from error

    def size(self) -> JournalSize:
        with self._state:
            return JournalSize(
                first_offset=self._segments[0].first if self._segments else self._next,
                last_offset=self._last,
                bytes=self._bytes(),
                duplicates=self._duplicates,
                cut=self._cut,
            )

    def retain(self, taken: int, now: datetime) -> int:
        gone = 0
        with self._turns.alone():
            while (segment := self._oldest_to_go(taken, now)) is not None:
                try:
                    self._drop(segment)
                except OSError as error:
                    raise unwritable(error, segment.path) from error
                gone += 1
        return gone

    def close(self) -> None:
        with self._turns.alone():
            self._close_writer()
            lock, self._lock = self._lock, None
            if lock is not None:
                os.close(lock)

    def _drop(self, segment: Segment) -> None:
        if segment is self._segments[-1]:
            self._begin_segment(self._next)  # whose name remembers which offset comes next
        segment.path.unlink(missing_ok=True)
        with self._state:
            self._segments = [each for each in self._segments if each is not segment]
            self._damages.forget(segment.path.name)

    def _oldest_to_go(self, taken: int, now: datetime) -> Segment | None:
        """What the lake does not have stays, however old and large it is."""
        oldest = self._segments[0] if self._segments else None
        if oldest is None or oldest.next - 1 > taken:
            return None
        # The newest segment goes by age only: it is where the next event is written.
        too_large = len(self._segments) > 1 and self._bytes() > self._limits.kept_bytes
        age = (now - oldest.newest).total_seconds() if oldest.newest else 0.0
        return oldest if too_large or age > self._limits.keep_for else None

    def _write(self, waiting: Sequence[Append]) -> None:
        """All in one; afterwards each has its outcome."""
        if self._lock is None:
            for each in waiting:
                each.outcome = JournalError("the journal is closed", where=str(self._folder))
            return
        group = Group(self._next)
        try:
            for each in waiting:
                self._put(group, each)
            if group.data:
                self._store(group)
        except OSError as error:
            self._trouble.note(unwritable(error, self._folder), len(group.data))
            for each in waiting:
                each.outcome = each.outcome or unwritable(error, self._folder)
            return
        for each, receipt in group.receipts:
            self._duplicates += receipt.duplicates
            each.outcome = receipt

    def _put(self, group: Group, waiting: Append) -> None:
        """Into the group, unless there is no room for it."""
        batch = group.encoded(waiting, self._window)
        if self._bytes() + len(group.data) + len(batch.data) > self._limits.full_at:
            waiting.outcome = self._full(len(batch.data))
        else:
            group.add(waiting, batch)

    def _full(self, size: int) -> Error:
        if size > self._limits.full_at:
            return InputError(f"a batch of {size:,} bytes is larger than the journal may be")
        return TemporaryError(
            f"the journal is full ({self._limits.full_at:,} bytes)",
            remedy="the lake has to take what is there; see setpoint status",
            delay=FULL_FOR,
        )

    def _store(self, group: Group) -> None:
        writer = self._writer_for(group)
        segment, start = writer.segment, writer.segment.size
        writer.append(bytes(group.data))
        with self._state:
            for each in group.places:
                segment.note(replace(each, position=start + each.position, end=start + each.end))
            self._last, self._next = group.next - 1, group.next
        self._window.add(group.identities)
        self._trouble.forget()

    def _writer_for(self, group: Group) -> SegmentWriter:
        """The newest segment, or a new one where that has had enough."""
        newest = self._segments[-1] if self._segments else None
        if newest is None or newest.next != group.first or self._has_enough(newest, group):
            return self._begin_segment(group.first)
        if self._writer is None:
            self._writer = SegmentWriter(newest)
        return self._writer

    def _has_enough(self, segment: Segment, group: Group) -> bool:
        if not segment.trusted or segment.oldest is None:
            return not segment.trusted
        too_old = (group.places[-1].received_at - segment.oldest).total_seconds() > self._limits.segment_for
        return too_old or segment.size + len(group.data) > self._limits.largest_segment

    def _begin_segment(self, first: int) -> SegmentWriter:
        self._close_writer()
        segment = Segment(self._folder, first)
        segment.path.unlink(missing_ok=True)  # one that nothing was written to, because a sync failed
        writer = SegmentWriter(segment)
        try:
            sync_folder(self._folder)
        except OSError:
            writer.close()
            raise
        with self._state:
            self._segments = [*(each for each in self._segments if each.path != segment.path), segment]
        self._writer = writer
        return writer

    def _close_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def _bytes(self) -> int:
        return sum(each.size for each in self._segments)

    def _blocks(self, after: int) -> Iterator[tuple[Segment, Block]]:
        with self._state:
            segments = [each for each in self._segments if each.next - 1 > after]
        for segment in segments:
            with self._state:
                blocks = list(segment.blocks(after))
            for block in blocks:
                yield segment, block

    def _batches(self, segment: Segment, block: Block) -> Iterator[Batch]:
        try:
            with segment.path.open("rb") as file:
                data = read_at(file.fileno(), block.position, block.size)
        except FileNotFoundError:
            return  # `retain` was faster: the lake has it
        except OSError as error:
            raise unreadable(error, segment.path) from error
        for found in scan(data, block.first, until=block.until):
            if isinstance(found, Batch):
                yield found
            else:
                with self._state:
                    self._damages.add(segment.path.name, found, start=block.position)


def open_journal(folder: Path, limits: JournalLimits, *, taken: int = 0) -> FileJournal:
    """Take the folder and all that is in it; `taken` is the newest offset that the lake has.

    Raises `JournalError` where another process has it, a newer Setpoint wrote it, or it cannot be read or written.
    """
    lock = take(folder)
    try:
        return FileJournal(folder, limits, recover(folder, limits, taken), lock)
    except BaseException:
        os.close(lock)
        raise
