"""Which parts hold addresses that a server may ask. Called by `open_places` and by the check of request forgery."""

from __future__ import annotations

from typing import Final

from setpoint.model.dast import Part
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.values import is_file

_WORDS: Final = frozenset(
    words_of(
        "url uri link href src callback webhook hook endpoint target dest destination feed avatar image img picture "
        "proxy fetch remote source origin site website page host hostname domain server import preview upstream"
    )
)
_FORMATS: Final = frozenset({"uri", "url", "hostname"})


def may_be_address(part: Part, value: str = "") -> bool:
    """By its format, by what it holds, or by its name; a file is none, whatever it is called."""
    if is_file(part):
        return False
    is_address = part.schema.get("format") in _FORMATS or value.startswith(("http://", "https://"))
    return is_address or not _WORDS.isdisjoint(words_of(part.name.rpartition("/")[2]))
