"""The journal's form on the disk: batches, one after another, each under two checksums. Pure: bytes in, bytes out.

A batch is a header and a body. The body is the identity of each event, 16 bytes each, and then lines with line feeds
between them: who sent the batch, and its events. The header is little-endian:

    marker       4 bytes that no line can hold, since UTF-8 has no byte 0xFF
    length       4 bytes, of the body
    first        8 bytes, the offset of the first event
    count        4 bytes, of events
    checksum     4 bytes, CRC-32 of the body
    received at  8 bytes, microseconds since 1970, UTC
    checksum     4 bytes, CRC-32 of the header up to here

A batch that is damaged therefore costs no other batch: the next marker tells where reading goes on, and the offset
there tells what is lost.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zlib import crc32

from setpoint.model.event import Event

MARKER: Final = b"\xffSJ1"
"""Ends in the version of this form."""

IDENTITY_BYTES: Final = 16
"""128 bits: no collision to be expected among 2**60 events."""

_HEADER: Final = struct.Struct("<4sIQIIq")
_CHECKSUM: Final = struct.Struct("<I")
HEADER_BYTES: Final = _HEADER.size + _CHECKSUM.size

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Events that came in together."""

    position: int
    """Where it begins, in bytes from the start of what was scanned."""
    end: int
    first: int
    """The offset of its first event."""
    last: int
    received_at: datetime
    sender: str
    identities: Sequence[bytes]
    lines: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch that holds no readable batch, or a jump in the offsets, which is a stretch of no length."""

    position: int
    end: int
    first: int
    """The first offset that is lost."""
    last: int | None
    """The last one, which is before the first where none is lost; None where nothing tells."""
    torn: bool
    """Whether it looks like a write that was cut short: it reaches to the very end, and nothing whole begins in it."""


@dataclass(frozen=True, slots=True)
class _Header:
    length: int
    first: int
    count: int
    checksum: int
    received_at: int


def identity(event: Event) -> bytes:
    """What makes an event a duplicate of another: service, source and id.

    The service is part of it, so that a sender that may speak of one service only cannot use up the ids of another's.
    """
    name = f"{event.service}\0{event.source}\0{event.id}".encode()
    return hashlib.blake2b(name, digest_size=IDENTITY_BYTES).digest()


def check(lines: Sequence[bytes]) -> None:
    """Raises `ValueError` for what would not come back as it was: a line is UTF-8, without a line feed."""
    text = b"".join(lines)
    if b"\n" in text or MARKER[:1] in text:
        raise ValueError("an event is one line of UTF-8")


def encode(
    first: int, received_at: datetime, identities: Sequence[bytes], lines: Sequence[bytes], sender: str = ""
) -> bytes:
    """One batch, of at least one line; `lines`, and the sender as one, have been checked."""
    body = b"".join((*identities, b"\n".join((sender.encode(), *lines))))
    microseconds = (received_at - _EPOCH) // _MICROSECOND
    header = _HEADER.pack(MARKER, len(body), first, len(lines), crc32(body), microseconds)
    return b"".join((header, _CHECKSUM.pack(crc32(header)), body))


def scan(data: bytes, expected: int, *, until: int | None = None) -> Iterator[Batch | Damage]:
    """The batches of a file, or of a part of it, and what is damaged between them.

    `expected` is the offset that should come first, `until` the one that comes after the last, where that is known.
    """
    position, flaw = 0, None
    while position < len(data):
        header = _header_at(data, position)
        batch = _batch_at(data, position, header) if header and _belongs(header, expected, until) else None
        if batch is None:
            end = _next_header(data, position + 1)
            flaw = _joined(flaw, position, end, header)
            position = end
            continue
        if flaw is not None or batch.first > expected:
            yield Damage(flaw.position if flaw else position, position, expected, batch.first - 1, torn=False)
        yield batch
        position, expected, flaw = batch.end, batch.last + 1, None
    if flaw is not None or (until is not None and until > expected):
        yield _last_damage(flaw, len(data), expected, until)


def is_beginning(data: bytes) -> bool:
    """Whether this is how a batch begins: as much as there is of its header is right."""
    if len(data) < HEADER_BYTES:
        return MARKER.startswith(data[: len(MARKER)])
    return _header_at(data, 0) is not None


def _belongs(header: _Header, expected: int, until: int | None) -> bool:
    """A write that failed, and was not taken back before a crash, may stand where others stand now."""
    return expected <= header.first and (until is None or header.first + header.count <= until)


@dataclass(frozen=True, slots=True)
class _Flaw:
    position: int
    last: int | None
    whole: bool
    """Whether a header in it is readable, and as long a body is there as it says."""


def _joined(before: _Flaw | None, position: int, end: int, header: _Header | None) -> _Flaw:
    last = header.first + header.count - 1 if header else None
    whole = header is not None and position + HEADER_BYTES + header.length <= end
    if before is None:
        return _Flaw(position, last, whole)
    return _Flaw(before.position, before.last if last is None else last, before.whole or whole)


def _last_damage(flaw: _Flaw | None, size: int, expected: int, until: int | None) -> Damage:
    if flaw is None:
        return Damage(size, size, expected, None if until is None else until - 1, torn=False)
    last = flaw.last if until is None else until - 1
    return Damage(flaw.position, size, expected, last, torn=until is None and not flaw.whole)


def _header_at(data: bytes, position: int) -> _Header | None:
    end = position + _HEADER.size
    if not data.startswith(MARKER, position) or end + _CHECKSUM.size > len(data):
        return None
    if _CHECKSUM.unpack_from(data, end)[0] != crc32(data[position:end]):
        return None
    return _Header(*_HEADER.unpack_from(data, position)[1:])


def _next_header(data: bytes, position: int) -> int:
    """Where the next readable header begins; the end where there is none."""
    while (position := data.find(MARKER, position)) >= 0:
        if _header_at(data, position) is not None:
            return position
        position += 1
    return len(data)


def _batch_at(data: bytes, position: int, header: _Header) -> Batch | None:
    start = position + HEADER_BYTES
    end = start + header.length
    if end > len(data):
        return None
    body = data[start:end]
    if crc32(body) != header.checksum:
        return None
    text = header.count * IDENTITY_BYTES
    sender, *lines = body[text:].split(b"\n")
    if len(lines) != header.count:
        return None
    identities = [body[each : each + IDENTITY_BYTES] for each in range(0, text, IDENTITY_BYTES)]
    received_at = _EPOCH + header.received_at * _MICROSECOND
    last = header.first + header.count - 1
    return Batch(position, end, header.first, last, received_at, sender.decode(), identities, lines)
