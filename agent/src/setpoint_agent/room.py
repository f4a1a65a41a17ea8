"""Keeps a report within what the control plane takes: so many rows, so many octets, and no text without an end."""

from __future__ import annotations

import json
from typing import Any, Final

LONGEST_NAME: Final = 256
LONGEST_FILE: Final = 1_024
"""Characters of a function, a route, a part's name; and of a file: within what the contract takes. More is cut."""


class Room:
    """What is left for one kind of rows of one report."""

    def __init__(self, *, rows: int, octets: int) -> None:
        self._rows = rows
        self._octets = octets

    def takes(self, row: dict[str, Any]) -> bool:
        """Whether `row` still fits; if so, it has its place."""
        size = len(json.dumps(row, separators=(",", ":"))) + 1  # ASCII: a character is an octet
        if self._rows < 1 or size > self._octets:
            return False
        self._rows -= 1
        self._octets -= size
        return True


def cut(text: str, most: int = LONGEST_NAME) -> str:
    """`text` without an end that nobody reads, and without what a control plane refuses in a name."""
    if len(text) > most:
        text = f"{text[: most - 1]}…"
    return text if text.isprintable() else "".join(each if each.isprintable() else "�" for each in text)
