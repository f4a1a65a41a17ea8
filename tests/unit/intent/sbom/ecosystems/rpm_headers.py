"""Headers of RPM, and databases in its own form ndb, as it would write them. Used by the tests of its readers."""

from __future__ import annotations

import struct
import zlib


def header(**tags: str | int) -> bytes:
    """A header with the tags by number, `t1000="bash"`."""
    index, store = b"", b""
    for name, value in tags.items():
        if isinstance(value, int):
            store += b"\0" * (-len(store) % 4)
            index += struct.pack(">IIII", int(name[1:]), 4, len(store), 1)
            store += struct.pack(">I", value)
        else:
            index += struct.pack(">IIII", int(name[1:]), 6, len(store), 1)
            store += value.encode() + b"\0"
    return struct.pack(">II", len(tags), len(store)) + index + store


BASH = header(
    t1000="bash", t1001="5.1.8", t1002="9.el9", t1014="GPLv3+", t1022="x86_64", t1044="bash-5.1.8-9.el9.src.rpm"
)
PERL = header(t1000="perl", t1003=4, t1001="5.32.1", t1002="481.el9", t1022="x86_64", t1005="d" * 700)
"""With a description that needs pages of its own."""
LONG = header(t1000="kernel", t1001="5.14.0", t1002="1.el9", t1022="x86_64", t1005="d" * 3_000)
KEY = header(t1000="gpg-pubkey", t1001="fd431d51")
HEADERS = (BASH, PERL, LONG, KEY)


def ndb(*headers: bytes, version: int = 0) -> bytes:
    """rpm, `lib/backend/ndb/rpmpkg.c`: a page of slots, then the blobs, each in whole blocks of sixteen bytes."""
    slots, blobs, block = b"", b"", 4096 // 16
    for number, each in enumerate(headers, start=1):
        padding = -(16 + len(each) + 12) % 16
        body = struct.pack("<4sIII", b"BlbS", number, 1_700_000_000, len(each)) + each + b"\0" * padding
        blob = body + struct.pack("<II4s", zlib.adler32(body), len(each), b"BlbE")
        slots += struct.pack("<4sIII", b"Slot", number, block, len(blob) // 16)
        blobs, block = blobs + blob, block + len(blob) // 16
    slots += struct.pack("<4sIII", b"Slot", 0, 0, 0) * ((4096 - 32 - len(slots)) // 16)
    return struct.pack("<4sIIII12x", b"RpmP", version, 1, 1, len(headers) + 1) + slots + blobs
