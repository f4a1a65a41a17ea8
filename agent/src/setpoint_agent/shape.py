"""What may leave the process of a value: what it looked like, and a keyed fingerprint. Never the value."""

from __future__ import annotations

import hashlib
import hmac
from itertools import groupby
from typing import Final

LONGEST_SHAPE: Final = 64
FINGERPRINT: Final = 32
"""Hexadecimal digits: 128 bits, enough to join on."""


def shape(text: str) -> str:
    """Runs of letters, digits and spaces as `a{4}`, `9{2}`, `_`; other characters as `.`: `a{3}.9{2}` for `abc-12`."""
    runs = []
    for cls, run in groupby(text[: LONGEST_SHAPE * 4], _class):
        length = sum(1 for _ in run)
        runs.append(cls if length == 1 else f"{cls}{{{length}}}")
    whole = "".join(runs)
    return whole if len(whole) <= LONGEST_SHAPE else f"{whole[:LONGEST_SHAPE]}…"


def fingerprint(text: str, key: bytes) -> str:
    """HMAC-SHA256 under the fleet's key, cut; empty without one: an unkeyed hash of a short value tells the value."""
    if not key:
        return ""
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:FINGERPRINT]


def _class(character: str) -> str:
    if character.isalpha():
        return "a"
    if character.isdigit():
        return "9"
    return "_" if character.isspace() else "."
