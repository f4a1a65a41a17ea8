"""The statements of a Python file, each with the function around it: what a scanner's line stands in.

Called by `sources`. Functions are named as the running interpreter names them (`co_qualname`), so that they are the
names that agents report.
"""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

LARGEST_PARSED: Final = 2**20
"""Bytes of a file that is parsed: its syntax tree takes some hundred times as many."""

LONGEST_STATEMENT: Final = 2_000
"""Lines that are looked back for the beginning of one: a table that is written as one expression."""

LARGE: Final = 200
"""Nodes of a syntax tree from which on it is looked for the part that is meant: some thirty entries of a table."""

MOST_SPANS: Final = 64
"""Statements that use what one of them makes."""

LAMBDA: Final = "<lambda>"
LOCALS: Final = "<locals>"

Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Node = ast.stmt | ast.excepthandler | ast.match_case

_BODIES: Final = ("body", "orelse", "finalbody", "handlers", "cases")
"""Fields that hold further statements, in the order in which they stand in a file."""


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A simple statement; of one with a body (`if`, `with`, `def`, `except`) what stands in front of that."""

    first: int
    last: int
    node: ast.AST
    function: str
    """The innermost function around it, as `CodePlace.function` spells it; a function's own head is in it."""
    is_of_program: bool = False
    """Under `if __name__ == "__main__":`, so that it only runs where its file is the program."""


class PythonStatements:
    """Every statement of a file."""

    def __init__(self, tree: ast.Module) -> None:
        self._statements = sorted(_statements(tree), key=lambda each: (each.first, -each.last))
        self._firsts = [each.first for each in self._statements]
        self._by_function: dict[str, list[Statement]] = {}
        for each in self._statements:
            self._by_function.setdefault(each.function, []).append(each)

    def __iter__(self) -> Iterator[Statement]:
        return iter(self._statements)

    def of_function(self, function: str) -> Sequence[Statement]:
        """Its own, its head included, in the order in which they stand."""
        return self._by_function.get(function, ())

    def at(self, line: int) -> Statement | None:
        """The smallest that the line is part of; None for one between statements (a comment, nothing)."""
        for index in range(bisect_right(self._firsts, line) - 1, -1, -1):
            found = self._statements[index]
            if found.last >= line:
                return found if found.first < line else self._first_that_calls(found)
            if line - found.first > LONGEST_STATEMENT:
                return None
        return None

    def _first_that_calls(self, found: Statement) -> Statement:
        """Of several that begin on a line (`if danger(): pass`): what is disliked is mostly a call."""
        several = self._statements[bisect_left(self._firsts, found.first) : bisect_right(self._firsts, found.first)]
        calling = (each for each in several if any(isinstance(part, ast.Call) for part in parts_of(each.node)))
        return found if len(several) == 1 else next(calling, found)

    def function_at(self, statement: Statement, line: int) -> str:
        """Of a statement that holds a lambda, it is that where nothing else on this line is called."""
        parts = list(parts_of(statement.node))
        around = [each for each in parts if isinstance(each, ast.Lambda) and _holds(each, line)]
        if not around or isinstance(statement.node, Named):
            return statement.function
        calls = [each for each in parts if isinstance(each, ast.Call) and _holds(each, line)]
        within = {call for each in around for call in ast.walk(each) if isinstance(call, ast.Call)}
        if not calls or not within.issuperset(calls):
            return statement.function
        return _within(statement.function, LAMBDA) if statement.function else LAMBDA

    def spans(self, statement: Statement) -> tuple[tuple[int, int], ...]:
        """Its own lines, and those of what comes after it in its function and uses what it makes.

        None of what runs only in a program of its own: that its file was loaded says nothing of it.
        """
        if statement.is_of_program:
            return ()
        return tuple((each.first, each.last) for each in (statement, *self.users(statement)))[:MOST_SPANS]

    def users(self, statement: Statement) -> Sequence[Statement]:
        """Those that come after it in its function and use what it makes, or what they make of that."""
        found, names = [], _stored(statement.node)
        for each in self._by_function[statement.function] if names and statement.function else ():
            if each.first > statement.last and not names.isdisjoint(_loaded(each.node)):
                found.append(each)
                names |= _stored(each.node)
        return found


