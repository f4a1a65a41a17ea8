"""The files in which RPM kept its headers before SQLite: hash tables of Berkeley DB, and its own ndb. For `rpm`.

Read page by page as they are laid out, since no library that is kept up reads them without RPM itself. Every part of
a file belongs to one header: one that is claimed twice is damage, so that no file costs more than its size.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from setpoint.errors import InputError

Numbered = tuple[int, bytes]
"""The number of a package, and its header."""

# ndb: rpm, `lib/backend/ndb/rpmpkg.c`; everything is little-endian.

NDB_MAGIC: Final = b"RpmP"
_NDB_INTRO: Final = struct.Struct("<4sIII")
_SLOT: Final = struct.Struct("<4sIII")
_BLOB: Final = struct.Struct("<4sIII")
_TAIL: Final = struct.Struct("<II4s")
_BLOCK: Final = 16
_NDB_PAGE: Final = 4096
_FIRST_SLOT: Final = 32
_BLOB_MARKS: Final = b"BlbS", b"BlbE"

# Berkeley DB: db, `src/dbinc/db_page.h`; in the byte order of whoever wrote it.

BDB_MAGIC: Final = 0x061561
"""Of a hash table; where it stands tells the byte order."""
_MAGIC_AT: Final = 12
_META: Final = "12xIIIBB6xI"
"""Magic, version, size of a page, encryption, type, and the number of the last page."""
_PAGE: Final = "8xIIIHHBB"
"""Number, previous, next, entries, offset of the free space, level, type."""
_PAGE_INTRO: Final = 26
_HASH_PAGES: Final = (2, 13)
_OVERFLOW_PAGE: Final = 7
_IN_PAGE, _OFF_PAGE = 1, 3
_SMALLEST_PAGE, _LARGEST_PAGE = 512, 65_536


def ndb_headers(octets: bytes) -> Iterator[Numbered]:
    """Raises `InputError` where the file is damaged."""
    if len(octets) < _NDB_INTRO.size:
        raise _damaged("ndb")
    _, version, _, pages = _NDB_INTRO.unpack_from(octets)
    if version != 0:
        raise InputError(f"this ndb is of version {version}, which is not read")
    if pages * _NDB_PAGE > len(octets):
        raise _damaged("ndb")
    left = len(octets)
    for at in range(_FIRST_SLOT, pages * _NDB_PAGE, _SLOT.size):
        magic, number, block, blocks = _SLOT.unpack_from(octets, at)
        if magic != b"Slot":
            raise _damaged("ndb")
        if block:
            left -= blocks * _BLOCK
            if left < 0:
                raise _damaged("ndb")
            yield number, _blob(octets, number, block * _BLOCK, blocks * _BLOCK)


def _blob(octets: bytes, number: int, start: int, room: int) -> bytes:
    if start + room > len(octets) or room < _BLOB.size + _TAIL.size:
        raise _damaged("ndb")
    begins, owner, _, length = _BLOB.unpack_from(octets, start)
    end = start + room - _TAIL.size
    checksum, again, ends = _TAIL.unpack_from(octets, end)
    fits = length == again and start + _BLOB.size + length <= end
    # The sum covers the blob with what stands before it, and the zeros up to the next whole block.
    is_whole = zlib.adler32(octets[start:end]) == checksum
    if (begins, ends) != _BLOB_MARKS or owner != number or not fits or not is_whole:
        raise _damaged("ndb")
    return octets[start + _BLOB.size : start + _BLOB.size + length]


def bdb_headers(octets: bytes) -> Iterator[Numbered]:
    """Raises `InputError` where the file is damaged."""
    yield from _HashTable(octets).headers()


class _HashTable:
    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._order = "<" if _number("<I", octets, _MAGIC_AT) == BDB_MAGIC else ">"
        meta = struct.Struct(self._order + _META)
        if len(octets) < meta.size:
            raise _damaged("Berkeley DB")
        magic, _, self._size, encryption, _, self._last = meta.unpack_from(octets)
        is_power = self._size & (self._size - 1) == 0
        if magic != BDB_MAGIC or not is_power or not _SMALLEST_PAGE <= self._size <= _LARGEST_PAGE:
            raise InputError("this is no hash table of Berkeley DB")
        if encryption:
            raise InputError("this Berkeley DB is encrypted")
        self._taken: set[int] = set()

    def headers(self) -> Iterator[Numbered]:
        for page in range(1, self._last + 1):
            entries, kind = self._described(page)
            if kind not in _HASH_PAGES:
                continue
            items = list(self._items(page, entries))
            for key, value in zip(items[::2], items[1::2], strict=False):
                number = _number(f"{self._order}I", key, 0)
                if number:  # under 0 it keeps the highest of them
                    yield number, value

    def _described(self, page: int) -> tuple[int, int]:
        """How many entries it has, and of which type it is."""
        start = page * self._size
        if start + self._size > len(self._octets):
            raise _damaged("Berkeley DB")
        _, _, _, entries, _, _, kind = struct.unpack_from(self._order + _PAGE, self._octets, start)
        return entries, kind

    def _items(self, page: int, entries: int) -> Iterator[bytes]:
        """Keys and values in turn; they lie from the end of the page to its beginning."""
        start, end = page * self._size, self._size
        if _PAGE_INTRO + 2 * entries > self._size:
            raise _damaged("Berkeley DB")
        for at in struct.unpack_from(f"{self._order}{entries}H", self._octets, start + _PAGE_INTRO):
            if not _PAGE_INTRO < at < end:
                raise _damaged("Berkeley DB")
            item, end = self._octets[start + at : start + end], at
            yield self._content(item)

    def _content(self, item: bytes) -> bytes:
        if item[0] == _IN_PAGE:
            return item[1:]
        if item[0] != _OFF_PAGE or len(item) < 12:
            raise _damaged("Berkeley DB")  # RPM keeps no two values under one key
        page, length = struct.unpack_from(f"{self._order}4xII", item)
        return b"".join(self._overflowing(page, length))

    def _overflowing(self, page: int, length: int) -> Iterator[bytes]:
        while length > 0:
            if page in self._taken or not 0 < page <= self._last:
                raise _damaged("Berkeley DB")
            self._taken.add(page)
            start = page * self._size
            if start + self._size > len(self._octets):
                raise _damaged("Berkeley DB")
            _, _, following, _, used, _, kind = struct.unpack_from(self._order + _PAGE, self._octets, start)
            if kind != _OVERFLOW_PAGE or not 0 < used <= min(length, self._size - _PAGE_INTRO):
                raise _damaged("Berkeley DB")
            yield self._octets[start + _PAGE_INTRO : start + _PAGE_INTRO + used]
            page, length = following, length - used


def _number(form: str, octets: bytes, at: int) -> int:
    """0 where there is none."""
    if len(octets) < at + struct.calcsize(form):
        return 0
    number: int = struct.unpack_from(form, octets, at)[0]
    return number


def _damaged(form: str) -> InputError:
    return InputError(f"this database of RPM ({form}) is damaged")
