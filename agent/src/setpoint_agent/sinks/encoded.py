"""Which value of a request octets were decoded from, in an encoding that leaves no trace: `sinks.deserialisation` asks.

Text is recognised through encodings by `provenance`; a pickle is none. Pure and bounded.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from setpoint_agent.request import Value

FEWEST: Final = 8
"""Octets that are no coincidence."""
_URL_SAFE: Final = str.maketrans("+/", "-_")


def encoded_in(octets: bytes, values: Iterable[Value]) -> Value | None:
    """The value that holds all of `octets`, encoded."""
    if len(octets) < FEWEST:
        return None
    forms = list(_forms(octets))
    return next((each for each in values if _holds(each.text, octets, forms)), None)


def is_plain(octets: bytes) -> bool:
    """Whether it is a line of text."""
    return octets.isascii() and octets.decode("ascii").isprintable()


def _forms(octets: bytes) -> Iterator[str]:
    base64 = b64encode(octets).decode("ascii").rstrip("=")
    yield from (base64, base64.translate(_URL_SAFE), base64[::-1], octets.decode("latin-1"))


def _holds(text: str, octets: bytes, forms: Iterable[str]) -> bool:
    if len(text) < len(octets):
        return False
    return (
        any(each in text for each in forms)
        or octets.hex() in text.lower()
        or ("%" in text and octets in unquote_to_bytes(text))
    )
