"""What stands between a file and its reader: bounds, gzip, byte order marks, and JSON in which nothing stands twice."""

from __future__ import annotations

import json
import re
import zlib
from typing import Final

from setpoint.errors import InputError
from setpoint.files import MAX_DEPTH, decode_json
from setpoint.model.canonical import Json

MAX_BYTES: Final = 64 * 1024 * 1024
"""Of a document or lockfile, unpacked: a bill of a whole distribution takes half. Parsed, it takes several times."""

MAX_VALUES: Final = 5_000_000
"""Of a document: 64 MB of empty lists would take 2 GB of memory, and real bills spend thirty bytes on a value."""

_GZIP: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"
_COLON_AFTER_SPACE: Final = re.compile(rb'"[ \t\r\n]+:')


def plain(octets: bytes, where: str) -> bytes:
    """Unpacked if it was packed by gzip, without a byte order mark; `InputError` where it is empty or too large."""
    if octets.startswith(_GZIP):
        octets = _unpacked(octets, where)
    if len(octets) > MAX_BYTES:
        raise InputError(f"the file has {len(octets):,} bytes; at most {MAX_BYTES:,} are read", where=where)
    octets = without_mark(octets)
    if not octets.strip():
        raise InputError("the file is empty", where=where)
    return octets


def without_mark(octets: bytes) -> bytes:
    """Windows' tools put one in front of UTF-8."""
    return octets.removeprefix(_BOM)


def text_of(octets: bytes, where: str) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise InputError(f"this is not UTF-8 (byte {error.start})", where=f"{where}:{line}") from error


def strict_json(octets: bytes, where: str) -> Json:
    """JSON that every reader understands alike: a member that stands twice in one object is refused."""
    check_values(octets, b"{[,", where)
    value = decode_json(octets, where)
    if _colons(octets) != _members(value, where):
        _refuse_repeated(octets, where)
    return value


def check_values(octets: bytes, marks: bytes, where: str) -> None:
    """Refuse, before it is parsed, a document with too many of the marks that each value has one of."""
    if sum(octets.count(mark) for mark in marks) > MAX_VALUES:
        raise InputError(f"the document has more than {MAX_VALUES:,} values, which is all that is read", where=where)


def _unpacked(octets: bytes, where: str) -> bytes:
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = unpacking.decompress(octets, MAX_BYTES + 1)
    except zlib.error as error:
        raise InputError("this is not whole as a gzip file", where=where) from error
    if len(found) > MAX_BYTES:
        raise InputError(
            f"unpacked, the file has more than {MAX_BYTES:,} bytes, which is all that is read", where=where
        )
    if not unpacking.eof or unpacking.unused_data:
        raise InputError("this is not whole as a gzip file, or more than one", where=where)
    return found


def _colons(octets: bytes) -> int:
    """At least as many as there are members: texts may hold some that look so."""
    return octets.count(b'":') + len(_COLON_AFTER_SPACE.findall(octets))


def _members(value: Json, where: str) -> int:
    """Of all objects within, counted once parsed: repeated ones are gone by then."""
    found = 0
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        if not level:
            return found
        found += sum([len(each) for each in level if type(each) is dict])
        level = [
            child
            for each in level
            for child in (each.values() if type(each) is dict else each)
            if type(child) is dict or type(child) is list
        ]
    raise InputError(f"the document is nested more than {MAX_DEPTH} levels deep", where=where)


def _refuse_repeated(octets: bytes, where: str) -> None:
    def unique(pairs: list[tuple[str, Json]]) -> None:
        seen = set()
        for key, _ in pairs:
            if key in seen:
                raise InputError(f"the member {key[:100]!r} stands twice in one object", where=where)
            seen.add(key)

    json.loads(octets, object_pairs_hook=unique, parse_int=len, parse_float=len)  # numbers may be of any length
