"""Values that the application decodes: what was base64, compressed or hexadecimal is a value of the request once more.

Recognition knows short texts behind base64 by itself; here it is told of everything that the application's own code
decodes, of any length and also where compression lies in between. What a signature was checked of stays signed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

from setpoint_agent.patching.interface import Patch
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.quiet import quietly
from setpoint_agent.request import LONGEST_VALUE, Request, Value, current
from setpoint_agent.sinks.callers import application_caller
from setpoint_agent.sinks.files import octets_of

SIGNED: Final = "signed"
"""What `Request.passages` says of a text whose signature was checked."""
FEWEST: Final = 3
"""Characters of what is decoded."""


def _decoding(original: Callable[..., Any]) -> Callable[..., Any]:
    """`base64.b64decode(data)` and its like: the first argument is what is decoded."""

    def decode(*arguments: Any, **keywords: Any) -> Any:
        result = original(*arguments, **keywords)
        request = current.get()
        if request is not None and arguments:
            _note_decoded(request, arguments[0], result)
        return result

    return in_place_of(original, decode)


def _unpacking(original: Callable[..., Any]) -> Callable[..., Any]:
    """`GzipFile.read()` and its like, of a file in memory."""

    @functools.wraps(original)
    def read(file: Any, *arguments: Any, **keywords: Any) -> Any:
        request = current.get()
        packed = _octets_of(file) if request is not None else None
        result = original(file, *arguments, **keywords)
        if request is not None:
            _note_decoded(request, packed, result)
        return result

    return read


def _verified(original: Callable[..., Any]) -> Callable[..., Any]:
    """`signer.unsign(value)`: what it gives back was written by who holds the key."""

    def unsign(*arguments: Any, **keywords: Any) -> Any:
        result = original(*arguments, **keywords)
        request = current.get()
        if request is not None:
            _note_signed(request, result)
        return result

    return in_place_of(original, unsign)


_octets_of: Final = quietly(octets_of)


@quietly
def _note_decoded(request: Request, given: Any, result: Any) -> None:
    encoded, decoded = _text(given), _text(result)
    if len(encoded) < FEWEST or not decoded or application_caller() is None:
        return
    if any(encoded in text for text, safe_for in request.passages.items() if SIGNED in safe_for):
        request.note_passage(decoded, SIGNED)
        return
    origin = next((each for each in request.values() if _is_from(encoded, each)), None)
    if origin is not None:
        request.add_source(lambda: [Value(origin.part, origin.name, decoded)])


@quietly
def _note_signed(request: Request, result: Any) -> None:
    text = _text(result)
    if text:
        request.note_passage(text, SIGNED)


def _is_from(encoded: str, value: Value) -> bool:
    """Whether what is decoded is a value, or one is the other's longer part (padding that was added, a prefix cut)."""
    return encoded.rstrip("=") in value.text or (len(value.text) >= 8 and value.text in encoded)


def _text(data: Any) -> str:
    """As `examination` reads an argument; a decoder that gives something else back has decoded no text."""
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data[:LONGEST_VALUE]).decode("utf-8", "replace")
    return data[:LONGEST_VALUE] if isinstance(data, str) else ""


_DECODERS: Final = {
    "base64": (
        "a85decode",
        "b16decode",
        "b32decode",
        "b64decode",
        "b85decode",
        "decodebytes",
        "standard_b64decode",
        "urlsafe_b64decode",
    ),
    "binascii": ("a2b_base64", "a2b_hex", "unhexlify"),
    "bz2": ("decompress",),
    "codecs": ("decode",),
    "gzip": ("decompress",),
    "lzma": ("decompress",),
    "zlib": ("decompress",),
}

PATCHES: Final = (
    *(Patch(module, name, _decoding) for module, names in _DECODERS.items() for name in names),
    Patch("gzip", "GzipFile.read", _unpacking),
    Patch("bz2", "BZ2File.read", _unpacking),
    Patch("lzma", "LZMAFile.read", _unpacking),
    Patch("itsdangerous.signer", "Signer.unsign", _verified),
    Patch("itsdangerous.timed", "TimestampSigner.unsign", _verified),
    Patch("django.core.signing", "Signer.unsign", _verified),
    Patch("django.core.signing", "TimestampSigner.unsign", _verified),
)
