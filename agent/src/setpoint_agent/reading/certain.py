"""Which tests are surely true where a value was found, whatever they say of it: that it is there, that the request is
for the path which it is for. Of `if value and value not in ALLOWED: abort(400)` only the rest counts. `checks` asks.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from setpoint_agent.reading.requested import is_whole
from setpoint_agent.reading.scene import MISSING, Scene, assignments, strings_of


def is_surely_true(test: ast.expr, scene: Scene, concerns: Callable[[ast.AST], bool]) -> bool:
    """`concerns` tells whether an expression holds the value."""
    match test:
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return _is_value(left, scene, concerns)
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            held = scene.resolve(left)
            return type(held) is str and held == scene.resolve(right)
        case ast.Compare(left=left, ops=[ast.In()], comparators=[right]):
            held = scene.resolve(left)
            return type(held) is str and held in _texts(scene.resolve(right))
        case ast.Call(func=ast.Attribute(value=owner, attr="startswith"), args=[prefix]):
            held = scene.resolve(owner)
            return type(held) is str and held.startswith(_texts(scene.resolve(prefix)))
    return _is_value(test, scene, concerns)


def _is_value(expression: ast.expr, scene: Scene, concerns: Callable[[ast.AST], bool]) -> bool:
    """Whether it is the value itself, and no answer to a question about it."""
    if not concerns(expression) or not is_whole(expression, scene):
        return False
    if not isinstance(expression, ast.Name):
        return True
    held = scene.value(expression.id)
    given = [each.value for each in assignments(scene.function, expression.id)]
    return isinstance(held, str) or (held is MISSING and all(is_whole(each, scene) for each in given))


def _texts(held: object) -> tuple[str, ...]:
    return (held,) if isinstance(held, str) else tuple(strings_of(held))
