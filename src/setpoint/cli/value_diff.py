"""Two values side by side, line by line: unchanged lines folded, policy documents by statement. `drift_view` shows it.

Pure: what it returns is put on the terminal, or into a pipe, by `side_by_side`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest
from typing import Final

import orjson

from setpoint.compare.config.statements import DocumentChange, ElementChange, Shift, StatementChange, compare_documents
from setpoint.model.canonical import Json, Unknown, canonical_bytes
from setpoint.model.wording import counted

CONTEXT: Final = 1
"""Unchanged lines that are shown beside a changed one."""

MOST_LINES: Final = 400
"""Of one side. Matching takes the square of it, and nobody reads more."""

LONGEST: Final = 400
"""Characters of one line."""

BEFORE: Final = 40
"""Characters that are shown before the place where two long lines begin to differ."""


class Mark(StrEnum):
    SAME = " "
    GONE = "-"
    NEW = "+"
    FOLDED = "…"
    """Lines that are the same, or too many; how many stands to the left."""
    NOTE = "·"
    """About the lines below it; stands to the left."""


@dataclass(frozen=True, slots=True)
class Row:
    mark: Mark
    intended: str | None
    """None where this side has no such line."""
    actual: str | None = None


def rows(intended: Json, actual: Json) -> list[Row]:
    """What a reader needs to see of both; a row that has both sides and is not the same is marked as gone and new."""
    documents = compare_documents(intended, actual)
    if documents is not None:
        return list(_of_document(documents))
    wanted, found = _lines(intended), _lines(actual)
    if wanted == found and canonical_bytes(intended) != canonical_bytes(actual):
        wanted, found = [_as_json(intended)], [_as_json(actual)]  # `A: 1`, the text, is no `{"A": 1}`
    return list(_of_lines(wanted, found))


def lines(value: Json) -> list[str]:
    """The value as indented text; none where there is no value."""
    return [_cut(line) for line in _lines(value)]


def _lines(value: Json) -> list[str]:
    """Each whole: what differs may stand at the end of a long one."""
    return [_on_one_line(line) for line in _spelt(value)] if value is not None else []


def _spelt(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for name in sorted(value, key=str):
            yield from _under(f"{name}:", value[name])
    elif isinstance(value, list | tuple) and value:
        for each in value:
            first, *rest = _spelt(each)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    elif isinstance(value, str) and "\n" in value:
        yield from value.split("\n")
    else:
        yield _scalar(value)


def _under(name: str, value: Json) -> Iterator[str]:
    several = (isinstance(value, Mapping | list | tuple) and len(value) > 0) or (
        isinstance(value, str) and "\n" in value
    )
    if not several:
        yield f"{name} {_scalar(value)}"
        return
    yield name
    yield from (f"  {line}" for line in _spelt(value))


def _scalar(value: Json) -> str:
    if isinstance(value, Unknown):
        return f"(unknown: {value.reason})"
    if isinstance(value, str) and value and not _reads_otherwise(value):
        return value
    return _as_json(value)


def _as_json(value: Json) -> str:
    return canonical_bytes(value).decode()


def _reads_otherwise(text: str) -> bool:
    """Whether a text without quotes would be taken for a number, a truth or nothing."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return text != text.strip()
    return True


def _cut(line: str, start: int = 0) -> str:
    """As much of the line as is shown, from `start` on where it does not begin there."""
    shown = f"…{line[start:]}" if start else line
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _changed(one: str | None, other: str | None) -> Row:
    """Two lines in the same place; where they begin alike for longer than is shown, from shortly before they differ."""
    if one is None or other is None:
        return Row(Mark.NEW if one is None else Mark.GONE, one and _cut(one), other and _cut(other))
    alike = _alike(one, other)
    start = alike - BEFORE if alike >= LONGEST - BEFORE else 0
    return Row(Mark.GONE, _cut(one, start), _cut(other, start))


def _of_lines(intended: Sequence[str], actual: Sequence[str]) -> Iterator[Row]:
    """What both begin and end with is set aside first, so that what is cut off is never all that differs."""
    before = _alike(intended, actual)
    after = _alike(intended[before:][::-1], actual[before:][::-1])
    different, instead = intended[before : len(intended) - after], actual[before : len(actual) - after]
    yield from _unchanged(intended[:before], first=True, last=not (different or instead))
    yield from _of_different(different, instead)
    yield from _unchanged(intended[len(intended) - after :], first=False, last=True)


def _alike(intended: Sequence[str], actual: Sequence[str]) -> int:
    """How many lines, or characters of a line, both begin with."""
    pairs = enumerate(zip(intended, actual, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(intended), len(actual)))


def _of_different(intended: Sequence[str], actual: Sequence[str]) -> Iterator[Row]:
    """Of two sides that differ at both ends."""
    wanted, found = intended[:MOST_LINES], actual[:MOST_LINES]
    for tag, i, i_end, j, j_end in SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from _unchanged(wanted[i:i_end], first=False, last=False)
        else:
            yield from (_changed(one, other) for one, other in zip_longest(wanted[i:i_end], found[j:j_end]))
    left_out = max(len(intended), len(actual)) - MOST_LINES
    if left_out > 0:
        yield Row(Mark.FOLDED, counted(left_out, "more line"))


def _unchanged(same: Sequence[str], *, first: bool, last: bool) -> Iterator[Row]:
    """The lines next to what changed, and how many are between them."""
    before, after = 0 if first else CONTEXT, 0 if last else CONTEXT
    folded = len(same) - before - after
    shown = [_cut(line) for line in same] if folded <= 1 else [_cut(line) for line in same[:before]]
    yield from (Row(Mark.SAME, line, line) for line in shown)
    if folded > 1:
        yield Row(Mark.FOLDED, f"{folded:,} unchanged lines")
        yield from (Row(Mark.SAME, line, line) for line in map(_cut, same[len(same) - after :]))


def _of_document(document: DocumentChange) -> Iterator[Row]:
    for name in document.rest:
        yield Row(Mark.NOTE, f"{name} differs")
    for statement in document.statements:
        yield Row(Mark.NOTE, _on_one_line(f"statement {statement.name}: {statement.change}"))
        yield from _of_statement(statement)
    if document.unchanged:
        yield Row(Mark.FOLDED, counted(document.unchanged, "unchanged statement"))


def _of_statement(statement: StatementChange) -> Iterator[Row]:
    for each in statement.elements:
        gone, new = _values(each, each.gone), _values(each, each.new)
        yield from (_changed(one, other) for one, other in zip_longest(gone, new))


def _values(element: ElementChange, values: Sequence[str]) -> list[str]:
    return [_on_one_line(f"  {element.element}: {value}") for value in values[:MOST_LINES]]


def _on_one_line(text: str) -> str:
    """No name or value can pass for another row."""
    return text.replace("\n", "\\n")


def summary_of_document(document: DocumentChange) -> str:
    """`by statement: 1 widened, 2 added`."""
    counts = {change: sum(each.change is change for each in document.statements) for change in Shift}
    told = ", ".join(f"{count} {change}" for change, count in counts.items() if count)
    return f"by statement: {told or 'none differs'}"
