"""Rows of a diff on a terminal, side by side where it is wide enough, else one below the other; in a pipe always so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from setpoint.cli.output import Output, one_line
from setpoint.cli.value_diff import Mark, Row

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

WIDE: Final = 100
"""Columns from which on two sides have room for what they say: about forty-five characters each."""

INDENT: Final = 4

_STYLES: Final = {Mark.GONE: "red", Mark.NEW: "green", Mark.FOLDED: "dim", Mark.NOTE: "bold", Mark.SAME: ""}


def show_rows(output: Output, rows: Sequence[Row], *, heading: bool) -> None:
    """With `heading`, where there are two sides, says which is which."""
    width = output.width
    if width is None:
        for mark, text in unified(rows):
            output.line(f"{' ' * INDENT}{mark} {text}".rstrip())
    elif width >= WIDE:
        _side_by_side(output, rows, heading=heading)
    else:
        _below(output, rows)


def unified(rows: Sequence[Row]) -> list[tuple[Mark, str]]:
    """(mark, line) of each line of both sides: of what changed together, first what is gone, then what is new."""
    told: list[tuple[Mark, str]] = []
    pending: list[str] = []
    for row in rows:
        changed = row.mark in (Mark.GONE, Mark.NEW)
        if not changed:
            told += [(Mark.NEW, line) for line in pending]
            pending = []
            told.append((row.mark, row.intended or ""))
            continue
        if row.intended is not None:
            told.append((Mark.GONE, row.intended))
        if row.actual is not None:
            pending.append(row.actual)
    return told + [(Mark.NEW, line) for line in pending]


def _side_by_side(output: Output, rows: Sequence[Row], *, heading: bool) -> None:
    table = _grid(sides=2)
    if heading:
        table.add_row("", "", _text(Mark.FOLDED, "intended"), "│", "", _text(Mark.FOLDED, "actual"))
    for row in rows:
        table.add_row("", *_cells(row, row.intended, Mark.GONE), "│", *_cells(row, row.actual, Mark.NEW))
    output.show(table)


def _below(output: Output, rows: Sequence[Row]) -> None:
    table = _grid(sides=1)
    for mark, text in unified(rows):
        table.add_row("", _text(mark, mark), _text(mark, text))
    output.show(table)


def _grid(*, sides: int) -> Table:
    """Indented; for each side a mark and its text, which goes on under itself where it is too long."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1, 0, 0), expand=True)
    table.add_column(width=INDENT - 1)
    for side in range(sides):
        if side:
            table.add_column(width=1)
        table.add_column(width=1)
        table.add_column(ratio=1, overflow="fold")
    return table


def _cells(row: Row, text: str | None, changed: Mark) -> tuple[Text, Text]:
    mark = changed if row.mark in (Mark.GONE, Mark.NEW) else row.mark
    return (_text(mark, mark), _text(mark, text)) if text is not None else (_text(mark, ""), _text(mark, ""))


def _text(mark: Mark, text: str) -> Text:
    from rich.text import Text

    return Text(one_line(text), style=_STYLES[mark])