def read_statements(source: bytes) -> PythonStatements | None:
    """None for what this interpreter does not read as Python, or what is too large to be read."""
    if len(source) > LARGEST_PARSED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is odd in somebody else's source
            return PythonStatements(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: nested without end
        return None


def part_at(statement: Statement, line: int) -> tuple[ast.AST, ...]:
    """The statement itself; of one that is a whole table, the entry of it that the line is in.

    What counts as a table is a matter of how much is in it, not of how it is laid out: that may change.
    """
    within: tuple[ast.AST, ...] = (statement.node,)
    while len(within) == 1 and _is_large(within[0]):
        below = _entry(within[0], line) if isinstance(within[0], ast.Dict) else _at(_children(within[0]), line)
        if not below:
            break
        within = below
    return within


def assigned_name(statement: Statement) -> str:
    """What the one variable, or attribute, is called that the statement makes; empty where it makes none, or more."""
    match statement.node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case ast.Assign(targets=[ast.Attribute(attr=name)]) | ast.AnnAssign(target=ast.Attribute(attr=name)):
            return name
    return ""


def lines_of(nodes: Sequence[ast.AST]) -> tuple[int, int]:
    """From the first line to the last."""
    return min(each.lineno for each in nodes if hasattr(each, "lineno")), max(map(_end_of, nodes))


def head(node: ast.AST) -> Iterator[tuple[str, object]]:
    """The fields of a node but for further statements."""
    for name, value in ast.iter_fields(node):
        if name not in _BODIES or not isinstance(value, list):  # a lambda's body is an expression
            yield name, value


def _statements(tree: ast.Module) -> Iterator[Statement]:
    waiting: list[tuple[Sequence[Node], str, str, bool]] = [(tree.body, "", "", False)]
    while waiting:
        nodes, prefix, function, is_of_program = waiting.pop()
        for node in nodes:
            below, within = prefix, function
            if isinstance(node, Named):
                name = f"{prefix}{node.name}"
                is_class = isinstance(node, ast.ClassDef)
                below = f"{name}." if is_class else f"{name}.{LOCALS}."
                within = function if is_class else name
            yield Statement(*_lines(node), node, within, is_of_program and not within)
            program = _program_of(node)
            waiting.extend((body, below, within, is_of_program or body is program) for body in _bodies(node))


def _program_of(node: Node) -> Sequence[Node] | None:
    """What stands under `if __name__ == "__main__":`."""
    match node:
        case ast.If(test=ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]), body=program):
            return program
    return None


def _bodies(node: Node) -> Iterator[Sequence[Node]]:
    for name in _BODIES:
        body = getattr(node, name, None)
        if isinstance(body, list) and body:
            yield body


def _lines(node: Node) -> tuple[int, int]:
    """Of its head, decorators included."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno, (node.guard or node.pattern).end_lineno or node.pattern.lineno
    if not any(True for _ in _bodies(node)):
        return node.lineno, node.end_lineno or node.lineno
    parts = [part for _, value in head(node) for part in _nodes(value)]
    first = min((node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))))
    return first, max((node.lineno, *map(_end_of, parts)))


def _nodes(value: object) -> Iterable[ast.AST]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, ast.AST)]


def _end_of(node: ast.AST) -> int:
    """`arguments` and items of a `with` have no lines of their own."""
    end: int | None = getattr(node, "end_lineno", None)
    return end if end is not None else max((_end_of(each) for each in ast.iter_child_nodes(node)), default=0)


def _holds(node: ast.expr, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _is_large(node: ast.AST) -> bool:
    return sum(1 for _ in islice(parts_of(node), LARGE)) == LARGE


def _children(node: ast.AST) -> list[ast.AST]:
    return [each for _, value in head(node) for each in _nodes(value)]


def _at(nodes: Iterable[ast.AST], line: int) -> tuple[ast.AST, ...]:
    """The one that the line is in, or those, where several are on it."""
    return tuple(each for each in nodes if getattr(each, "lineno", line + 1) <= line <= _end_of(each))


def _entry(table: ast.Dict, line: int) -> tuple[ast.AST, ...]:
    """A key and its value; the value alone where that is a table again."""
    for key, value in zip(table.keys, table.values, strict=True):
        if (key or value).lineno <= line <= _end_of(value):
            return (value,) if key is None or (_is_large(value) and line > value.lineno) else (key, value)
    return ()


def _within(function: str, name: str) -> str:
    return f"{function}.{LOCALS}.{name}"


def parts_of(node: ast.AST) -> Iterator[ast.AST]:
    """All that its head is made of: itself, but for further statements."""
    for _, value in head(node):
        for each in _nodes(value):
            yield from ast.walk(each)


def _stored(node: ast.AST) -> set[str]:
    return {each.id for each in parts_of(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def _loaded(node: ast.AST) -> set[str]:
    return {each.id for each in parts_of(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
