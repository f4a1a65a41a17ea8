"""The scenes of the application's own functions: running, called by one that is, returned, or by themselves."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

from setpoint_agent.reading.scene import DEEPEST, Scene, called_function, closed_over, code_of
from setpoint_agent.reading.source import function_of
from setpoint_agent.stack import is_library


def looked_into(scene: Scene, call: ast.Call, line: int) -> Scene | None:
    """The scene of the application's function that `call` calls; None where it has no source or it goes too deep."""
    if scene.depth >= DEEPEST:
        return None
    function, method = called_function(scene, call)
    inner = scene_of(function, scene.depth + 1)
    if inner is None:
        return None
    return scene.looked_into(inner.function, inner.space, call, line, method=method, closed_over=inner.local)


def scene_of(function: Any, depth: int) -> Scene | None:
    """The scene of a function of the application by itself; None where it has no source, or is none."""
    code = code_of(function)
    node = function_of(code) if code is not None and not is_library(code.co_filename) else None
    return Scene(node, function.__globals__, closed_over(function), depth=depth) if node is not None else None


def scene_of_frame(frame: FrameType) -> Scene | None:
    """The scene of a function that is running; None where it has no source."""
    function = function_of(frame.f_code)
    return Scene(function, frame.f_globals, dict(frame.f_locals), code=frame.f_code) if function is not None else None


def scene_of_code(code: CodeType) -> Scene | None:
    """The scene of a function that has returned; None where it has no source, or is of no module that was imported."""
    function, space = function_of(code), module_of(code)
    return Scene(function, space, code=code) if function is not None and space is not None else None


def module_of(code: CodeType) -> Mapping[str, Any] | None:
    """The namespace of the module that holds a function; None where it is none that was imported from a file."""
    name = _module_name(code.co_filename)
    module = sys.modules.get(name) if name is not None else None
    return vars(module) if module is not None else None


@lru_cache(maxsize=1_024)
def _module_name(file: str) -> str | None:
    return next((name for name, each in list(sys.modules.items()) if getattr(each, "__file__", None) == file), None)
