"""The files that results point into: what stands at a place, and in which function. Called by `weaknesses`.

Each file is opened and parsed once. What cannot be read, lies outside of the folder or is not parsed gives a statement
without a function: a scanner may know it all the same.
"""

from __future__ import annotations

from ast import AST
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import read_bytes
from setpoint.model.scan import CodePlace
from setpoint.scan.against.reading import Reading
from setpoint.scan.against.speaking import spoken_against
from setpoint.scan.fingerprint import folded, spelled
from setpoint.scan.functions import assigned_name, lines_of, part_at, read_statements

LARGEST_READ: Final = 16 * 2**20
"""Bytes of a file of which a line is looked up."""
LONGEST_LINE: Final = 4_096
"""Characters of a line that tell it from others."""
LONGEST_BLOCK: Final = 10
"""Lines that two results may be apart, in a language that is not parsed, and still mean one statement."""

PYTHON: Final = (".py", ".pyi", ".pyw")


@dataclass(frozen=True, slots=True)
class Located:
    """The statement that a result is in, or the part of a long one."""

    first: int
    """Its first line, which tells it from others of the file."""
    function: str
    """Empty where none is known for sure: what a tool says of it, another tool may not."""
    spans: tuple[tuple[int, int], ...]
    text: str
    """What is the same however it is written."""
    text_without_values: str
    """The same, for secrets."""
    name: str = ""
    """What the statement assigns to, where that is one variable of Python."""


class SourceFile:
    """One file, and the places in it that somebody asks about."""

    def __init__(self, name: str, data: bytes | None, places: Iterable[CodePlace]) -> None:
        self._name = name
        self._python = read_statements(data) if data is not None and name.endswith(PYTHON) else None
        self._reading = Reading(self._python) if self._python else None
        self._lines = (data or b"").decode("utf-8", "replace").splitlines()
        self._blocks = _blocks(places)
        self._located: dict[tuple[int, str], Located] = {}

    def at(self, place: CodePlace) -> Located:
        statement = self._python.at(place.line) if self._python else None
        if self._python is None or statement is None:
            return self._by_line(place)
        parts = part_at(statement, place.line)
        lines = (statement.first, statement.last) if parts == (statement.node,) else lines_of(parts)
        function = self._python.function_at(statement, place.line)
        key = lines[0], function
        if key not in self._located:
            spans = self._python.spans(statement)
            spans = (lines, *spans[1:]) if spans else ()
            self._located[key] = Located(
                first=lines[0],
                function=function,
                spans=spans,
                text=_text(parts, is_secret=False),
                text_without_values=_text(parts, is_secret=True),
                name=assigned_name(statement),
            )
        return self._located[key]

    def against(self, place: CodePlace, told_by: Collection[str]) -> str:
        """What speaks against a weakness that these tests of tools told there; empty where nothing does."""
        statement = self._python.at(place.line) if self._python else None
        if self._reading is None or statement is None:
            return ""
        return spoken_against(self._reading, statement, place, told_by)

    def _by_line(self, place: CodePlace) -> Located:
        first, last = self._blocks.get(place.line, (place.line, place.line))
        line = self._lines[first - 1][:LONGEST_LINE] if 0 < first <= len(self._lines) else ""
        # Of a whole file, or one that is not at hand, nothing but its name tells it from others.
        named = line or self._name.rpartition("/")[2]
        return Located(
            first=first,
            # Of what has no line, what it is in tells it from the rest of the file.
            function="" if place.line else place.function,
            spans=((first, last),) if first else (),
            text=folded(named, self._name, is_secret=False),
            text_without_values=folded(line, self._name, is_secret=True) if line else named,
        )


def open_source(root: Path, name: str, places: Iterable[CodePlace]) -> SourceFile:
    """`name` relative to the root; one that leads out of it, by a link too, is not opened."""
    return SourceFile(name, _read(root, name), places)


def _read(root: Path, name: str) -> bytes | None:
    if not name or "\0" in name:
        return None
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()) or not path.is_file():
            return None
        return read_bytes(path, limit=LARGEST_READ)
    except (OSError, RuntimeError, InputError):  # RuntimeError: links that lead in a circle
        return None


def _text(parts: Iterable[AST], *, is_secret: bool) -> str:
    return " ".join(spelled(each, is_secret=is_secret) for each in parts)


def _blocks(places: Iterable[CodePlace]) -> dict[int, tuple[int, int]]:
    """Line of a result → first and last line of what it and those that overlap it mean."""
    found: list[tuple[int, int]] = []
    lines: dict[int, int] = {}
    for line, end in sorted({(each.line, max(each.line, each.end_line)) for each in places}):
        if found and line <= min(found[-1][1], found[-1][0] + LONGEST_BLOCK - 1):
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((line, end))
        lines[line] = len(found) - 1
    return {line: found[number] for line, number in lines.items()}
