"""Tells what the code itself wrote from what a request brought: a constant that equals an input does not count.

A literal keeps its identity as long as it is only handed on: a name that holds the very object of the code's constants
was not made of a request. Two texts that are merely equal prove nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, Final

from setpoint_agent.reading.scene import Scene, strings_of
from setpoint_agent.stack import is_library

MOST_NAMES: Final = 2_000
"""Names of a module that are looked at."""


def written_around(found: str, text: str, start: int, end: int, codes: tuple[CodeType, ...]) -> bool:
    """Whether the stretch of `text` is part of a longer constant of these functions, as it is written there."""
    for code in codes:
        for constant in strings_in(code):
            if len(constant) > len(found) and found in constant and _covers(constant, text, start, end):
                return True
    return False


def held_around(how: tuple[str, ...], text: str, start: int, end: int, frame: FrameType) -> bool:
    """Whether the stretch is part of a longer text that the function takes from its module: the host of its address.

    Of a match that is only a piece of a value, the signs at its ends do not count: `http://shop/` is `http://shop`.
    """
    if "cut" in how:
        while start < end and not text[end - 1].isalnum():
            end -= 1
    found = text[start:end]
    enough = len(found) if "cut" in how else len(found) + 1
    return any(len(each) >= enough and found in each and _covers(each, text, start, end) for each in _taken(frame))


def _taken(frame: FrameType) -> Iterator[str]:
    """The module's texts that a function names, also those of other modules (`config.BASE`)."""
    names = frame.f_code.co_names
    for name in names:
        value = frame.f_globals.get(name)
        if isinstance(value, str):
            yield value
        elif isinstance(value, ModuleType):
            yield from (each for key in names if isinstance(each := vars(value).get(key), str))


def is_constant(value: str, scene: Scene) -> bool:
    """Whether `value` is the very object of a constant: of this function's code or of something its module holds."""
    literals = strings_in(scene.code) if scene.code is not None else ()
    return any(value is each for each in literals) or any(value is each for each in _held_by_module(scene.space))


@lru_cache(maxsize=4_096)
def strings_in(code: CodeType) -> tuple[str, ...]:
    """The string constants of a function and of those inside of it."""
    found: list[str] = []
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found.extend(strings_in(constant))
        else:
            found.extend(_texts(constant if isinstance(constant, tuple | frozenset) else (constant,)))
    return tuple(found)


def _texts(constants: Iterable[object]) -> Iterator[str]:
    for each in constants:
        if isinstance(each, str):
            yield each
        elif isinstance(each, bytes):
            yield each.decode("utf-8", "replace")


def strings_of_module(space: Mapping[str, Any]) -> Iterator[str]:
    """The texts that a module holds, and those of the functions that it defines or names."""
    yield from _held_by_module(space)
    for value in list(space.values())[:MOST_NAMES]:
        code = getattr(inspect.unwrap(value), "__code__", None) if isinstance(value, FunctionType) else None
        if code is not None and not is_library(code.co_filename):
            yield from strings_in(code)


def _covers(constant: str, text: str, start: int, end: int) -> bool:
    at = text.find(constant)
    while at != -1:
        if at <= start and end <= at + len(constant):
            return True
        at = text.find(constant, at + 1)
    return False


def _held_by_module(space: Mapping[str, Any]) -> Iterator[str]:
    for count, value in enumerate(list(space.values())):
        if count == MOST_NAMES:
            return
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (each for each in value.values() if isinstance(each, str))
            yield from strings_of(value)
        else:
            yield from strings_of(value)
