"""Reads the labelled places and finds the line of each; the self-check calls it, and whoever scores."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
LABELS: Final = HERE / "labels.jsonl"
MODULE: Final = "<module>"
"""The function of a place that is in none."""

FAMILIES: Final = (
    frozenset({89, 564}),
    frozenset({77, 78, 88}),
    frozenset({79, 80, 83, 116}),
    frozenset({22, 23, 36, 73}),
    frozenset({94, 95, 96, 98, 470}),
    frozenset({502}),
    frozenset({918}),
    frozenset({611, 776, 827}),
    frozenset({261, 326, 327, 328, 916, 759, 760}),
    frozenset({330, 331, 335, 337, 338}),
    frozenset({259, 321, 522, 798}),
    frozenset({295, 297, 599}),
    frozenset({601}),
    frozenset({1336}),
    frozenset({93, 117}),
    frozenset({90}),
    frozenset({91, 643}),
    frozenset({377, 378, 379}),
    frozenset({275, 276, 732}),
    frozenset({614, 1004, 1275}),
    frozenset({11, 215, 489, 497}),
    frozenset({209, 210}),
    frozenset({605, 668}),
    frozenset({617, 703}),
)
"""Numbers by which tools call one and the same weakness: children and neighbours of MITRE's list."""

DECLARATIONS: Final = {
    ".js": re.compile(r"(?:async )?function (\w+)\("),
    ".ts": re.compile(r"(?:export )?(?:async )?function (\w+)\("),
    ".go": re.compile(r"func (?:\([^)]*\) )?(\w+)\("),
    ".java": re.compile(r"    (?!return|throw|new )(?:@\w+ )*(?:[\w<>\[\], .]+ )?(\w+)\([^;]*\{$"),
}
"""How a function of the cases begins; it ends with the first line that starts with the closing brace, as deep."""


@dataclass(frozen=True, slots=True)
class Place:
    """One labelled place."""

    id: str
    language: str
    file: str
    """Relative to this folder."""
    function: str
    """`Class.method` or a name; `<module>` where it is in no function."""
    snippet: str
    """Occurs exactly once in the function."""
    cwe: int
    is_weakness: bool
    manner: str
    """How it is a weakness or why it is none, in a word."""
    why: str
    driven_by: str | None
    """The id of a request of the traffic that reaches it."""

    @property
    def family(self) -> frozenset[int]:
        return next(family for family in FAMILIES if self.cwe in family)

    def lines(self) -> list[int]:
        """Where the snippet stands in the function; one line where all is well."""
        text = (HERE / self.file).read_text(encoding="utf-8").splitlines()
        return [
            number
            for number in lines_of(HERE / self.file, self.function)
            for _ in range(text[number - 1].count(self.snippet))
        ]


def places(path: Path = LABELS) -> list[Place]:
    return [Place(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def lines_of(path: Path, function: str) -> list[int]:
    """The lines of that function alone, without those of functions within it."""
    return [number for number, name in enumerate(owners(path), 1) if name == function]


def owners(path: Path) -> list[str]:
    """For each line of the file the function that it belongs to."""
    text = path.read_text(encoding="utf-8").splitlines()
    names = [MODULE] * len(text)
    found = _python_functions(path) if path.suffix == ".py" else _other_functions(text, DECLARATIONS[path.suffix])
    for name, first, last in found:
        names[first - 1 : last] = [name] * (last - first + 1)
    return names


def _python_functions(path: Path) -> Iterator[tuple[str, int, int]]:
    """Outer ones first, so that inner ones overwrite their lines."""
    waiting: list[tuple[str, ast.AST]] = [("", ast.parse(path.read_text(encoding="utf-8")))]
    while waiting:
        prefix, node = waiting.pop(0)
        for child in ast.iter_child_nodes(node):
            inner = prefix
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{prefix}{child.name}."
                if not isinstance(child, ast.ClassDef):
                    yield inner[:-1], child.lineno, child.end_lineno or child.lineno
            waiting.append((inner, child))


def _other_functions(text: Sequence[str], declaration: re.Pattern[str]) -> Iterator[tuple[str, int, int]]:
    for number, line in enumerate(text, 1):
        match = declaration.match(line)
        if match and line.endswith("{"):
            closing = line[: len(line) - len(line.lstrip())] + "}"
            length = next(i for i, later in enumerate(text[number:], 1) if later.startswith(closing))
            yield match[1], number, number + length
