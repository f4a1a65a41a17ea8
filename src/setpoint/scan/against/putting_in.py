"""Texts into which only numbers, or text that was escaped for HTML just there, are put. Used by `speaking`.

Read within one function, and only what is certain: a number is what `int`, `len` or `%d` makes, or a variable that
nothing else is ever assigned to. What comes as an argument could be anything.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from setpoint.scan.against.reading import Reading, named
from setpoint.scan.functions import Statement, parts_of

NUMBERS: Final = frozenset({"int", "float", "len", "ord", "round"})
"""Built-in functions that make nothing else."""
ESCAPING: Final = frozenset({"html.escape", "markupsafe.escape", "flask.escape", "django.utils.html.escape"})
MARKING: Final = frozenset({"Markup", "mark_safe", "SafeString", "SafeText"})

_NUMERIC: Final = re.compile(r"[^%]*(?:%[-+ #0]*\d*(?:\.\d+)?(?:[diueEfFgGxXo]|%)[^%]*)*")
"""Text in which every `%…` takes a number."""
_FORMAT: Final = re.compile(r".*[bcdeEfFgGnoxX%]")
"""Of `f"{count:d}"`: anything but a number raises."""
_DEEPEST: Final = 8
"""Variables of variables that are looked up."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads expressions of one function."""

    code: Reading
    function: str

    def is_number(self, node: ast.expr, depth: int = 0) -> bool:
        match node:
            case ast.Constant(value=int() | float()):
                return True
            case ast.Call(func=ast.Name(id=name)):
                return name in NUMBERS and name not in self.code.imports
            case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
                return self.is_number(one, depth) and self.is_number(other, depth)
            case ast.Name(id=name) if depth < _DEEPEST:
                given = self.code.assigned(self.function, name)
                return bool(given) and all(each is not None and self.is_number(each, depth + 1) for each in given)
        return False

    def is_escaped(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and self.code.full_name(node.func) in ESCAPING


def is_harmless_text(code: Reading, statement: Statement) -> bool:
    """Whether the statement puts texts together, and puts nothing but numbers in any."""
    reader = _Reader(code, statement.function)
    texts = [each for each in parts_of(statement.node) if _is_composed(each)]
    return bool(texts) and all(_is_harmless(each, reader.is_number) for each in texts)


def is_harmless_markup(code: Reading, statement: Statement) -> bool:
    """Whether all that the statement marks as HTML is text of its own with numbers and escaped text in it."""
    reader = _Reader(code, statement.function)
    marked = [each for each in parts_of(statement.node) if isinstance(each, ast.Call) and _marks(each)]
    return bool(marked) and all(len(each.args) == 1 and _is_harmless_page(each.args[0], reader) for each in marked)


def _marks(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name | ast.Attribute) and not MARKING.isdisjoint(named(call.func))


def _is_harmless_page(node: ast.expr, reader: _Reader) -> bool:
    if _is_harmless(node, reader.is_number):
        return True
    if not isinstance(node, ast.JoinedStr) or not _is_plain_html(node):
        return False
    return _is_harmless(node, lambda each: reader.is_number(each) or reader.is_escaped(each))


def _is_plain_html(text: ast.JoinedStr) -> bool:
    """Whether values stand between tags only, where escaping is all that it takes: not in a tag, nor in a script."""
    written = "".join(each.value if isinstance(each, ast.Constant) else "\0" for each in text.values)  # type: ignore[misc]  # of an f-string: text
    if re.search(r"<\s*(?:script|style)", written, re.IGNORECASE):
        return False
    return not re.search(r"<[^>]*\0", written)


def _is_composed(node: ast.AST) -> bool:
    """Whether it makes a text of one that is written there."""
    match node:
        case ast.JoinedStr():
            return True
        case ast.BinOp(left=left, op=ast.Mod() | ast.Add(), right=right):
            return any(_is_text(each) or _is_composed(each) for each in (left, right))
        case ast.Call(func=ast.Attribute(value=text)):
            return _is_text(text) or _is_composed(text)
    return False


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_harmless(node: ast.AST, holds: Callable[[ast.expr], bool]) -> bool:
    """Whether whatever is put into the text is one of those that `holds` says to be."""
    match node:
        case ast.JoinedStr(values=values):
            put = [each for each in values if isinstance(each, ast.FormattedValue)]
            return all(_takes_number(each) or holds(each.value) for each in put)
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=right):
            return _NUMERIC.fullmatch(text) is not None or _all(right, holds)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return all(_is_text(each) or _is_harmless(each, holds) for each in (left, right))
        case ast.Call(func=ast.Name(id="str"), args=[value]):
            return holds(value)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format"), args=given, keywords=named):
            return all(map(holds, (*given, *(each.value for each in named))))
    return False


def _takes_number(put: ast.FormattedValue) -> bool:
    match put:
        case ast.FormattedValue(conversion=-1, format_spec=ast.JoinedStr(values=[ast.Constant(value=str(spec))])):
            return _FORMAT.fullmatch(spec) is not None
    return False


def _all(node: ast.expr, holds: Callable[[ast.expr], bool]) -> bool:
    return all(map(holds, node.elts)) if isinstance(node, ast.Tuple) else holds(node)
