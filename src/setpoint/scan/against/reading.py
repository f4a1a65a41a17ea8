"""What a file of Python says of its names: who mentions them, what they are imported from, what is assigned to them.

Made once for each file that `speaking` is asked about; nothing of it is made before a reader asks.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from setpoint.scan.functions import PythonStatements, Statement, parts_of

LONGEST_NAME: Final = 64
"""Characters of a text that may be a name: that of a header, a column, a key."""

_NAMING: Final = ("arg", "name", "asname", "rest")
"""Fields that hold names: of arguments, of what is caught, imported, defined, or matched."""


class Reading:
    """Of one file."""

    def __init__(self, code: PythonStatements) -> None:
        self._code = code

    @cached_property
    def mentions(self) -> Mapping[str, Sequence[Statement]]:
        """Name → the statements that have it in them."""
        found: defaultdict[str, list[Statement]] = defaultdict(list)
        for each in self._code:
            for name in set(names_in(each.node)):
                found[name].append(each)
        return found

    @cached_property
    def imports(self) -> Mapping[str, str]:
        """Name → what it is imported as, in full: `escape` → `html.escape`."""
        found: dict[str, str] = {}
        for each in self._code:
            match each.node:
                case ast.Import(names=names):
                    found |= {one.asname or one.name: one.name for one in names}
                case ast.ImportFrom(module=str(module), names=names):
                    found |= {one.asname or one.name: f"{module}.{one.name}" for one in names}
        return found

    def users(self, statement: Statement) -> Sequence[Statement]:
        """Those after it in its function that use what it makes."""
        return self._code.users(statement)

    def names_around(self, statement: Statement) -> Iterator[str]:
        """Of the classes and functions that it is in, and of the arguments of the innermost function."""
        yield from statement.function.split(".")
        for each in self._code.of_function(statement.function):
            if isinstance(each.node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from (part.arg for part in parts_of(each.node) if isinstance(part, ast.arg))

    def assigned(self, function: str, name: str) -> Sequence[ast.expr | None]:
        """All that a function assigns to a variable of its own; None stands for what is not simply assigned."""
        # What is outside of all functions, others may assign to.
        own = self._code.of_function(function) if function else ()
        return [value for each in own for value in _given(each.node, name)]

    def full_name(self, node: ast.expr) -> str:
        """`html.escape` of what is called that, by whatever name it is imported here."""
        spelled = ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""
        first, _, rest = spelled.partition(".")
        imported = self.imports.get(first, "")
        return f"{imported}.{rest}".rstrip(".") if imported else ""


def names_in(node: ast.AST) -> Iterator[str]:
    """All that is called something in it, texts that may be names included."""
    for each in (node, *parts_of(node)):
        yield from named(each)


def named(node: ast.AST) -> Iterable[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
            return (name,)
        case ast.keyword(arg=str(name)):
            return (name,)
        case ast.Constant(value=str(text)) if len(text) <= LONGEST_NAME:
            return (text,)
    return ()


def _given(node: ast.AST, name: str) -> Iterator[ast.expr | None]:
    match node:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            yield value
            return
        case ast.Global(names=names) | ast.Nonlocal(names=names) if name in names:
            yield None
    for each in (node, *parts_of(node)):
        if isinstance(each, ast.Name):
            is_given = each.id == name and isinstance(each.ctx, ast.Store)
        else:
            is_given = name in (getattr(each, field, None) for field in _NAMING)
        if is_given:
            yield None
