"""SHA-256 of files, a piece at a time."""

from __future__ import annotations

import binascii
from pathlib import Path
from typing import Any, Final

PIECE: Final = 1_048_576
_LENGTH: Final = 32
_URL_SAFE: Final = str.maketrans("-_", "+/")
LARGEST: Final = 268_435_456
"""Octets of a file that are hashed; what is larger is left alone."""


def sha256_of(file: str) -> str | None:
    """Hexadecimal; None for a file that can't be read, or is too large."""
    hashing = _sha256()
    read = 0
    try:
        with Path(file).open("rb") as stream:
            while piece := stream.read(PIECE):
                read += len(piece)
                if read > LARGEST:
                    return None
                hashing.update(piece)
    except OSError:
        return None
    found: str = hashing.hexdigest()
    return found


def recorded(text: str) -> str | None:
    """The hexadecimal digest that a RECORD gives as `sha256=<base64url without padding>`; None for any other hash."""
    algorithm, _, encoded = text.partition("=")
    if algorithm != "sha256":
        return None
    try:
        digest = binascii.a2b_base64(encoded.translate(_URL_SAFE) + "=" * (-len(encoded) % 4))
    except ValueError:
        return None
    return digest.hex() if len(digest) == _LENGTH else None


def _sha256() -> Any:
    """The interpreter's own: `hashlib` is watched, and an application may not have imported it."""
    try:
        import _sha256 as module
    except ImportError:  # its name since Python 3.12
        import _sha2 as module
    return module.sha256()
