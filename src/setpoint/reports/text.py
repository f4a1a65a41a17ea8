"""Text of others, made harmless for whoever shows it: no control character, no line of its own, no cursor moved."""

from __future__ import annotations

from typing import Final

LONGEST: Final = 2_000
"""Characters of one sentence in a report: more, nobody reads there, and the scan itself holds it whole."""


def plain(text: str, *, longest: int = LONGEST) -> str:
    """On one line; whatever cannot be seen is spelt out: `\\x1b`, `\\n`, `\\u202e`."""
    if len(text) > longest:
        text = f"{text[: longest - 1]}…"
    return text if text.isprintable() else "".join(map(_seen, text))


def _seen(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
