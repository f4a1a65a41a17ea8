"""What the code itself holds: collections of the module or of constants, texts that it puts a value in. `flow` asks."""

from __future__ import annotations

import ast
from types import MappingProxyType
from typing import Any

from setpoint_agent.reading.scene import Scene, assignments


def of_the_code(value: Any, container: ast.expr, scene: Scene) -> bool:
    """Whether `container` is a collection that the code itself holds or writes there; `value` is what it means."""
    if not isinstance(value, dict | list | tuple | MappingProxyType):
        return False
    return _of_module(value, scene) or _is_written(container, scene)


def may_be_in(expression: ast.expr, text: str) -> bool:
    """Whether `text` holds all that the code itself writes there; other ways were not taken this time."""
    match expression:
        case ast.Constant(value=str(written)):
            return written in text
        case ast.JoinedStr(values=pieces):
            return all(may_be_in(each, text) for each in pieces)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return may_be_in(left, text) and may_be_in(right, text)
    return True


def _is_written(container: ast.expr, scene: Scene) -> bool:
    """Whether it is a collection of constants, or a name of the function for one, as it is written there."""
    if isinstance(container, ast.Dict | ast.List | ast.Tuple):
        return not any(isinstance(each, ast.Name | ast.Call) for each in ast.walk(container))
    if not isinstance(container, ast.Name):
        return False
    given = assignments(scene.function, container.id)
    return len(given) == 1 and not any(isinstance(each, ast.Name | ast.Call) for each in ast.walk(given[0].value))


def _of_module(value: Any, scene: Scene) -> bool:
    """Whether the module (not the function) holds this very collection under a name, in its own or in a class."""
    spaces = [scene.space, *(vars(each) for each in scene.space.values() if isinstance(each, type))]
    return any(value is each for space in spaces for each in list(space.values()))
