"""Finds the syntax tree of a running function, and the node that its frame is at. Each file is parsed once.

Positions are those that the interpreter itself keeps for tracebacks (PEP 657), so the call is found exactly, also where
several stand on one line.
"""

from __future__ import annotations

import ast
import linecache
from functools import lru_cache
from itertools import islice
from types import CodeType, FrameType
from typing import Final

MOST_FILES: Final = 200
"""Parsed files kept."""
MOST_FUNCTIONS: Final = 256
"""Functions of which it is kept what they are made of: following one value walks through each many times."""
LONGEST_FILE: Final = 2_000_000
"""Characters of a file that is read at all."""

COMPREHENSIONS: Final = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
"""Code that the interpreter makes of a part of a function."""

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.Module

_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

_trees: Final[dict[str, ast.Module | None]] = {}
_functions: Final[dict[CodeType, FunctionNode | None]] = {}


def function_of(code: CodeType) -> FunctionNode | None:
    """The node of `code`; for comprehensions the function around them; None where there is no source to read."""
    try:
        return _functions[code]
    except KeyError:
        if len(_functions) > MOST_FILES * 20:
            _functions.clear()
        found = _functions[code] = _find(code)
        return found


def node_at(frame: FrameType, function: FunctionNode) -> ast.expr | None:
    """The operation that `frame` is executing; of an `await` what is awaited."""
    node = _node_at(frame, function)
    return node.value if isinstance(node, ast.Await) else node


def _node_at(frame: FrameType, function: FunctionNode) -> ast.expr | None:
    """The expression that spans what `frame` is executing; a Call, mostly."""
    span = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), None)
    if span is None or None in span:
        return None
    line, end_line, column, end_column = span
    for node in _expressions(function):
        if (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset) == (line, column, end_line, end_column):
            return node
    return None


@lru_cache(maxsize=MOST_FUNCTIONS)
def _expressions(function: FunctionNode) -> tuple[ast.expr, ...]:
    return tuple(each for each in ast.walk(function) if isinstance(each, ast.expr))


def parameters(function: FunctionNode) -> list[str]:
    """Names that a call binds, in order; those of `*args` and `**kwargs` are left out."""
    if isinstance(function, ast.Module):
        return []
    arguments = function.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def defaults(function: FunctionNode) -> dict[str, ast.expr]:
    """Parameters that have a default, with it."""
    if isinstance(function, ast.Module):
        return {}
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    last = positional[len(positional) - len(arguments.defaults) :]
    pairs = [
        *zip(last, arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return {each.arg: default for each, default in pairs if default is not None}


def body_of(function: FunctionNode) -> list[ast.stmt]:
    return [ast.Return(function.body)] if isinstance(function, ast.Lambda) else function.body


@lru_cache(maxsize=MOST_FUNCTIONS)
def own_nodes(root: ast.AST) -> tuple[ast.AST, ...]:
    """Every node below `root`, but not those of functions and classes defined inside of it."""
    found: list[ast.AST] = []
    waiting = list(ast.iter_child_nodes(root))
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
    return tuple(found)


@lru_cache(maxsize=MOST_FUNCTIONS)
def enclosing(file: str, function: FunctionNode) -> FunctionNode | None:
    """The function that `function` of this file is defined in; None where it is in none."""
    tree = None if isinstance(function, ast.Module) else _tree(file)
    around: FunctionNode | None = None
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, _DEFINITIONS) and node is not function and _lies_in(function, node):
            around = node  # from the outside in, as below
    return around


def _lies_in(inner: ast.AST, outer: ast.AST) -> bool:
    inside = getattr(outer, "lineno", 0) <= getattr(inner, "lineno", 0)
    return inside and getattr(inner, "end_lineno", 0) <= getattr(outer, "end_lineno", 0)


def _tree(file: str) -> ast.Module | None:
    if file not in _trees:
        if len(_trees) >= MOST_FILES:
            _trees.clear()
        text = "".join(linecache.getlines(file))
        try:
            _trees[file] = ast.parse(text) if 0 < len(text) <= LONGEST_FILE else None
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            _trees[file] = None
    return _trees[file]


def _find(code: CodeType) -> FunctionNode | None:
    tree = _tree(code.co_filename)
    if tree is None or code.co_name == "<module>":
        return tree
    best: FunctionNode = tree
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and _spans(node, code.co_firstlineno):
            named = "<lambda>" if isinstance(node, ast.Lambda) else node.name
            if named == code.co_name and _first_line(node) == code.co_firstlineno:
                return node
            best = node  # the walk goes from the outside in: the last one is the innermost
    return best if code.co_name in COMPREHENSIONS else None


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(each.lineno for each in decorators)])


def _spans(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, line: int) -> bool:
    return _first_line(node) <= line <= (node.end_lineno or node.lineno)
