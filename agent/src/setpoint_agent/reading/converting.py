"""Which calls convert a value to what holds no text, and which leave all of it as it is. `flow` asks."""

from __future__ import annotations

import ast
from types import ModuleType
from typing import Any

from setpoint_agent.reading.held import CONVERTED
from setpoint_agent.reading.known_calls import CONVERTERS, PLAIN_CALLS, PLAIN_MODULES
from setpoint_agent.reading.scene import MISSING, Scene, called_name


def converts(call: ast.Call, scene: Scene) -> bool:
    """`int(value)`, `Order(value)`, `request.args.get("page", type=int)`."""
    return (
        called_name(call) in CONVERTERS
        or _is_converter(scene.resolve(call.func))
        or any(each.arg == "type" and _is_converter(scene.resolve(each.value)) for each in call.keywords)
    )


def is_plain(call: ast.Call, scene: Scene) -> bool:
    """Whether it is one of `PLAIN_CALLS`, and no function of a library that is named like one (`shlex.join`)."""
    owner = scene.resolve(call.func.value) if isinstance(call.func, ast.Attribute) else MISSING
    if isinstance(owner, ModuleType) and owner.__name__ not in PLAIN_MODULES:
        return False
    return called_name(call) in PLAIN_CALLS


def _is_converter(target: Any) -> bool:
    return isinstance(target, type) and issubclass(target, CONVERTED)
