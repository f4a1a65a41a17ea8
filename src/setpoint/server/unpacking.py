"""Bodies that come compressed: inflated within bounds before they are read. Called by `api.routes`."""

from __future__ import annotations

import zlib
from http import HTTPStatus
from typing import Final

from setpoint.server.limits import CLOSE
from setpoint.server.problems import RefusedError

GZIP: Final = 16 + zlib.MAX_WBITS
"""Says to zlib that it is gzip (*zlib Manual*, `inflateInit2`)."""


def unpacked(body: bytes, encoding: str, most: int) -> bytes:
    """The body as it was before `Content-Encoding`, where that gives at most so many bytes."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise RefusedError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"the body is encoded as {encoding}",
            where="Content-Encoding",
            remedy="send gzip, or the body as it is",
        )
    unpacking = zlib.decompressobj(GZIP)
    try:
        inflated = unpacking.decompress(body, most)
    except zlib.error as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "this is not gzip", where="body") from error
    if unpacking.unconsumed_tail:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the body inflates to more than {most:,} bytes",
            remedy="send less at once",
            headers=CLOSE,
        )
    if not unpacking.eof or unpacking.unused_data:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "this is not whole as gzip", where="body")
    return inflated
