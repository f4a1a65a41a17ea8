"""What commands print: a table in a terminal, plain columns when piped, one JSON document with `--json`.

Text that comes from outside (names, values, error messages) never reaches a terminal with its control characters.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TextIO

import click
import orjson

from setpoint.cli.waiting import busy_with
from setpoint.model.canonical import Json, Unknown
from setpoint.model.policy import Severity

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.segment import Segment

STYLES: Final[Mapping[str, str]] = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "info": "dim",
    "verified": "green",
    "held": "green",
    "admit": "bold green",
    "refuse": "bold red",
    "violated": "red",
    "failed": "red",
    "escalated": "bold yellow",
    "could not tell": "bold yellow",
    "whole": "green",
    "partial": "yellow",
    "none": "red",
    "healthy": "green",
    "unhealthy": "bold red",
    "declared": "red",
    "undeclared": "yellow",
    "unresolved": "bold yellow",
    "readGap": "yellow",
    "atDefault": "dim",
    "generated": "dim",
}
"""Cells that hold exactly one of these words get its colour."""

_CONTROL: Final = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)}
_CONTROL_IN_JSON: Final = {code: f"\\u{code:04x}" for code in range(127, 160)}
"""JSON lets these stand in a text as they are, and some terminals obey them; the others it escapes by itself. So do
pipelines `##`, of which the second sign is spelt out (see `_COMMAND`)."""


_COMMAND: Final = re.compile(
    r"""
    (?<=\#)\#(?=\[|vso\[)  # `##[…]` anywhere in a line
    | ^(?P<blanks>\s*):(?=:(?![0-9a-f]{0,4}(?:[:/.%\s]|$)))  # `::…` at its start, but for addresses: `::1`, `::/0`
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
"""What runners of GitHub Actions (*Workflow commands*) and Azure Pipelines (*Logging commands*) obey in a log."""


def clean(text: str) -> str:
    """`text` with control characters spelt out, so that no resource's name can move a cursor or hide a line.

    Nor can one command the pipeline that keeps what is printed.
    """
    text = text.translate(_CONTROL)
    return _COMMAND.sub(_spelt_out, text) if "::" in text or "##" in text else text


def _spelt_out(sign: re.Match[str]) -> str:
    return r"\x23" if sign["blanks"] is None else rf"{sign['blanks']}\x3a"


def one_line(text: str) -> str:
    """`text`, cleaned, on one line: none of it can pass for a line of ours."""
    return clean(text).replace("\n", "\\n")


def json_bytes(document: Json) -> bytes:
    """As JSON that neither a terminal nor a pipeline obeys."""
    text = orjson.dumps(document, default=_encode, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()
    return text.translate(_CONTROL_IN_JSON).replace("##", "#\\u0023").encode()


@dataclass(frozen=True, slots=True)
class Output:
    """Where and how a command answers; made once per call from its options."""

    as_json: bool
    stream: TextIO

    @classmethod
    def of(cls, *, as_json: bool) -> Output:
        return cls(as_json, sys.stdout)

    def json(self, document: Json) -> None:
        """One JSON document, or one a line when called again."""
        self._print(json_bytes(document).decode())

    def line(self, text: str, *, style: str = "") -> None:
        """A line for people, and only one; nothing with `--json`."""
        if self.as_json:
            return
        if style and self.stream.isatty():
            self._console().print(one_line(text), style=style, markup=False, highlight=False, soft_wrap=True)
        else:
            self._print(one_line(text))

    @property
    def width(self) -> int | None:
        """Columns of the terminal; None where there is none, and whatever is written should always be the same."""
        return self._console().width if not self.as_json and self.stream.isatty() else None

    def show(self, made: RenderableType) -> None:
        """Something that was made for the terminal. Ask for its `width` before.

        Without the blanks that fill its lines: whoever copies some of them has what they say and no more.
        """
        from rich.segment import Segment, Segments

        console = self._console()
        with busy_with("laying out"):
            lines = console.render_lines(made, pad=False)
        shown = (segment for line in lines for segment in (*_without_blanks(line), Segment.line()))
        console.print(Segments(shown), end="")

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[object]], *, whole: bool = False) -> None:
        """Rows under headings; nothing where there are none, or with `--json`.

        On a terminal columns in which no row says anything are left out, unless it is to be shown `whole`.
        """
        if self.as_json or not rows:
            return
        cells = [[clean(_shown(cell)) for cell in row] for row in rows]
        if self.stream.isatty():
            self._pretty(headings, cells, whole=whole)
        else:
            self._plain(headings, cells)

    def _pretty(self, headings: Sequence[str], cells: Sequence[Sequence[str]], *, whole: bool) -> None:
        from setpoint.cli.table import Rows

        console, rows = self._console(), Rows(headings, cells, STYLES, whole=whole)
        if rows.fit(console.width):
            self.show(rows.table())
            return
        for line in rows.blocks(console.width):
            console.print(line, soft_wrap=True)

    def _plain(self, headings: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
        lines = [list(headings), *([cell.replace("\n", " ") for cell in row] for row in cells)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
        for line in lines:
            padded = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            self._print(padded.rstrip())

    def _print(self, text: str) -> None:
        """Where the reader of the pipe has gone, the rest is dropped: the exit code must not depend on who reads."""
        try:
            click.echo(text, file=self.stream)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())

    def _console(self) -> Console:
        from rich.console import Console

        # What is shown is data: `:key:` within a URN is no picture of a key.
        return Console(file=self.stream, emoji=False, markup=False, highlight=False)


def _without_blanks(line: Sequence[Segment]) -> Sequence[Segment]:
    """Without those at its end."""
    kept = list(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    return [*kept[:-1], kept[-1]._replace(text=kept[-1].text.rstrip())] if kept else kept


def moment(at: datetime | None) -> str:
    """A time as people read it: to the second, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ") if at else "-"


def value(shown: Json, *, longest: int = 120) -> str:
    """A JSON value on one line, cut where it is long."""
    if shown is None:
        return "-"
    if isinstance(shown, Unknown):
        return f"(unknown: {shown.reason})"
    text = shown if isinstance(shown, str) else orjson.dumps(shown, default=_encode).decode()
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _shown(cell: object) -> str:
    if isinstance(cell, datetime):
        return moment(cell)
    return "-" if cell is None or cell == "" else str(cell)


def _encode(item: Any) -> Json:
    if isinstance(item, Unknown):
        return {"unknown": item.reason}
    if isinstance(item, Mapping):
        return dict(item)
    if isinstance(item, (set, frozenset)):
        return sorted(item)
    raise TypeError(f"{type(item).__name__} is not a JSON value")


def by_severity(severity: Severity) -> int:
    """A sort key: the most severe first."""
    return -severity.rank
