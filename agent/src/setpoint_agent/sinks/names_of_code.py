"""Whether a name is one that the application's code writes itself, where it matters: `sinks.nosql` asks of keys."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any, Final

from setpoint_agent.reading.constants import strings_in
from setpoint_agent.reading.scene import strings_of

DEEPEST: Final = 3
"""Functions looked into, one named by the other."""
MOST_LOOKED_AT: Final = 200
"""Functions and classes looked at for one name."""


def is_named(name: str, frames: Sequence[FrameType]) -> bool:
    """Whether the functions that are running, or what they name, hold `name`: as a constant or a field of a class."""
    if any(name in strings_in(each.f_code) for each in frames):
        return True
    reached = (each for frame in frames for each in _reached_from(frame))
    return any(_holds(each, name) for each, _ in zip(reached, range(MOST_LOOKED_AT), strict=False))


def _reached_from(frame: FrameType) -> Iterator[Any]:
    yield from _named_by(frame.f_code, frame.f_globals, 1)
    for value in list(frame.f_locals.values()):
        owner = type(value)
        if owner.__module__ != "builtins":
            yield owner
            yield from (vars(owner)[each] for each in frame.f_code.co_names if each in vars(owner))


def _named_by(code: CodeType, space: Mapping[str, Any], depth: int) -> Iterator[Any]:
    """What a function names of its module, and of modules that it names; and what functions of these name in turn."""
    spaces = [space, *(vars(space[each]) for each in code.co_names if isinstance(space.get(each), ModuleType))]
    for each in (names[name] for names in spaces for name in code.co_names if name in names):
        yield each
        function = _function(each)
        if function is not None and depth < DEEPEST:
            yield from _named_by(function.__code__, function.__globals__, depth + 1)


def _holds(value: Any, name: str) -> bool:
    """A function by its constants, a class by its fields and methods, a plain collection by its texts."""
    if isinstance(value, str):
        return value == name
    if isinstance(value, list | tuple | set | frozenset | dict):
        return name in strings_of(value)
    if isinstance(value, type):
        fields = {each for base in value.__mro__ for each in vars(base).get("__annotations__", ())}
        return name in fields or any(_holds(each, name) for each in vars(value).values() if _function(each))
    function = _function(value)
    return function is not None and name in strings_in(function.__code__)


def _function(value: Any) -> FunctionType | None:
    """Behind decorators, and behind what makes a method of a class or none at all of it."""
    value = value.__func__ if isinstance(value, staticmethod | classmethod | MethodType) else value
    value = inspect.unwrap(value) if isinstance(value, FunctionType) else value
    return value if isinstance(value, FunctionType) else None
