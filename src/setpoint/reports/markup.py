"""HTML within Markdown, up to a size: what a summary is put together from.

Markdown passes blocks of HTML on as they are (CommonMark, *HTML blocks*: until a blank line, and no text of ours holds
one), so that a text of others has nothing to break out of but HTML, which has one way to escape.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Final

from setpoint.model.wording import counted
from setpoint.reports.text import plain

ROOM_FOR_END: Final = 200
"""Bytes that are kept for the sentence of what was left out."""

_LINKED: Final = re.compile(r"[@#]|(?<=:)/(?=/)|(?<=www)\.", re.IGNORECASE)
"""Where GitHub makes a mention, a reference or a link of a text, in HTML too; never across the border of an element."""


def text(of_others: str) -> str:
    """As it is, and nothing but text: no element, no entity, no link, no mention."""
    parts, marks = _LINKED.split(plain(of_others)), _LINKED.findall(plain(of_others))
    escaped = [html.escape(each) for each in parts]
    return escaped[0] + "".join(f"<span>{mark}</span>{part}" for mark, part in zip(marks, escaped[1:], strict=True))


def code(of_others: str) -> str:
    return f"<code>{text(of_others)}</code>" if of_others else ""


class Blocks:
    """Headings, tables and lists, for as long as there is room; what is given is HTML."""

    def __init__(self, most: int) -> None:
        """`most` bytes; nothing at all where that is next to none."""
        self._room = most - ROOM_FOR_END
        self._blocks: list[str] = []
        self._left_out = 0

    def heading(self, title: str) -> None:
        self._add([f"<h2>{title}</h2>"])

    def paragraph(self, sentence: str) -> None:
        self._add([f"<p>{sentence}</p>"])

    def table(self, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Nothing where there are no rows."""
        head = "".join(f"<th>{each}</th>" for each in headings)
        lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
        self._fill(f"<h3>{title}</h3>\n<table>\n<tr>{head}</tr>", (f"<tr>{each}</tr>" for each in lines), "</table>")

    def list(self, title: str, items: Iterable[str]) -> None:
        self._fill(f"<h3>{title}</h3>\n<ul>", (f"<li>{each}</li>" for each in items), "</ul>")

    def whole(self) -> str:
        if self._left_out and self._room >= 0:
            self._blocks.append(
                f"<p>{counted(self._left_out, 'more row')} had no room here: see the other reports.</p>"
            )
        return "".join(f"{each}\n\n" for each in self._blocks)

    def _fill(self, start: str, lines: Iterable[str], end: str) -> None:
        """As many of the lines as there is room for, from the first on."""
        kept: list[str] = []
        taken = _size(start) + _size(end)
        for line in lines:
            if taken + _size(line) > self._room:
                self._left_out += 1
                continue
            taken += _size(line)
            kept.append(line)
        if kept:
            self._add([start, *kept, end])

    def _add(self, lines: Sequence[str]) -> None:
        block = "\n".join(lines)
        if _size(block) > self._room:
            self._left_out += 1
            return
        self._room -= _size(block)
        self._blocks.append(block)


def _size(block: str) -> int:
    """Bytes, with what stands behind it."""
    return len(block.encode()) + 2
