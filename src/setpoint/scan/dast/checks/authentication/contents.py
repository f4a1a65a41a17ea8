"""Sessions that say themselves who they are of: what a token holds, where that can be read. Pure."""

from __future__ import annotations

import base64
import hashlib
import math
import string
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

import orjson

MEMBER: Final = "setpoint"
"""What a session is given that no application puts into it."""


def plain(token: str) -> str:
    """What a token in base64 or hexadecimal says; the token itself where it says nothing that people can read."""
    text = unquote(token)
    decoders: tuple[Callable[[str], bytes], ...] = (bytes.fromhex, _from_base64)
    for decode in decoders:
        try:
            said = decode(text).decode()
        except ValueError:
            continue
        if said.isprintable() and said:
            return said
    return text


def with_another_member(token: str) -> str:
    """A token that is a JSON object, or a list of names and values, with one more; empty where it is neither."""
    said = plain(token)
    changed = _longer(said)
    if not changed:
        return ""
    text = unquote(token)
    if said == text:
        return quote(changed, safe="") if text != token else changed
    if _is_hexadecimal(text):
        return changed.encode().hex()
    encoded = base64.b64encode(changed.encode()).decode()
    if "+" not in text and "/" not in text and ("-" in text or "_" in text):
        encoded = base64.urlsafe_b64encode(changed.encode()).decode()
    return quote(encoded, safe="") if text != token else encoded


def random_bits(tokens: Sequence[str]) -> float:
    """How much of them changes from one to the next, at most: letters that differ, by the alphabet that they are of."""
    said = [plain(each) for each in tokens]
    ahead = _common(said)
    rests = [each[ahead:] for each in said]
    behind = _common([each[::-1] for each in rests])
    changing = [each[: len(each) - behind] for each in rests]
    letters = set("".join(changing))
    return max(map(len, changing)) * math.log2(_alphabet(letters)) if letters else 0.0


def is_made_of(token: str, user: str) -> bool:
    """Whether whoever knows the user's name can work the token out: the name itself, or its digest."""
    if not user:
        return False
    names = {user, user.partition("@")[0], user.lower()}
    digests = {
        hashlib.new(each, name.encode(), usedforsecurity=False).hexdigest()
        for each in ("md5", "sha1", "sha256")
        for name in names
    }
    return plain(token) in names or unquote(token).lower() in digests


def _common(texts: Sequence[str]) -> int:
    """How many letters all of them begin with."""
    return next(
        (place for place, letters in enumerate(zip(*texts, strict=False)) if len(set(letters)) > 1),
        min(map(len, texts)),
    )


def _longer(said: str) -> str:
    try:
        value = orjson.loads(said)
    except orjson.JSONDecodeError:
        pairs = parse_qsl(said) if "=" in said.strip("=") else []
        return urlencode([*pairs, (MEMBER, "1")]) if pairs and urlencode(pairs) == said else ""
    return orjson.dumps({**value, MEMBER: 1}).decode() if isinstance(value, dict) else ""


def _alphabet(letters: set[str]) -> int:
    for known in (string.digits, string.hexdigits.lower(), string.hexdigits.upper()):
        if letters <= set(known):
            return len(set(known))
    return 64


def _from_base64(text: str) -> bytes:
    usual = text.replace("-", "+").replace("_", "/")
    return base64.b64decode(usual + "=" * (-len(usual) % 4), validate=True)


def _is_hexadecimal(text: str) -> bool:
    return len(text) % 2 == 0 and set(text.lower()) <= set("0123456789abcdef")
