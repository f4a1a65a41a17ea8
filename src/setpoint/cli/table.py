"""Rows for a terminal: a table where it is wide enough, else each row as a block, so that no name is ever broken.

`output` shows them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

NOTHING: Final = "-"
"""What stands in a cell that says nothing."""

SHORT: Final = 20
"""Characters, as many as a moment has: a cell of no more is not wrapped."""

READABLE: Final = 32
"""Characters of a column of sentences: in a narrower one nobody reads them."""

BETWEEN: Final = 3
"""Blanks that a table has from one column to the next, and one less at its edges together."""

INDENT: Final = 2


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    cells: Sequence[str]

    @property
    def width(self) -> int:
        """That it has where nothing is wrapped."""
        return max(len(line) for cell in (self.heading, *self.cells) for line in cell.split("\n"))

    @property
    def is_short(self) -> bool:
        return self.width <= SHORT

    @property
    def wraps(self) -> bool:
        """Whether it holds sentences. A name without blanks would be broken in the middle."""
        return not self.is_short and any(" " in cell for cell in self.cells)

    @property
    def needs(self) -> int:
        return min(self.width, READABLE) if self.wraps else self.width


class Rows:
    def __init__(
        self, headings: Sequence[str], rows: Sequence[Sequence[str]], styles: Mapping[str, str], *, whole: bool
    ) -> None:
        """`styles`: cell → how it is shown where it holds exactly that. Unless `whole`, empty columns are left out."""
        columns = (Column(heading, cells) for heading, cells in zip(headings, zip(*rows, strict=True), strict=True))
        self._columns = [each for each in columns if whole or any(cell != NOTHING for cell in each.cells)]
        self._styles = styles
        self._count = len(rows)

    def fit(self, width: int) -> bool:
        """Whether a table of so many columns of the terminal can be read."""
        return sum(each.needs + BETWEEN for each in self._columns) - 1 <= width

    def table(self) -> Table:
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
        for each in self._columns:
            table.add_column(each.heading, overflow="fold", no_wrap=not each.wraps)
        for row in range(self._count):
            table.add_row(*(self._text(each.cells[row]) for each in self._columns))
        return table

    def blocks(self, width: int) -> Iterator[Text]:
        """For each row a line of what is short, and below it a line for everything else."""
        from rich.text import Text

        short = list(self._short(width))
        others = [each for each in self._columns if each not in short]
        yield Text()
        yield self._line([Text(each.heading.ljust(each.width), style="bold") for each in short])
        for row in range(self._count):
            yield self._line([self._text(each.cells[row], each.width) for each in short])
            for each in others:
                yield from self._below(each.heading, each.cells[row], max(len(one.heading) for one in others), width)
        yield Text()

    def _short(self, width: int) -> Iterator[Column]:
        """As many of the short columns as there is room for."""
        taken = 0
        for each in self._columns:
            taken += each.width + INDENT if each.is_short else 0
            if each.is_short and taken <= width:
                yield each

    def _below(self, heading: str, cell: str, longest: int, width: int) -> Iterator[Text]:
        if cell == NOTHING:
            return
        room = max(width - 2 * INDENT - longest, READABLE)
        named = heading.ljust(longest)
        for line in textwrap.wrap(cell, room, break_long_words=False, break_on_hyphens=False):
            shown = self._text(cell if cell == line else line)
            shown.pad_left(INDENT)
            yield self._named(named, shown)
            named = " " * longest

    def _named(self, heading: str, shown: Text) -> Text:
        from rich.text import Text

        return Text(" " * INDENT).append(heading, style="dim").append_text(shown)

    def _line(self, cells: Sequence[Text]) -> Text:
        from rich.text import Text

        line = Text(" " * INDENT).join(cells)
        line.rstrip()
        return line

    def _text(self, cell: str, width: int = 0) -> Text:
        from rich.text import Text

        return Text(cell.ljust(width), style=self._styles.get(cell, ""))
