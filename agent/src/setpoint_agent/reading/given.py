"""What gave a name of a function its value at a line: assignments, loops, and what was added to a collection."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from setpoint_agent.reading.paths import way_to
from setpoint_agent.reading.scene import Scene, names_in, strings_of
from setpoint_agent.reading.source import own_nodes

ADDERS: Final = frozenset({"append", "add", "extend", "insert", "update", "appendleft", "write", "setdefault"})
"""Methods of collections and buffers that take something in."""

Given = tuple[ast.expr, int, bool]
"""(expression, line, whether it adds to the value before)."""


def reaching(name: str, scene: Scene, line: int) -> list[Given]:
    """What gave `name` its value at `line`: (expression, line, surely ran); the last sure one hides those before."""
    every = sorted(_giving(name, scene), key=lambda each: each[1])
    before = [each for each in every if each[1] < line] or [each for each in every if each[1] >= line]
    sure_lines = {each.lineno for each in way_to(scene.function, line).before}
    sure = [number for number, each in enumerate(before) if each[1] in sure_lines and not each[2]]
    kept = before[sure[-1] :] if sure else before
    return [(expression, at, number == 0 and bool(sure)) for number, (expression, at, _) in enumerate(kept)]


def _giving(name: str, scene: Scene) -> Iterator[Given]:
    for node in own_nodes(scene.function):
        match node:
            case ast.Assign() if any(name in names_in(target) for target in node.targets):
                adds = not any(isinstance(each, ast.Name | ast.Tuple | ast.List) for each in node.targets)
                yield node.value, node.lineno, adds
            case ast.AugAssign(target=target, value=value) if name in names_in(target):
                yield value, node.lineno, True
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                if name in names_in(target):
                    yield value, node.lineno, False
            case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
                if name in names_in(target):
                    yield value, node.lineno, False
            case ast.With() | ast.AsyncWith():
                yield from _opened(name, node)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)) if owner == name:
                yield from ((each, node.lineno, True) for each in node.args if method in ADDERS)


def _opened(name: str, statement: ast.With | ast.AsyncWith) -> Iterator[Given]:
    for item in statement.items:
        if item.optional_vars is not None and name in names_in(item.optional_vars):
            yield item.context_expr, statement.lineno, False


def looped_over(scene: Scene, name: ast.expr) -> list[str]:
    """What a loop's variable stood for, one after the other: `for quote in "'\\"": if quote in value: …`."""
    if not isinstance(name, ast.Name):
        return []
    for each in own_nodes(scene.function):
        if isinstance(each, ast.For) and name.id in names_in(_first_of(each.target)):
            held = scene.resolve(each.iter)
            if isinstance(held, list | tuple):  # of pairs, by their first member
                held = [each[0] if isinstance(each, tuple) and each else each for each in held]
            return list(held) if isinstance(held, str) else list(strings_of(held))
    return []


def _first_of(target: ast.expr) -> ast.expr:
    return target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target
