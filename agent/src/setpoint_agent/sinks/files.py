"""What lies in a file that a function was given, without the function noticing: only of files that are in memory."""

from __future__ import annotations

from io import BufferedRandom, BufferedReader, BytesIO, StringIO, TextIOWrapper
from typing import Any, Final

LONGEST: Final = 65_536
"""Octets that are looked at."""
INSIDE: Final = ("_file", "file", "stream", "buffer", "raw", "fileobj", "_fp")
"""Where uploads of frameworks, temporary files and compressed ones keep the file that they stand for."""


def octets_of(data: Any) -> Any:
    """What is to be read of a file from where it stands; anything else as it is."""
    held = data
    for _ in range(len(INSIDE)):
        if isinstance(held, BytesIO):
            start = held.tell()
            with held.getbuffer() as buffer:
                return bytes(buffer[start : start + LONGEST])
        if isinstance(held, StringIO):
            return held.getvalue()[held.tell() : held.tell() + LONGEST]
        held = _inside(held)
    return data


def _inside(held: Any) -> Any:
    if isinstance(held, BufferedReader | BufferedRandom):
        return held.raw
    if isinstance(held, TextIOWrapper):
        return held.buffer
    space = getattr(held, "__dict__", {})
    return next((space[name] for name in INSIDE if space.get(name) is not None), None)
