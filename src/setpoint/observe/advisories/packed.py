"""What is packed with gzip, unpacked within bounds. `files` and `exploited` call it."""

from __future__ import annotations

import zlib
from typing import Final

from setpoint.errors import InputError

GZIP: Final = b"\x1f\x8b"
"""How every gzip file begins (RFC 1952)."""

_WITH_GZIP_HEADER: Final = 31
"""zlib's `wbits` for it."""


def unpacked(octets: bytes, where: str, *, most: int) -> bytes:
    """As they are where they are not packed; `InputError` for what is not whole, or would be more than `most` bytes."""
    if not octets.startswith(GZIP):
        return octets
    unpacker = zlib.decompressobj(wbits=_WITH_GZIP_HEADER)
    try:
        result = unpacker.decompress(octets, most + 1)
    except zlib.error as error:
        raise InputError(f"this is not whole as a gzip file ({error})", where=where) from error
    if len(result) > most:
        raise InputError(f"unpacked, it has more than {most:,} bytes, which is all that is read", where=where)
    if not unpacker.eof:
        raise InputError("this is not whole as a gzip file", where=where)
    return result
